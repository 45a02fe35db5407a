// The stack, with settings from the command line: `cdk deploy -c logLevel=debug -c metrics=all`.
// The settings are the members of AdmitStackProps, and `stackName`.

import { App } from 'aws-cdk-lib';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { AdmitStack } from '../lib/admit-stack';

const app = new App();

function text(name: string): string | undefined {
  const value: unknown = app.node.tryGetContext(name);
  return value === undefined || value === '' ? undefined : String(value);
}

function number(name: string): number | undefined {
  const value = text(name);
  if (value !== undefined && !/^[1-9][0-9]*$/.test(value)) {
    throw new Error(`${name} must be a whole number above 0, not \`${value}\``);
  }
  return value === undefined ? undefined : Number(value);
}

function oneOf<Choice extends string>(
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = text(name);
  const choice = choices.find((each) => each === value);
  if (value !== undefined && choice === undefined) {
    throw new Error(`${name} must be one of ${choices.join(', ')}, not \`${value}\``);
  }
  return choice;
}

// From build/bin up to the root of the repository.
const functionZip = path.resolve(
  text('functionZip') ?? path.join(__dirname, '../../../../function.zip'),
);
if (!existsSync(functionZip)) {
  throw new Error(
    `no ${functionZip}: make it with \`admit bundle --zip\`, or name another by -c functionZip=…`,
  );
}

new AdmitStack(app, 'Admit', {
  stackName: text('stackName') ?? 'admit',
  description: 'admit, a pre sign-up trigger for Amazon Cognito',
  functionZip,
  architecture: oneOf('architecture', ['x86_64', 'arm64']),
  memorySize: number('memorySize'),
  logLevel: oneOf('logLevel', ['off', 'error', 'warn', 'info', 'debug', 'trace']),
  metrics: text('metrics'),
  logRetentionDays: number('logRetentionDays'),
  userPoolArn: text('userPoolArn'),
  userPoolAccess: oneOf('userPoolAccess', ['none', 'lookups', 'links']),
  alarmTopicArn: text('alarmTopicArn'),
  errorsThreshold: number('errorsThreshold'),
  durationThreshold: number('durationThreshold'),
});
