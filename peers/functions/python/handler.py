"""The three samples of AWS as one handler: the logic of tests/native/src/main.rs."""

CHARACTERS = 5


class SignUpDenied(Exception):
    pass


def handler(event, context):
    if len(event.get("userName") or "") < CHARACTERS:
        raise SignUpDenied(
            f"Cannot register users with username less than the minimum length of {CHARACTERS}"
        )
    attributes = (event.get("request") or {}).get("userAttributes") or {}
    email, phone = attributes.get("email"), attributes.get("phone_number")
    _, at, domain = (email or "").rpartition("@")
    is_corporate = bool(at) and domain == attributes.get("custom:domain")
    response = event["response"]
    # AWS's first sample, then its second, which confirms everybody.
    response["autoConfirmUser"] = is_corporate
    response["autoConfirmUser"] = True
    response["autoVerifyEmail"] = bool(email)
    response["autoVerifyPhone"] = bool(phone)
    return event
