# The pre sign-up trigger `admit`, with a new user pool or for an existing one.
#
#   admit bundle --manifest plugins/admit.toml --zip function.zip --target x86_64
#   terraform -chdir=deploy/terraform init
#   terraform -chdir=deploy/terraform apply
#
# deploy/check checks: the format, every reference, every attribute against the schema of the provider 6.25.0, and the
# facts that all templates here must share; and `terraform validate`, if the provider's registry can be reached.
# Checked once, by hand, with Terraform 1.11: the variables' conditions and the expressions that use them.
# Not checked: a plan, a deployment to AWS, and the filter patterns in CloudWatch itself.

data "aws_caller_identity" "current" {}

locals {
  function_zip     = var.function_zip == null ? "${path.module}/../../function.zip" : var.function_zip
  user_pool_arn    = var.user_pool_arn == null ? one(aws_cognito_user_pool.admit[*].arn) : var.user_pool_arn
  alarm_actions    = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
  metric_namespace = "Admit/${var.name}"

  # The actions that `admit bundle --iam` prints.
  user_pool_actions = {
    none    = []
    lookups = ["cognito-idp:ListUsers"]
    links   = ["cognito-idp:ListUsers", "cognito-idp:AdminLinkProviderForUser", "cognito-idp:ListIdentityProviders"]
  }
}

# Created here because a log group that Lambda creates keeps its lines for ever.
resource "aws_cloudwatch_log_group" "admit" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

# Not AWSLambdaBasicExecutionRole, which may create any log group of the account.
data "aws_iam_policy_document" "log" {
  statement {
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    # The streams of this group.
    resources = ["${aws_cloudwatch_log_group.admit.arn}:*"]
  }
}

resource "aws_iam_role" "admit" {
  name_prefix        = "${substr(var.name, 0, 37)}-"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "log" {
  name   = "write-its-log"
  role   = aws_iam_role.admit.id
  policy = data.aws_iam_policy_document.log.json
}

# For this pool only.
data "aws_iam_policy_document" "user_pool" {
  count = var.user_pool_access == "none" ? 0 : 1

  statement {
    actions   = local.user_pool_actions[var.user_pool_access]
    resources = [local.user_pool_arn]
  }
}

# Separate, to avoid a cycle: the pool needs the function, which needs the role.
resource "aws_iam_role_policy" "user_pool" {
  count = var.user_pool_access == "none" ? 0 : 1

  name   = "use-its-user-pool"
  role   = aws_iam_role.admit.id
  policy = data.aws_iam_policy_document.user_pool[0].json
}

resource "aws_lambda_function" "admit" {
  function_name    = var.name
  description      = "Decides who may sign up to a Cognito user pool"
  filename         = local.function_zip
  source_code_hash = filebase64sha256(local.function_zip)
  runtime          = "provided.al2023"
  # Lambda requires it, but the runtime ignores it.
  handler       = "bootstrap"
  architectures = [var.architecture]
  memory_size   = var.memory_size
  # Cognito waits 5 s, which cannot be changed. A later answer is useless.
  timeout = 4
  role    = aws_iam_role.admit.arn
  # Each change creates a version, and previous versions are kept. To roll back, move the alias: deploy/README.md.
  publish = true

  logging_config {
    log_group = aws_cloudwatch_log_group.admit.name
    # The lines are JSON already, and `Text` leaves them unchanged.
    log_format = "Text"
  }

  environment {
    # Do not set ADMIT_RECORD=off: without records, the alarm on errors takes every denial for a crash.
    variables = merge(
      {
        ADMIT_LOG     = var.log_level
        ADMIT_METRICS = var.metrics
      },
      # Whether a key is set is not a secret; otherwise a plan would hide the other variables too.
      nonsensitive(var.user_name_key == null) ? {} : { ADMIT_USER_NAME_KEY = var.user_name_key },
    )
  }

  # The first sign-up needs the permission to write its log.
  depends_on = [aws_iam_role_policy.log]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.admit.function_name
  function_version = aws_lambda_function.admit.version
}

# Check the settings that cannot be changed later before the first apply: sign-in aliases, required attributes, case.
resource "aws_cognito_user_pool" "admit" {
  count = var.user_pool_arn == null ? 1 : 0

  name = var.name
  # It contains the users. To destroy it, set this to INACTIVE first.
  deletion_protection      = "ACTIVE"
  auto_verified_attributes = ["email"]

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  username_configuration {
    case_sensitive = false
  }

  lambda_config {
    pre_sign_up = aws_lambda_alias.live.arn
  }
}

# Separate, to avoid a cycle: the pool needs the alias, the permission needs both, the function needs neither.
resource "aws_lambda_permission" "cognito" {
  statement_id   = "AllowCognito"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.admit.function_name
  qualifier      = aws_lambda_alias.live.name
  principal      = "cognito-idp.amazonaws.com"
  source_account = data.aws_caller_identity.current.account_id
  source_arn     = local.user_pool_arn
}

# A policy or a link that fails, or a function that cannot work. Denials do not count.
resource "aws_cloudwatch_log_metric_filter" "failures" {
  name           = "failures"
  log_group_name = aws_cloudwatch_log_group.admit.name
  pattern        = "{ ($.type = \"decision\" && $.grounds = \"failure\") || ($.type = \"decision\" && $.grounds = \"link-conflict\") || ($.type = \"link-failed\") || ($.type = \"error\") || ($.type = \"panic\") || ($.type = \"runtime-error\") || ($.type = \"lost-lines\") || ($.type = \"undelivered\") || ($.type = \"not-loaded\") || ($.type = \"not-configured\") || ($.type = \"invalid-event\") }"

  metric_transformation {
    namespace = local.metric_namespace
    name      = "Failures"
    value     = "1"
    unit      = "Count"
  }
}

resource "aws_cloudwatch_log_metric_filter" "denials" {
  name           = "denials"
  log_group_name = aws_cloudwatch_log_group.admit.name
  pattern        = "{ $.type = \"decision\" && $.grounds = \"denial\" }"

  metric_transformation {
    namespace = local.metric_namespace
    name      = "Denials"
    value     = "1"
    # Lambda's own lines count as 0, so that a function that crashes before its first denial has data here.
    default_value = "0"
    unit          = "Count"
  }
}

resource "aws_cloudwatch_metric_alarm" "failures" {
  alarm_name          = "${var.name}-failures"
  alarm_description   = "A policy or a link failed, or the function cannot work. The log lines of type `decision` with the grounds `failure` or `link-conflict`, `link-failed`, `error`, `panic`, `runtime-error`, `lost-lines`, `undelivered`, `not-loaded`, `not-configured` and `invalid-event` say why. If it began with a deployment, roll back."
  namespace           = local.metric_namespace
  metric_name         = "Failures"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

# A denial is a function error, since that is the only way to deny a sign-up. The real errors are Lambda's errors minus
# the denials in the log; they include crashes and timeouts, which do not write a line.
resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name        = "${var.name}-errors"
  alarm_description = "The function fails without having denied anyone: a crash, a timeout, or too little memory. Look at the log's lines REPORT and INIT_REPORT. If it began with a deployment, roll back."
  # Denials arrive through the log, and may be later than Lambda's own metric. Then only the last period of many denials
  # looks like errors.
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  threshold           = var.errors_threshold
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions

  metric_query {
    id          = "unexplained"
    label       = "Errors without a matching denial"
    expression  = "errors - FILL(denials, 0)"
    return_data = true
  }

  metric_query {
    id = "errors"

    metric {
      namespace   = "AWS/Lambda"
      metric_name = "Errors"
      stat        = "Sum"
      period      = 300
      # Of all versions, like the log.
      dimensions = { FunctionName = aws_lambda_function.admit.function_name }
    }
  }

  metric_query {
    id = "denials"

    metric {
      namespace   = local.metric_namespace
      metric_name = "Denials"
      stat        = "Sum"
      period      = 300
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "duration" {
  alarm_name         = "${var.name}-duration"
  alarm_description  = "Decisions come close to the 5 s that Cognito waits. More memory brings more processor time; `microseconds` of each policy in the record shows which one takes it."
  namespace          = "AWS/Lambda"
  metric_name        = "Duration"
  dimensions         = { FunctionName = aws_lambda_function.admit.function_name }
  extended_statistic = "p99"
  period             = 300
  # With few sign-ups, the 99th percentile is the slowest one: do not alarm on a single slow sign-up.
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  threshold           = var.duration_threshold
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}
