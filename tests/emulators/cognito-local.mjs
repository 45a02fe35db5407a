// Signs people up through the AWS SDK and prints what becomes of each, as JSON.
//
//   node cognito-local.mjs '{"endpoint": "http://…", "signUps": [{"Username": "…", …}]}'

import { createRequire } from "node:module";

// The packages are in the folder that this is started in, not beside it.
const require = createRequire(`${process.cwd()}/`);
const { CognitoIdentityProvider } = require("@aws-sdk/client-cognito-identity-provider");

setTimeout(() => { throw new Error("no end after a minute"); }, 60_000).unref();

const { endpoint, signUps } = JSON.parse(process.argv[2]);
const cognito = new CognitoIdentityProvider({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
  maxAttempts: 1,
});

const { UserPool } = await cognito.createUserPool({ PoolName: "people" });
const UserPoolId = UserPool.Id;
const { UserPoolClient } = await cognito.createUserPoolClient({ UserPoolId, ClientName: "app" });
const ClientId = UserPoolClient.ClientId;

const outcomes = [];
for (const request of signUps) {
  const outcome = await signUp(request);
  outcomes.push({ ...outcome, user: await user(request.Username) });
}
console.log(JSON.stringify(outcomes));

async function signUp(request) {
  try {
    const answer = await cognito.signUp({ ClientId, Password: "a-Passw0rd", ...request });
    return { confirmed: answer.UserConfirmed };
  } catch (error) {
    const { name, message, $metadata } = error;
    return { error: { name, message, status: $metadata?.httpStatusCode } };
  }
}

async function user(Username) {
  try {
    const found = await cognito.adminGetUser({ UserPoolId, Username });
    const attributes = found.UserAttributes.map(({ Name, Value }) => [Name, Value]);
    return { status: found.UserStatus, attributes: Object.fromEntries(attributes) };
  } catch (error) {
    if (error.name === "UserNotFoundException") return null;
    throw error;
  }
}
