"""Invokes a function by the AWS SDK, and prints what the SDK says, as JSON.

    python invoke.py '{"endpoint": "http://…", "event": "…"}'
"""

import json
import sys

import botocore.session

told = json.loads(sys.argv[1])
client = botocore.session.get_session().create_client(
    "lambda",
    endpoint_url=told["endpoint"],
    region_name="us-east-1",
    aws_access_key_id="local",
    aws_secret_access_key="local",
)
answer = client.invoke(FunctionName="admit", Payload=told["event"].encode())
print(json.dumps({
    "status": answer["StatusCode"],
    "error": answer.get("FunctionError"),
    "version": answer.get("ExecutedVersion"),
    "payload": answer["Payload"].read().decode(),
}))
