// The pre sign-up trigger `admit`, with a new user pool or for an existing one.
//
// deploy/check checks: it compiles, `cdk synth` generates a template without findings of cfn-lint, and the template has
// the facts that all templates here must share.
// Checked once, by hand, in an emulator: deploying the template, sign-ups through the alias, a changed setting, rolling
// back. Without the alarm on errors, since the emulator does not support metric math.
// Not checked: a deployment to AWS, and the filter patterns in CloudWatch itself.

import {
  Aws,
  CfnCondition,
  CfnOutput,
  CfnParameter,
  Duration,
  Fn,
  RemovalPolicy,
  Stack,
  StackProps,
  Token,
  aws_cloudwatch as cloudwatch,
  aws_cloudwatch_actions as actions,
  aws_cognito as cognito,
  aws_iam as iam,
  aws_lambda as lambda,
  aws_logs as logs,
  aws_sns as sns,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';

export interface AdmitStackProps extends StackProps {
  /** The output of `admit bundle --zip`. */
  readonly functionZip: string;
  /** The value of `admit bundle --target`; compiled policies run only on this architecture. Default: x86_64. */
  readonly architecture?: 'x86_64' | 'arm64';
  /** In megabytes; Lambda allocates processor time in proportion. Default: 128. */
  readonly memorySize?: number;
  /**
   * `ADMIT_LOG`. Below `warn`, the alarm on failures misses lines. Records of decisions are always written.
   * Default: info.
   */
  readonly logLevel?: 'off' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /**
   * `ADMIT_METRICS`, the metrics of each decision: none, all, or some of decisions,denials,failures,time. CloudWatch
   * charges for each. Default: none.
   */
  readonly metrics?: string;
  /** Default: 30. */
  readonly logRetentionDays?: number;
  /** An existing pool to serve instead of a new one. The stack cannot attach its trigger. */
  readonly userPoolArn?: string;
  /**
   * What the function may do with the pool, the most that `admit bundle --iam` prints: `lookups` for look-ups of users,
   * `links` also to link identities. Default: none.
   */
  readonly userPoolAccess?: UserPoolAccess;
  /** An SNS topic for the alarms. Without one, alarms are shown only in the console. */
  readonly alarmTopicArn?: string;
  /** Errors without a matching denial, in five minutes. Default: 5. */
  readonly errorsThreshold?: number;
  /** The 99th percentile, in milliseconds. Default: 2500; Cognito waits 5 s, and a decision's budget is 2 s by default. */
  readonly durationThreshold?: number;
}

export type UserPoolAccess = 'none' | 'lookups' | 'links';

/** The actions that `admit bundle --iam` prints. */
const USER_POOL_ACTIONS: Record<UserPoolAccess, string[]> = {
  none: [],
  lookups: ['cognito-idp:ListUsers'],
  links: [
    'cognito-idp:ListUsers',
    'cognito-idp:AdminLinkProviderForUser',
    'cognito-idp:ListIdentityProviders',
  ],
};

const METRICS = /^(none|all|(decisions|denials|failures|no-policy-applies|time)(,(decisions|denials|failures|no-policy-applies|time))*)$/;
const PERIOD = Duration.minutes(5);

export class AdmitStack extends Stack {
  constructor(scope: Construct, id: string, props: AdmitStackProps) {
    super(scope, id, props);

    const metrics = props.metrics ?? 'none';
    if (!METRICS.test(metrics)) {
      throw new Error(
        `metrics must be none, all or some of decisions,denials,failures,time, not \`${metrics}\``,
      );
    }

    // Created here because a log group that Lambda creates keeps its lines for ever.
    const logGroup = new logs.LogGroup(this, 'LogGroup', {
      logGroupName: `/aws/lambda/${this.stackName}`,
      retention: props.logRetentionDays ?? logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const live = this.alias(props, metrics, logGroup);
    this.serve(props, live);
    this.alarms(props, live.lambda, logGroup);

    new CfnOutput(this, 'FunctionName', { value: live.lambda.functionName });
    new CfnOutput(this, 'AliasArn', {
      description: 'The pre sign-up trigger to set in a user pool',
      value: live.functionArn,
    });
    new CfnOutput(this, 'LogGroupName', { value: logGroup.logGroupName });
  }

  /** The function, and the alias that the pool calls. To roll back, move the alias, see deploy/README.md. */
  private alias(props: AdmitStackProps, metrics: string, logGroup: logs.ILogGroup): lambda.Alias {
    // A role of our own: the one that the CDK would create may create any log group of the account.
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        'write-its-log': new iam.PolicyDocument({
          statements: [
            new iam.PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              // This ARN ends in `:*`, the streams of this group.
              resources: [logGroup.logGroupArn],
            }),
          ],
        }),
      },
    });

    // A parameter, since a context value from the command line would appear in the template.
    const userNameKey = new CfnParameter(this, 'UserNameKey', {
      description:
        'ADMIT_USER_NAME_KEY, a secret of at least 32 characters. Records then have a keyed hash of the user name. Empty for none.',
      noEcho: true,
      default: '',
      allowedPattern: '^(|.{32,})$',
    });
    const hasUserNameKey = new CfnCondition(this, 'HasUserNameKey', {
      expression: Fn.conditionNot(Fn.conditionEquals(userNameKey.valueAsString, '')),
    });

    const fn = new lambda.Function(this, 'Function', {
      functionName: this.stackName,
      description: 'Decides who may sign up to a Cognito user pool',
      code: lambda.Code.fromAsset(props.functionZip),
      runtime: lambda.Runtime.PROVIDED_AL2023,
      // Lambda requires it, but the runtime ignores it.
      handler: 'bootstrap',
      architecture:
        props.architecture === 'arm64' ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
      memorySize: props.memorySize ?? 128,
      // Cognito waits 5 s, which cannot be changed. A later answer is useless.
      timeout: Duration.seconds(4),
      role,
      logGroup,
      // The lines are JSON already, and `Text` leaves them unchanged.
      loggingFormat: lambda.LoggingFormat.TEXT,
      environment: {
        // Do not set ADMIT_RECORD=off: without records, the alarm on errors takes every denial for a crash.
        ADMIT_LOG: props.logLevel ?? 'info',
        ADMIT_METRICS: metrics,
        ADMIT_USER_NAME_KEY: Token.asString(
          Fn.conditionIf(hasUserNameKey.logicalId, userNameKey.valueAsString, Aws.NO_VALUE),
        ),
      },
      // Otherwise the previous version is deleted, and there is nothing to roll back to.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });

    return new lambda.Alias(this, 'Live', { aliasName: 'live', version: fn.currentVersion });
  }

  /** The pool with its trigger, and the permission for that pool only. */
  private serve(props: AdmitStackProps, live: lambda.Alias): void {
    if (props.userPoolArn !== undefined) {
      live.addPermission('Cognito', {
        principal: new iam.ServicePrincipal('cognito-idp.amazonaws.com'),
        sourceArn: props.userPoolArn,
        sourceAccount: this.account,
      });
      this.allow(props, live, props.userPoolArn);
      return;
    }

    // Check the settings that cannot be changed later before the first deployment: sign-in aliases, required attributes,
    // case.
    const userPool = new cognito.UserPool(this, 'UserPool', {
      userPoolName: this.stackName,
      selfSignUpEnabled: true,
      signInCaseSensitive: false,
      autoVerify: { email: true },
      accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
      // It contains the users, so it is kept when the stack is deleted. Remove the trigger then, or every sign-up fails.
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // The pool needs the alias, the permission that this creates needs both, and the function needs neither, which avoids
    // a cycle. The permission has no source account, which is part of the pool's ARN.
    userPool.addTrigger(cognito.UserPoolOperation.PRE_SIGN_UP, live);
    this.allow(props, live, userPool.userPoolArn);
    new CfnOutput(this, 'UserPoolId', { value: userPool.userPoolId });
  }

  /**
   * The permissions for look-ups and links, for one pool only. Separate from the role, to avoid a cycle: the pool needs
   * the function, which needs the role.
   */
  private allow(props: AdmitStackProps, live: lambda.Alias, userPoolArn: string): void {
    const actions = USER_POOL_ACTIONS[props.userPoolAccess ?? 'none'];
    if (actions.length === 0 || live.lambda.role === undefined) {
      return;
    }
    new iam.Policy(this, 'UserPoolAccess', {
      policyName: 'use-its-user-pool',
      roles: [live.lambda.role],
      statements: [new iam.PolicyStatement({ actions, resources: [userPoolArn] })],
    });
  }

  private alarms(props: AdmitStackProps, fn: lambda.IFunction, logGroup: logs.ILogGroup): void {
    const namespace = `Admit/${this.stackName}`;

    // A policy or a link that fails, or a function that cannot work. Denials do not count.
    const failures = new logs.MetricFilter(this, 'FailuresFilter', {
      logGroup,
      filterPattern: logs.FilterPattern.literal(
        '{ ($.type = "decision" && $.grounds = "failure") || ($.type = "decision" && $.grounds = "link-conflict")' +
          ' || ($.type = "link-failed") || ($.type = "error") || ($.type = "panic") || ($.type = "runtime-error")' +
          ' || ($.type = "lost-lines") || ($.type = "undelivered")' +
          ' || ($.type = "not-loaded") || ($.type = "not-configured") || ($.type = "invalid-event") }',
      ),
      metricNamespace: namespace,
      metricName: 'Failures',
      metricValue: '1',
      unit: cloudwatch.Unit.COUNT,
    });
    const denials = new logs.MetricFilter(this, 'DenialsFilter', {
      logGroup,
      filterPattern: logs.FilterPattern.literal('{ $.type = "decision" && $.grounds = "denial" }'),
      metricNamespace: namespace,
      metricName: 'Denials',
      metricValue: '1',
      // Lambda's own lines count as 0, so that a function that crashes before its first denial has data here.
      defaultValue: 0,
      unit: cloudwatch.Unit.COUNT,
    });
    const sum = { statistic: cloudwatch.Stats.SUM, period: PERIOD };

    const all = [
      new cloudwatch.Alarm(this, 'FailuresAlarm', {
        alarmName: `${this.stackName}-failures`,
        alarmDescription:
          'A policy or a link failed, or the function cannot work. The log lines of type `decision` with the grounds' +
          ' `failure` or `link-conflict`, `link-failed`, `error`, `panic`, `runtime-error`, `lost-lines`, `undelivered`, `not-loaded`, `not-configured` and `invalid-event` say why. If it began with a deployment, roll back.',
        metric: failures.metric(sum),
        evaluationPeriods: 1,
        threshold: 1,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      }),
      // A denial is a function error, since that is the only way to deny a sign-up. The real errors are Lambda's errors
      // minus the denials in the log; they include crashes and timeouts, which do not write a line.
      new cloudwatch.Alarm(this, 'ErrorsAlarm', {
        alarmName: `${this.stackName}-errors`,
        alarmDescription:
          'The function fails without having denied anyone: a crash, a timeout, or too little memory. Look at the' +
          " log's lines REPORT and INIT_REPORT. If it began with a deployment, roll back.",
        metric: new cloudwatch.MathExpression({
          expression: 'errors - FILL(denials, 0)',
          label: 'Errors without a matching denial',
          // The errors of all versions, like the log.
          usingMetrics: { errors: fn.metricErrors(sum), denials: denials.metric(sum) },
          period: PERIOD,
        }),
        // Denials arrive through the log, and may be later than Lambda's own metric. Then only the last period of many
        // denials looks like errors.
        evaluationPeriods: 3,
        datapointsToAlarm: 2,
        threshold: props.errorsThreshold ?? 5,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      }),
      new cloudwatch.Alarm(this, 'DurationAlarm', {
        alarmName: `${this.stackName}-duration`,
        alarmDescription:
          'Decisions come close to the 5 s that Cognito waits. More memory brings more processor time; `microseconds` of' +
          ' each policy in the record shows which one takes it.',
        metric: fn.metricDuration({ statistic: cloudwatch.Stats.p(99), period: PERIOD }),
        // With few sign-ups, the 99th percentile is the slowest one: do not alarm on a single slow sign-up.
        evaluationPeriods: 3,
        datapointsToAlarm: 2,
        threshold: props.durationThreshold ?? 2500,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      }),
    ];

    if (props.alarmTopicArn !== undefined) {
      const topic = new actions.SnsAction(
        sns.Topic.fromTopicArn(this, 'AlarmTopic', props.alarmTopicArn),
      );
      for (const alarm of all) {
        alarm.addAlarmAction(topic);
        alarm.addOkAction(topic);
      }
    }
  }
}
