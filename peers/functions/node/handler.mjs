// The three samples of AWS as one handler: the logic of tests/native/src/main.rs.

const CHARACTERS = 5;

class SignUpDenied extends Error {
  name = "SignUpDenied";
}

export const handler = async (event) => {
  if ([...(event.userName ?? "")].length < CHARACTERS) {
    throw new SignUpDenied(
      `Cannot register users with username less than the minimum length of ${CHARACTERS}`,
    );
  }
  const attributes = event.request?.userAttributes ?? {};
  const { email, phone_number: phone } = attributes;
  const at = email?.lastIndexOf("@") ?? -1;
  const isCorporate = at >= 0 && email.slice(at + 1) === attributes["custom:domain"];
  // AWS's first sample, then its second, which confirms everybody.
  event.response.autoConfirmUser = isCorporate;
  event.response.autoConfirmUser = true;
  event.response.autoVerifyEmail = Boolean(email);
  event.response.autoVerifyPhone = Boolean(phone);
  return event;
};
