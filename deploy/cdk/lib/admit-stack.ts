// The pre sign-up trigger `admit`, with a user pool of its own or for one that exists.
//
// Checked, by deploy/check: it compiles, `cdk synth` makes a template of it, cfn-lint finds nothing in that template,
// and it has what every template here must have.
// Checked once, by hand, in an emulator: the template deployed, sign-ups through the alias, a changed setting, rolling back.
// The emulator knows no metric math, so without the alarm on errors.
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
  /** What `admit bundle --zip` made. */
  readonly functionZip: string;
  /** What `admit bundle --target` was told: compiled policies run on no other. Default: x86_64. */
  readonly architecture?: 'x86_64' | 'arm64';
  /** Megabytes; Lambda gives processor time in proportion. Default: 128. */
  readonly memorySize?: number;
  /**
   * `ADMIT_LOG`. Below `warn` the alarm on failures misses lines. The record of decisions is written in any case.
   * Default: info.
   */
  readonly logLevel?: 'off' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /**
   * `ADMIT_METRICS`, metrics of each decision: none, all, or some of decisions,denials,failures,time. CloudWatch charges
   * for each. Default: none.
   */
  readonly metrics?: string;
  /** Default: 30. */
  readonly logRetentionDays?: number;
  /** A pool that exists and shall be served; none is made then. The stack cannot attach its trigger. */
  readonly userPoolArn?: string;
  /** An SNS topic for the alarms. Without one they are only seen in the console. */
  readonly alarmTopicArn?: string;
  /** Errors that no denial accounts for, in five minutes. Default: 5. */
  readonly errorsThreshold?: number;
  /** Milliseconds, the 99th percentile. Default: 2500, where a decision's budget is 2 s and Cognito waits 5 s. */
  readonly durationThreshold?: number;
}

const METRICS = /^(none|all|(decisions|denials|failures|time)(,(decisions|denials|failures|time))*)$/;
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

    // Made here and not by Lambda, which would keep the lines for ever.
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
      description: 'What a user pool must name as its pre sign-up trigger',
      value: live.functionArn,
    });
    new CfnOutput(this, 'LogGroupName', { value: logGroup.logGroupName });
  }

  /** The function, and the alias that the pool calls: rolling back is moving it, see deploy/README.md. */
  private alias(props: AdmitStackProps, metrics: string, logGroup: logs.ILogGroup): lambda.Alias {
    // Of our own: the one that the CDK would make may create any log group of the account.
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        'write-its-log': new iam.PolicyDocument({
          statements: [
            new iam.PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              // It ends in `:*`: this group's streams.
              resources: [logGroup.logGroupArn],
            }),
          ],
        }),
      },
    });

    // A parameter, since a value from the command line's context would stand in the template.
    const userNameKey = new CfnParameter(this, 'UserNameKey', {
      description:
        'ADMIT_USER_NAME_KEY, a secret of at least 32 characters; puts a keyed hash of the user name into the record. Empty for none.',
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
      // The runtime takes no notice of it, Lambda asks for it.
      handler: 'bootstrap',
      architecture:
        props.architecture === 'arm64' ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
      memorySize: props.memorySize ?? 128,
      // Cognito waits 5 s, which cannot be changed. An answer after that is worth nothing.
      timeout: Duration.seconds(4),
      role,
      logGroup,
      // The lines are JSON already. This leaves them as they are.
      loggingFormat: lambda.LoggingFormat.TEXT,
      environment: {
        // ADMIT_RECORD=off must not be set: without the record every denial looks like a crash to the alarm on errors.
        ADMIT_LOG: props.logLevel ?? 'info',
        ADMIT_METRICS: metrics,
        ADMIT_USER_NAME_KEY: Token.asString(
          Fn.conditionIf(hasUserNameKey.logicalId, userNameKey.valueAsString, Aws.NO_VALUE),
        ),
      },
      // Otherwise the version from before is deleted, and there is nothing to roll back to.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });

    return new lambda.Alias(this, 'Live', { aliasName: 'live', version: fn.currentVersion });
  }

  /** The pool with its trigger, and the permission for that pool alone. */
  private serve(props: AdmitStackProps, live: lambda.Alias): void {
    if (props.userPoolArn !== undefined) {
      live.addPermission('Cognito', {
        principal: new iam.ServicePrincipal('cognito-idp.amazonaws.com'),
        sourceArn: props.userPoolArn,
        sourceAccount: this.account,
      });
      return;
    }

    // Settings that cannot be changed later are worth a look before the first deployment: sign-in aliases, required
    // attributes, case.
    const userPool = new cognito.UserPool(this, 'UserPool', {
      userPoolName: this.stackName,
      selfSignUpEnabled: true,
      signInCaseSensitive: false,
      autoVerify: { email: true },
      accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
      // It holds the users. Deleting the stack leaves it: take the trigger off then, or nobody can sign up.
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // The pool needs the alias, the permission that this makes needs both, the function needs neither: no circle.
    // It has no source account; the pool's ARN holds it.
    userPool.addTrigger(cognito.UserPoolOperation.PRE_SIGN_UP, live);
    new CfnOutput(this, 'UserPoolId', { value: userPool.userPoolId });
  }

  private alarms(props: AdmitStackProps, fn: lambda.IFunction, logGroup: logs.ILogGroup): void {
    const namespace = `Admit/${this.stackName}`;

    // A policy that gives no answer, or a function that cannot work. A denial is none of these.
    const failures = new logs.MetricFilter(this, 'FailuresFilter', {
      logGroup,
      filterPattern: logs.FilterPattern.literal(
        '{ ($.type = "decision" && $.grounds = "failure") || ($.type = "error") || ($.type = "panic") || ($.type = "runtime-error")' +
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
      // Lambda's own lines match nothing. So a function that crashes before its first denial still has data here.
      defaultValue: 0,
      unit: cloudwatch.Unit.COUNT,
    });
    const sum = { statistic: cloudwatch.Stats.SUM, period: PERIOD };

    const all = [
      new cloudwatch.Alarm(this, 'FailuresAlarm', {
        alarmName: `${this.stackName}-failures`,
        alarmDescription:
          "A policy gave no answer, or the function cannot work. The log's lines of type `decision` with the grounds" +
          ' `failure`, `error`, `panic`, `runtime-error`, `lost-lines`, `undelivered`, `not-loaded`, `not-configured` and `invalid-event` say why. If it began with a deployment, roll back.',
        metric: failures.metric(sum),
        evaluationPeriods: 1,
        threshold: 1,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      }),
      // A denial is a function error: nothing else denies a sign-up. So Lambda's errors less the denials of the log are
      // what went wrong, crashes and timeouts that leave no line among them.
      new cloudwatch.Alarm(this, 'ErrorsAlarm', {
        alarmName: `${this.stackName}-errors`,
        alarmDescription:
          'The function fails without having denied anyone: a crash, a timeout, or too little memory. Look at the' +
          " log's lines REPORT and INIT_REPORT. If it began with a deployment, roll back.",
        metric: new cloudwatch.MathExpression({
          expression: 'errors - FILL(denials, 0)',
          label: 'Errors that no denial accounts for',
          // The errors are those of all versions, as the log is.
          usingMetrics: { errors: fn.metricErrors(sum), denials: denials.metric(sum) },
          period: PERIOD,
        }),
        // Denials come by way of the log and may be later than Lambda's own metric. Then the youngest period of a wave
        // of denials looks like errors, those before it do not.
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
          ' each policy in the record says which one takes it.',
        metric: fn.metricDuration({ statistic: cloudwatch.Stats.p(99), period: PERIOD }),
        // With few sign-ups the 99th percentile is the slowest one: one alone is no reason to get up.
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
