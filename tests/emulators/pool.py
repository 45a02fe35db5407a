"""Sets up a user pool in an emulator, with IAM principals where it checks them, and prints their names and keys, as JSON.

    python pool.py '{"endpoint": "http://…", "users": [{"Username": "…", …}], "providers": ["Google"],
                     "principals": {"reader": ["cognito-idp:ListUsers"]}}'

The first three requests are those that moto does not check: they create the administrator.
Without `principals`, an emulator is expected to accept any keys.
"""

import json
import sys

import botocore.session

LOCAL = {"AccessKeyId": "local", "SecretAccessKey": "local"}


def main():
    told = json.loads(sys.argv[1])
    endpoint = told["endpoint"]
    principals = told.get("principals")
    keys = LOCAL if principals is None else administrator(endpoint)
    cognito = client(endpoint, "cognito-idp", keys)
    pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    for user in told["users"]:
        cognito.admin_create_user(UserPoolId=pool, **user)
    for provider in told["providers"]:
        cognito.create_identity_provider(
            UserPoolId=pool,
            ProviderName=provider,
            ProviderType="Google",
            ProviderDetails={"client_id": "pool", "client_secret": "secret", "authorize_scopes": "openid"},
        )
    known = {name: principal(endpoint, keys, name, actions) for name, actions in (principals or {}).items()}
    print(json.dumps({"pool": pool, "principals": known}))


def client(endpoint, service, keys):
    return botocore.session.get_session().create_client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
    )


def policy(actions):
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def administrator(endpoint):
    iam = client(endpoint, "iam", LOCAL)
    iam.create_user(UserName="administrator")
    keys = iam.create_access_key(UserName="administrator")["AccessKey"]
    iam.put_user_policy(UserName="administrator", PolicyName="all", PolicyDocument=policy(["*"]))
    return keys


def principal(endpoint, administrator_keys, name, actions):
    """The temporary credentials of a role, such as a function has, with these permissions."""
    iam = client(endpoint, "iam", administrator_keys)
    who = iam.get_user(UserName="administrator")["User"]["Arn"]
    trust = {"Effect": "Allow", "Principal": {"AWS": [who]}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="permissions", PolicyDocument=policy(actions))
    sts = client(endpoint, "sts", administrator_keys)
    keys = sts.assume_role(RoleArn=role, RoleSessionName="admit")["Credentials"]
    return {name: keys[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}


main()
