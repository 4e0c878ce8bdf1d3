import * as cdk from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as targets from 'aws-cdk-lib/aws-scheduler-targets';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { variables } from '../aws/environment.ts';
import { belt, clock } from '../bundle.ts';
import type { DataStack } from './data.ts';
import { HarbourFunction } from './function.ts';
import { retentionOf, type StageProps } from './stage.ts';

type WorkProps = StageProps & { readonly data: DataStack; readonly jobs: sqs.Queue };

/** What runs beside requests: the belt, woken by the stream of records, and the clock, woken each minute. */
export class WorkStack extends cdk.Stack {
  readonly functions: readonly HarbourFunction[];
  readonly failed: sqs.Queue;
  readonly minute: scheduler.Schedule;

  constructor(scope: Construct, id: string, { stage, data, jobs, portalHost: _host, ...props }: WorkProps) {
    super(scope, id, props);
    this.failed = new sqs.Queue(this, 'Failed', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: cdk.Duration.days(14),
    });
    const all = {
      environment: { ...data.names, [variables.jobs]: jobs.queueUrl },
      may: [
        ...data.mayOpen(),
        ...data.mayRead('records', 'disclosure', 'openings', 'releases', 'money', 'search', 'usage'),
        ...data.mayWrite('records', 'disclosure', 'openings', 'releases', 'money', 'search', 'usage'),
        ...data.mayRemove('quarantine', 'exports'), // what has been loaded, refused or not let out
        new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [jobs.queueArn] }),
      ],
      retention: retentionOf(stage),
      timeout: cdk.Duration.minutes(1),
    };
    const carries = new HarbourFunction(this, 'Belt', { ...all, code: belt, description: 'Data Harbour: carries events on' });
    carries.addEventSource(
      new DynamoEventSource(data.tables.records, {
        startingPosition: lambda.StartingPosition.TRIM_HORIZON,
        batchSize: 25,
        parallelizationFactor: 4,
        // Only a new event is news.
        filters: [
          lambda.FilterCriteria.filter({
            eventName: lambda.FilterRule.isEqual('INSERT'),
            dynamodb: { Keys: { sk: { S: lambda.FilterRule.beginsWith('event#') } } },
          }),
        ],
        reportBatchItemFailures: true,
        bisectBatchOnError: true,
        retryAttempts: 5,
        maxRecordAge: cdk.Duration.hours(1),
        onFailure: new SqsDlq(this.failed),
      }),
    );
    const ticks = new HarbourFunction(this, 'Clock', {
      ...all,
      code: clock,
      description: 'Data Harbour: fires what is due and delivers what the stream missed',
      deadLetterQueue: this.failed,
    });
    this.minute = new scheduler.Schedule(this, 'Minute', {
      schedule: scheduler.ScheduleExpression.rate(cdk.Duration.minutes(1)),
      // The next minute does what this one did not.
      target: new targets.LambdaInvoke(ticks, { retryAttempts: 0, maxEventAge: cdk.Duration.minutes(1), deadLetterQueue: this.failed }),
    });
    this.functions = [carries, ticks];
    for (const one of this.functions) data.acknowledgeFolders(one, 'quarantine', 'exports');
    cdk.Validations.of(this.failed).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'It is where given-up work ends; a person is called.',
    });
    const clockId = this.getLogicalId(ticks.node.defaultChild as lambda.CfnFunction);
    cdk.Validations.of(this).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${clockId}.Arn>:*]`,
      reason: 'The role of the schedule, which may invoke any version of the clock and nothing else.',
    });
  }
}
