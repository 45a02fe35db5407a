"""The part of deploy/check for which there is no tool.

check.py terraform DIR [PACKAGE]    every reference leads somewhere, every attribute is one of the provider's
check.py templates SAM CDK DIR      all three have what EXPECTED says, with each value of UserPoolAccess

PACKAGE is @cdktf/provider-aws as npm packs it. CDK is a folder with the output of `cdk synth`, and in folders inside, the
output with other values of `userPoolAccess`.
"""

import base64
import hashlib
import json
import os
import re
import sys
import tarfile
from pathlib import Path
from types import SimpleNamespace

import hcl2

# Of 21.22.1, which was made from the schema of the provider 6.25.0.
PACKAGE_SHA512 = "BuSHeaQFUL9l33pBzIMRT7cTQ69AM2mLtijjteCPhVQRmvuhuj9Lvfymf7knAMhYqAT6+Lrls9jiGVW/Us3zrQ=="

# Of a block whatever its provider.
META = {"count", "depends_on", "for_each", "lifecycle", "provider"}

FAILURES = (
    '{ ($.type = "decision" && $.grounds = "failure") || ($.type = "decision" && $.grounds = "link-conflict")'
    ' || ($.type = "link-failed") || ($.type = "error") || ($.type = "panic") || ($.type = "runtime-error")'
    ' || ($.type = "lost-lines") || ($.type = "undelivered")'
    ' || ($.type = "not-loaded") || ($.type = "not-configured") || ($.type = "invalid-event") }'
)
DENIALS = '{ $.type = "decision" && $.grounds = "denial" }'

# What the function may do with its pool, by the value of UserPoolAccess: the actions that `admit bundle --iam` prints.
ACCESS = {
    "none": [],
    "lookups": ["cognito-idp:ListUsers"],
    "links": ["cognito-idp:ListUsers", "cognito-idp:AdminLinkProviderForUser", "cognito-idp:ListIdentityProviders"],
}

EXPECTED = {
    "runtime": "provided.al2023",
    "timeout": 4,
    "memory": 128,
    "architecture": "x86_64",
    "variables": {"ADMIT_LOG": "info", "ADMIT_METRICS": "none", "ADMIT_USER_NAME_KEY": "a hidden parameter"},
    "log format": "Text",
    "log group": "its own",
    "retention": 30,
    "alias": "live",
    "versions from before": "stay",
    "trigger": "the alias",
    "users": "stay",
    "permission": ("lambda:InvokeFunction", "cognito-idp.amazonaws.com", "the alias", "for the pool"),
    "role": [(["logs:CreateLogStream", "logs:PutLogEvents"], "the streams of its log group")],
    "managed policies": 0,
    "filters": {"Failures": (FAILURES, None), "Denials": (DENIALS, 0)},
    "alarms": {
        "failures": ("Sum of Failures in 300 s", "GreaterThanOrEqualToThreshold", 1, "1 of 1", "notBreaching"),
        "errors": (
            "errors - FILL(denials, 0); denials: Sum of Denials in 300 s; errors: Sum of AWS/Lambda Errors in 300 s",
            "GreaterThanOrEqualToThreshold",
            5,
            "2 of 3",
            "notBreaching",
        ),
        "duration": ("p99 of AWS/Lambda Duration in 300 s", "GreaterThanThreshold", 2500, "2 of 3", "notBreaching"),
    },
}


def main(arguments):
    match arguments:
        case ["terraform", folder]:
            problems = Terraform(folder).problems(None)
        case ["terraform", folder, package]:
            problems = Terraform(folder).problems(Schema(package))
        case ["templates", sam, cdk, folder]:
            problems = []
            template = transformed(sam)
            for access, actions in ACCESS.items():
                synthesised = Path(cdk) / ("" if access == "none" else access) / "Admit.template.json"
                for name, facts in (
                    ("sam", CloudFormation(template, UserPoolAccess=access).facts),
                    ("cdk", CloudFormation(json.loads(synthesised.read_text())).facts),
                    ("terraform", Terraform(folder, user_pool_access=access).facts),
                ):
                    problems += checked(f"{name} with the access `{access}`", facts, actions)
        case _:
            sys.exit(__doc__)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def checked(name, facts, actions):
    expected = EXPECTED | {"access": [(actions, "the pool")] if actions else []}
    try:
        facts = facts()
    except (AssertionError, IndexError, KeyError, ValueError) as error:
        return [f"{name}: not as expected: {type(error).__name__}: {error}"]
    wrong = [
        f"{name}: {fact}: {facts.get(fact)!r}, expected {expected.get(fact)!r}"
        for fact in expected.keys() | facts.keys()
        if facts.get(fact) != expected.get(fact)
    ]
    print(f"{name}: {len(expected)} facts, {len(wrong)} of them wrong")
    return wrong


# CloudFormation, which SAM and the CDK make


def transformed(path):
    """The template as CloudFormation has it after the SAM transform."""
    from samtranslator.translator.transform import transform
    from samtranslator.yaml_helper import yaml_parse

    # It asks which partition this is; no request is made.
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    template = yaml_parse(Path(path).read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            zip_file = Path(path).parent / resource["Properties"]["CodeUri"]
            assert zip_file.resolve() == Path("function.zip").resolve(), f"CodeUri is {zip_file}"
            # As `sam deploy` does when it has uploaded the zip.
            resource["Properties"]["CodeUri"] = "s3://bucket/function.zip"
    return transform(template, {}, SimpleNamespace(load=dict))


class CloudFormation:
    def __init__(self, template, **given):
        self.parameters = template.get("Parameters", {})
        self.conditions = template.get("Conditions", {})
        self.resources = template["Resources"]
        assert given.keys() <= self.parameters.keys(), f"no parameters {given.keys() - self.parameters.keys()}"
        self.given = given

    def of(self, kind):
        return {
            name: each
            for name, each in self.resources.items()
            if each["Type"] == f"AWS::{kind}" and self.holds(each.get("Condition"))
        }

    def holds(self, condition):
        match condition:
            case None:
                return True
            case str(name):
                return self.holds(self.conditions[name])
            case {"Fn::Equals": [one, other]}:
                return self.value(one) == self.value(other)
            case {"Fn::Not": [inner]}:
                return not self.holds(inner)
        raise ValueError(f"a condition {condition}")

    def one(self, kind):
        found = self.of(kind)
        assert len(found) == 1, f"{len(found)} resources of the type {kind}"
        ((name, resource),) = found.items()
        return name, resource

    def value(self, value):
        """A parameter is its default, unless another value is given."""
        match value:
            case {"Ref": name} if name in self.given:
                return self.given[name]
            case {"Ref": name} if name in self.parameters:
                parameter = self.parameters[name]
                return "a hidden parameter" if parameter.get("NoEcho") else parameter["Default"]
            case {"Fn::If": ["HasUserNameKey", value, {"Ref": "AWS::NoValue"}]}:
                return self.value(value)
        return value

    def facts(self):
        function, its = self.one("Lambda::Function")
        log_group, logs = self.one("Logs::LogGroup")
        _, alias = self.one("Lambda::Alias")
        alias_name = next(iter(self.of("Lambda::Alias")))
        version_name, version = self.one("Lambda::Version")
        pool_name, pool = self.one("Cognito::UserPool")
        _, permission = self.one("Lambda::Permission")
        role_name, role = self.one("IAM::Role")
        its, role, allowed = its["Properties"], role["Properties"], permission["Properties"]
        assert its["Role"] == {"Fn::GetAtt": [role_name, "Arn"]}, "the role is not the function's"

        def resource(arn):
            if "Fn::If" in arn:
                condition, arn, _ = arn["Fn::If"]
                assert condition == "CreatesUserPool", condition
            return "the pool" if arn == {"Fn::GetAtt": [pool_name, "Arn"]} else arn

        on_alias = {"Ref": alias_name}
        stays = (version.get("DeletionPolicy"), version.get("UpdateReplacePolicy")) == ("Retain", "Retain")
        follows = alias["Properties"]["FunctionVersion"] == {"Fn::GetAtt": [version_name, "Version"]}
        guarded = pool.get("DeletionPolicy") == "Retain" and pool["Properties"]["DeletionProtection"] == "ACTIVE"
        trigger = pool["Properties"]["LambdaConfig"]
        statements = [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]
        group_arn = {"Fn::GetAtt": [log_group, "Arn"]}
        return {
            "runtime": its["Runtime"],
            "timeout": its["Timeout"],
            "memory": self.value(its["MemorySize"]),
            "architecture": self.value(its["Architectures"][0]),
            "variables": {name: self.value(value) for name, value in its["Environment"]["Variables"].items()},
            "log format": its["LoggingConfig"]["LogFormat"],
            "log group": "its own" if its["LoggingConfig"]["LogGroup"] == {"Ref": log_group} else "another",
            "retention": self.value(logs["Properties"]["RetentionInDays"]),
            "alias": alias["Properties"]["Name"],
            "versions from before": "stay" if stays and follows else "go",
            "trigger": "the alias" if trigger == {"PreSignUp": on_alias} else trigger,
            "users": "stay" if guarded else "go",
            "permission": (
                allowed["Action"],
                allowed["Principal"],
                "the alias" if allowed["FunctionName"] == on_alias else allowed["FunctionName"],
                f"for {resource(allowed['SourceArn'])}",
            ),
            "role": [
                (each["Action"], "the streams of its log group" if each["Resource"] == group_arn else each["Resource"])
                for each in statements
            ],
            "access": [
                (self.actions(each), resource(each["Resource"]))
                for policy in self.of("IAM::Policy").values()
                for each in self.statements(policy["Properties"], role_name)
            ],
            "managed policies": len(role.get("ManagedPolicyArns", [])),
            "filters": dict(self.filters(log_group)),
            "alarms": dict(self.alarms(function)),
        }

    def statements(self, policy, role_name):
        assert policy["Roles"] == [{"Ref": role_name}], "a policy of another role"
        return policy["PolicyDocument"]["Statement"]

    def actions(self, statement):
        assert statement["Effect"] == "Allow", statement
        actions = statement["Action"]
        if isinstance(actions, dict):
            condition, then, otherwise = actions["Fn::If"]
            actions = then if self.holds(condition) else otherwise
        return [actions] if isinstance(actions, str) else actions

    def filters(self, log_group):
        for each in self.of("Logs::MetricFilter").values():
            its = each["Properties"]
            assert its["LogGroupName"] == {"Ref": log_group}, "a filter of another log group"
            (metric,) = its["MetricTransformations"]
            assert metric["MetricValue"] == "1"
            yield metric["MetricName"], (its["FilterPattern"], metric.get("DefaultValue"))

    def alarms(self, function):
        own = [each["Properties"]["MetricTransformations"][0] for each in self.of("Logs::MetricFilter").values()]
        namespace = own[0]["MetricNamespace"]

        def metric(its, statistic, seconds):
            if its["Namespace"] == namespace:
                return f"{statistic} of {its['MetricName']} in {seconds} s"
            dimensions = [{"Name": "FunctionName", "Value": {"Ref": function}}]
            assert its["Dimensions"] == dimensions, f"dimensions of {its['MetricName']}"
            return f"{statistic} of {its['Namespace']} {its['MetricName']} in {seconds} s"

        for each in self.of("CloudWatch::Alarm").values():
            its = each["Properties"]
            if "Metrics" in its:
                math = [query["Expression"] for query in its["Metrics"] if query["ReturnData"]]
                parts = {
                    query["Id"]: metric(query["MetricStat"]["Metric"], query["MetricStat"]["Stat"], query["MetricStat"]["Period"])
                    for query in its["Metrics"]
                    if not query["ReturnData"]
                }
                what = "; ".join(math + [f"{name}: {parts[name]}" for name in sorted(parts)])
            else:
                what = metric(its, its.get("Statistic") or its["ExtendedStatistic"], its["Period"])
            name = its["AlarmName"]
            name = name["Fn::Sub"] if isinstance(name, dict) else name
            yield (
                name.rsplit("-", 1)[1],
                (
                    what,
                    its["ComparisonOperator"],
                    self.value(its["Threshold"]),
                    f"{its.get('DatapointsToAlarm', its['EvaluationPeriods'])} of {its['EvaluationPeriods']}",
                    its["TreatMissingData"],
                ),
            )


# Terraform


class Terraform:
    def __init__(self, folder, **given):
        self.given = given
        self.resources, self.data, self.variables, self.locals, self.others = {}, {}, {}, {}, []
        for path in sorted(Path(folder).glob("*.tf")):
            parsed = hcl2.loads(path.read_text())
            for kind, blocks in parsed.items():
                for block in blocks:
                    self.add(kind, plain(block))

    def add(self, kind, block):
        match kind:
            case "resource" | "data":
                known = self.resources if kind == "resource" else self.data
                ((of, named),) = block.items()
                ((name, body),) = named.items()
                assert (of, name) not in known, f"{of}.{name} twice"
                known[of, name] = body
            case "variable":
                self.variables.update(block)
            case "locals":
                self.locals.update(block)
            case "terraform" | "output":
                self.others.append(block)
            case "__comments__" | "__inline_comments__":
                pass
            case _:
                raise AssertionError(f"a block `{kind}`, which check.py does not know")

    def problems(self, schema):
        found, used, references = [], set(), 0
        everything = [self.resources, self.data, self.variables, self.locals, self.others]
        for text in texts(everything):
            for path in re.findall(r"(?<![\w.])[a-z_]\w*(?:\[[^\]]*\])?(?:\.\w+(?:\[[^\]]*\])?)+", code(text)):
                references += 1
                first, *rest = re.sub(r"\[[^\]]*\]", "", path).split(".")
                match first:
                    case "var":
                        known = rest[0] in self.variables
                        used.add(rest[0])
                    case "local":
                        known = rest[0] in self.locals
                    case "path":
                        known = rest == ["module"]
                    case "data":
                        known = (rest[0], rest[1]) in self.data
                        if known and schema and len(rest) > 2:
                            known = schema.has(f"data_{rest[0]}", rest[2])
                    case _:
                        known = (first, rest[0]) in self.resources
                        if known and schema and len(rest) > 1:
                            known = schema.has(first, rest[1])
                if not known:
                    found.append(f"terraform: `{path}` is declared nowhere")
        found += [f"terraform: var.{name} is used nowhere" for name in self.variables.keys() - used]
        blocks = 0
        if schema:
            for prefix, known in (("", self.resources), ("data_", self.data)):
                for (kind, name), body in known.items():
                    blocks += 1
                    found += schema.problems(prefix + kind, body, f"{kind}.{name}")
        checked = f", {blocks} blocks by the schema of the provider" if schema else ""
        print(f"terraform: {references} references{checked}, {len(found)} problems")
        return found

    def value(self, value):
        """A variable is its default."""
        if isinstance(value, str) and (variable := re.fullmatch(r"\$\{var\.(\w+)\}", value)):
            its = self.variables[variable[1]]
            return "a hidden parameter" if its.get("sensitive") else literal(its["default"])
        return literal(value)

    def facts(self):
        def only(kind):
            found = [body for (of, _), body in self.resources.items() if of == kind]
            assert len(found) == 1, f"{len(found)} resources {kind}"
            return found[0]

        function, logs = only("aws_lambda_function"), only("aws_cloudwatch_log_group")
        alias, pool = only("aws_lambda_alias"), only("aws_cognito_user_pool")
        permission, policy = only("aws_lambda_permission"), self.resources["aws_iam_role_policy", "log"]
        policies = [name for of, name in self.resources if of == "aws_iam_role_policy"]
        assert sorted(policies) == ["log", "user_pool"], policies
        attached = [of for of, _ in self.resources if of == "aws_iam_role_policy_attachment"]
        assert policy["policy"] == "${data.aws_iam_policy_document.log.json}"
        assert policy["role"] == "${aws_iam_role.admit.id}" and function["role"] == "${aws_iam_role.admit.arn}"
        (logging,), (environment,) = function["logging_config"], function["environment"]
        follows = alias["function_version"] == "${aws_lambda_function.admit.version}"
        source = self.locals["user_pool_arn"] if permission["source_arn"] == "${local.user_pool_arn}" else "another"
        of_pool = "one(aws_cognito_user_pool.admit[*].arn)" in source
        on_alias = permission["qualifier"] == "${aws_lambda_alias.live.name}"
        trigger = [{"pre_sign_up": "${aws_lambda_alias.live.arn}"}]
        streams = ["${aws_cloudwatch_log_group.admit.arn}:*"]
        variables = dict(re.findall(r"\b(ADMIT_\w+)\s*=\s*(var\.\w+)", environment["variables"]))
        return {
            "runtime": literal(function["runtime"]),
            "timeout": function["timeout"],
            "memory": self.value(function["memory_size"]),
            "architecture": self.value(function["architectures"][0]),
            "variables": {name: self.value("${" + value + "}") for name, value in variables.items()},
            "log format": literal(logging["log_format"]),
            "log group": "its own" if logging["log_group"] == "${aws_cloudwatch_log_group.admit.name}" else "another",
            "retention": self.value(logs["retention_in_days"]),
            "alias": literal(alias["name"]),
            "versions from before": "stay" if function["publish"] is True and follows else "go",
            "trigger": "the alias" if pool["lambda_config"] == trigger else pool["lambda_config"],
            "users": "stay" if literal(pool["deletion_protection"]) == "ACTIVE" else "go",
            "permission": (
                literal(permission["action"]),
                literal(permission["principal"]),
                "the alias" if on_alias else permission["qualifier"],
                "for the pool" if of_pool else source,
            ),
            "role": [
                (
                    [literal(action) for action in each["actions"]],
                    "the streams of its log group"
                    if [literal(resource) for resource in each["resources"]] == streams
                    else each["resources"],
                )
                for each in self.data["aws_iam_policy_document", "log"]["statement"]
            ],
            "access": self.access(),
            "managed policies": len(attached) + len(only("aws_iam_role").get("managed_policy_arns", [])),
            "filters": dict(self.filters()),
            "alarms": dict(self.alarms()),
        }

    def access(self):
        of = "user_pool"
        policy, document = self.resources["aws_iam_role_policy", of], self.data["aws_iam_policy_document", of]
        assert policy["policy"] == "${data.aws_iam_policy_document.user_pool[0].json}"
        assert policy["role"] == "${aws_iam_role.admit.id}"
        access = self.given.get("user_pool_access", literal(self.variables["user_pool_access"]["default"]))
        for each in (policy, document):
            assert each["count"] == '${var.user_pool_access == "none" ? 0 : 1}', each["count"]
        if access == "none":
            return []
        (statement,) = document["statement"]
        assert statement["actions"] == "${local.user_pool_actions[var.user_pool_access]}", statement["actions"]
        assert statement["resources"] == ["${local.user_pool_arn}"], statement["resources"]
        return [([literal(action) for action in self.locals["user_pool_actions"][access]], "the pool")]

    def filters(self):
        for (kind, _), its in self.resources.items():
            if kind == "aws_cloudwatch_log_metric_filter":
                assert its["log_group_name"] == "${aws_cloudwatch_log_group.admit.name}"
                (metric,) = its["metric_transformation"]
                assert metric["namespace"] == "${local.metric_namespace}" and literal(metric["value"]) == "1"
                default = literal(metric["default_value"]) if "default_value" in metric else None
                yield literal(metric["name"]), (literal(its["pattern"]), None if default is None else int(default))

    def alarms(self):
        def metric(its, statistic):
            if its["namespace"] == "${local.metric_namespace}":
                return f"{statistic} of {literal(its['metric_name'])} in {its['period']} s"
            assert its["dimensions"] == {"FunctionName": "${aws_lambda_function.admit.function_name}"}
            return f"{statistic} of {literal(its['namespace'])} {literal(its['metric_name'])} in {its['period']} s"

        for (kind, name), its in self.resources.items():
            if kind != "aws_cloudwatch_metric_alarm":
                continue
            if "metric_query" in its:
                math = [literal(each["expression"]) for each in its["metric_query"] if each.get("return_data")]
                parts = {
                    literal(each["id"]): metric(each["metric"][0], literal(each["metric"][0]["stat"]))
                    for each in its["metric_query"]
                    if not each.get("return_data")
                }
                what = "; ".join(math + [f"{part}: {parts[part]}" for part in sorted(parts)])
            else:
                what = metric(its, literal(its.get("statistic") or its["extended_statistic"]))
            yield (
                name,
                (
                    what,
                    literal(its["comparison_operator"]),
                    self.value(its["threshold"]),
                    f"{its.get('datapoints_to_alarm', its['evaluation_periods'])} of {its['evaluation_periods']}",
                    literal(its["treat_missing_data"]),
                ),
            )


def plain(value):
    """What the parser gives, without its marks and without quotes around names."""
    if isinstance(value, dict):
        return {name.strip('"'): plain(each) for name, each in value.items() if not name.startswith("__")}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


def literal(value):
    """A quoted text without its quotes."""
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"')
    return value


def texts(value):
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def code(text):
    """An expression without what stands in quotes, but for `${…}` in there."""
    out, depth, at = [], [False], 0
    while at < len(text):
        quoted = depth[-1]
        if text.startswith("${", at):
            depth.append(False)
            out.append(" ")
            at += 1
        elif quoted and text[at] == "\\":
            at += 1
        elif text[at] == '"':
            depth[-1] = not quoted
            out.append(" ")
        elif not quoted and text[at] == "{":
            depth.append(False)
            out.append(" ")
        elif not quoted and text[at] == "}":
            depth.pop()
            out.append(" ")
        elif not quoted:
            out.append(text[at])
        at += 1
    return "".join(out)


class Schema:
    """The provider's resources, from the TypeScript declarations that were generated from its schema."""

    def __init__(self, package):
        digest = base64.b64encode(hashlib.sha512(Path(package).read_bytes()).digest()).decode()
        assert digest == PACKAGE_SHA512, f"{package} is not the package that was looked at"
        self.package = tarfile.open(package)
        self.kinds = {}

    def kind(self, name):
        """Interfaces with their members, and the attributes that can be read, of one resource."""
        if name not in self.kinds:
            folder = name.removeprefix("aws_").replace("_", "-")
            try:
                file = self.package.extractfile(f"package/lib/{folder}/index.d.ts")
            except KeyError:
                self.kinds[name] = None
                return None
            text = re.sub(r"/\*.*?\*/", "", file.read().decode(), flags=re.S)
            interfaces = {
                header: re.findall(r"^    readonly (\w+)(\??): (.*?);$", body, flags=re.M | re.S)
                for header, body in re.findall(r"^export interface (\w+)[^\n]*\{\n(.*?)^\}", text, flags=re.M | re.S)
            }
            (resource,) = re.findall(
                r"^export declare class \w+ extends cdktf\.Terraform(?:Resource|DataSource) \{\n(.*?)^\}",
                text,
                flags=re.M | re.S,
            )
            readable = set(re.findall(r"^    get (\w+)\(\)", resource, flags=re.M))
            root = re.search(r"^export interface (\w+) extends cdktf\.TerraformMetaArguments", text, flags=re.M)
            self.kinds[name] = (root[1] if root else None, interfaces, readable)
        return self.kinds[name]

    def has(self, name, attribute):
        kind = self.kind(name)
        return kind is not None and camel(attribute) in kind[2]

    def problems(self, name, body, where):
        kind = self.kind(name)
        if kind is None:
            return [f"terraform: {where}: the provider has no such thing"]
        root, interfaces, _ = kind
        return list(self.block(root, interfaces, body, where))

    def block(self, interface, interfaces, body, where):
        members = {member: (not optional, kind) for member, optional, kind in interfaces[interface]}
        for key, value in body.items():
            if key in META:
                continue
            if camel(key) not in members:
                yield f"terraform: {where}: the provider knows no `{key}`"
                continue
            nested = re.match(r"\w+", members[camel(key)][1])
            nested = nested[0] if nested and nested[0] in interfaces else None
            is_block = isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)
            if is_block != (nested is not None):
                yield f"terraform: {where}: `{key}` is {'an attribute' if is_block else 'a block'} of the provider"
            elif nested:
                for each in value:
                    yield from self.block(nested, interfaces, each, f"{where}.{key}")
        for member, (required, _) in members.items():
            if required and member not in map(camel, body):
                yield f"terraform: {where}: the provider asks for `{member}`"


def camel(name):
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
