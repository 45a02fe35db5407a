"""Deploys a function's zip, has people sign up and sign in, and prints what becomes of each, as JSON.

    python ministack.py '{"endpoint": "http://…", "zip": "function.zip",
                          "signUps": [{"Username": "…", …}], "signIns": [{"provider": "…", "claims": {…}}],
                          "users": [{"Username": "…", …}], "variables": {"AWS_…": "…"}}'

`users` are created before the function is the pool's trigger.
"""

import base64
import faulthandler
import http.server
import json
import platform
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

import botocore.session
from botocore.exceptions import ClientError


def main():
    # Says where it is, and ends.
    faulthandler.dump_traceback_later(60, exit=True)
    told = json.loads(sys.argv[1])
    endpoint = told["endpoint"]
    function = deploy(endpoint, told["zip"], told.get("variables", {}))
    cognito = client(endpoint, "cognito-idp")
    pool = cognito.create_user_pool(
        PoolName="people",
        Schema=[{"Name": "domain", "AttributeDataType": "String"}],
    )["UserPool"]["Id"]
    for request in told.get("users", []):
        create_user(cognito, pool, request)
    cognito.update_user_pool(UserPoolId=pool, LambdaConfig={"PreSignUp": function})

    outcomes = []
    with Browser(endpoint) as browser:
        for provider in {sign_in["provider"] for sign_in in told["signIns"]}:
            cognito.create_identity_provider(
                UserPoolId=pool,
                ProviderName=provider,
                ProviderType="OIDC",
                ProviderDetails=browser.provider_details(),
                AttributeMapping={"email": "email", "email_verified": "email_verified"},
            )
        app = cognito.create_user_pool_client(
            UserPoolId=pool,
            ClientName="app",
            CallbackURLs=[browser.app],
            AllowedOAuthFlows=["code"],
            AllowedOAuthScopes=["openid"],
            AllowedOAuthFlowsUserPoolClient=True,
        )["UserPoolClient"]["ClientId"]

        for request in told["signUps"]:
            outcome = sign_up(cognito, app, request)
            outcomes.append(outcome | {"user": user(cognito, pool, request["Username"])})
        for sign_in in told["signIns"]:
            outcome = browser.sign_in(app, sign_in["provider"], sign_in["claims"])
            name = f"{sign_in['provider']}_{sign_in['claims']['sub']}"
            outcomes.append(outcome | {"user": user(cognito, pool, name)})
    users = [
        {"name": each["Username"], **summary(each, "Attributes")}
        for each in cognito.list_users(UserPoolId=pool)["Users"]
    ]
    print(json.dumps({"outcomes": outcomes, "users": users, "records": records(endpoint)}))


def client(endpoint, service):
    return botocore.session.get_session().create_client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def create_user(cognito, pool, request):
    """A confirmed user with a password."""
    cognito.admin_create_user(UserPoolId=pool, MessageAction="SUPPRESS", **request)
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=request["Username"], Password="a-Passw0rd", Permanent=True
    )


def deploy(endpoint, path, variables):
    with open(path, "rb") as file:
        code = file.read()
    return client(endpoint, "lambda").create_function(
        FunctionName="admit",
        Runtime="provided.al2023",
        Architectures=["arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"],
        Handler="bootstrap",
        Role="arn:aws:iam::000000000000:role/admit",
        Code={"ZipFile": code},
        MemorySize=128,
        Timeout=5,
        Environment={"Variables": variables},
    )["FunctionArn"]


def sign_up(cognito, app, request):
    try:
        answer = cognito.sign_up(ClientId=app, Password="a-Passw0rd", **request)
        return {"confirmed": answer["UserConfirmed"]}
    except ClientError as error:
        return {"error": error.response["Error"]["Code"]}


def user(cognito, pool, name):
    try:
        found = cognito.admin_get_user(UserPoolId=pool, Username=name)
    except cognito.exceptions.UserNotFoundException:
        return None
    return summary(found, "UserAttributes")


def summary(found, attributes):
    attributes = {each["Name"]: each["Value"] for each in found[attributes]}
    return {"status": found["UserStatus"], "attributes": attributes}


def records(endpoint):
    """What the function wrote to its log, without the lines that Lambda adds."""
    pages = client(endpoint, "logs").get_paginator("filter_log_events")
    events = [
        event["message"]
        for page in pages.paginate(logGroupName="/aws/lambda/admit")
        for event in page["events"]
    ]
    return [json.loads(message) for message in events if message.startswith("{")]


class Browser:
    """Somebody's browser, the identity provider that it is sent to, and the app that it ends up at."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.claims = {}
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.server.browser = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.app = f"{self.url}/app"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def provider_details(self):
        return {
            "client_id": "pool",
            "client_secret": "secret",
            "attributes_request_method": "GET",
            "oidc_issuer": self.url,
            "authorize_scopes": "openid",
            "authorize_url": f"{self.url}/authorize",
            "token_url": f"{self.url}/token",
        }

    def sign_in(self, app, provider, claims):
        """Follows the redirections from the pool to the provider, back to the pool and to the app."""
        self.claims = claims
        query = urllib.parse.urlencode({
            "response_type": "code",
            "client_id": app,
            "redirect_uri": self.app,
            "identity_provider": provider,
            "scope": "openid",
        })
        try:
            with urllib.request.urlopen(f"{self.endpoint}/oauth2/authorize?{query}") as page:
                return {"reached": urllib.parse.urlsplit(page.url).path}
        except urllib.error.HTTPError as error:
            return {"error": json.load(error)["__type"]}


class Pages(http.server.BaseHTTPRequestHandler):
    """The pages of the identity provider and of the app."""

    def do_GET(self):
        browser = self.server.browser
        path, _, query = self.path.partition("?")
        if path == "/authorize":
            state = dict(urllib.parse.parse_qsl(query))["state"]
            back = urllib.parse.urlencode({"code": "code", "state": state})
            # Not to the `redirect_uri`: MiniStack does not know which free port it got.
            self.answer(302, b"", f"{browser.endpoint}/oauth2/idpresponse?{back}")
        else:
            self.answer(200, b"Welcome")

    def do_POST(self):
        claims = json.dumps(self.server.browser.claims).encode()
        token = base64.urlsafe_b64encode(claims).rstrip(b"=").decode()
        tokens = {"id_token": f"e30.{token}.", "access_token": "access", "token_type": "Bearer"}
        self.answer(200, json.dumps(tokens).encode())

    def answer(self, status, body, location=None):
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


main()
