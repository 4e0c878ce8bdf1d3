import * as cdk from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as targets from 'aws-cdk-lib/aws-scheduler-targets';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { variables } from '../aws/environment.ts';
import { sequencer } from '../bundle.ts';
import type { DataStack } from './data.ts';
import { HarbourFunction } from './function.ts';
import { retentionOf, type StageProps } from './stage.ts';

type LedgerProps = StageProps & {
  readonly data: DataStack;
  /** The names of the keys that sign, the newest last. */
  readonly keys: readonly string[];
  /** Where a minute that nobody heard ends. */
  readonly failed: sqs.Queue;
};

/**
 * The sequencer of the public ledger: the only function that may sign by its keys and write its files. It reads no record. Until the ledger
 * has an origin it is not woken, since the origin of a log can never change.
 */
export class LedgerStack extends cdk.Stack {
  readonly sequencer: HarbourFunction;
  readonly minute: scheduler.Schedule;

  constructor(scope: Construct, id: string, { stage, data, keys: names, failed, portalHost: _host, ...props }: LedgerProps) {
    super(scope, id, props);
    const enabled = data.ledger.origin !== undefined;
    const keys = names.map((name) => this.#key(name, stage));
    this.sequencer = new HarbourFunction(this, 'Sequencer', {
      code: sequencer,
      description: 'Data Harbour: sequences, signs and publishes the public ledger',
      environment: { ...data.names, [variables.ledgerKeys]: keys.map(({ keyArn }) => keyArn).join(',') },
      may: [
        ...data.mayDecrypt(),
        ...data.mayRead('disclosure'),
        ...data.mayWrite('disclosure'),
        ...data.mayGet('staging'),
        ...data.mayPut('staging'),
        ...data.log.mayRead(),
        ...data.log.mayWrite(),
        new iam.PolicyStatement({ actions: ['kms:GetPublicKey', 'kms:Sign'], resources: keys.map(({ keyArn }) => keyArn) }),
      ],
      retention: retentionOf(stage),
      timeout: cdk.Duration.minutes(1),
      // Any number could run; one is as fast.
      reservedConcurrentExecutions: 1,
      deadLetterQueue: failed,
    });
    const role = this.sequencer.role ?? this.sequencer;
    for (const key of keys) this.#keep(key, this.sequencer);
    this.sequencer.addEventSource(
      new DynamoEventSource(data.tables.disclosure, {
        enabled,
        startingPosition: lambda.StartingPosition.LATEST,
        batchSize: 1000,
        maxBatchingWindow: cdk.Duration.seconds(1),
        filters: [
          lambda.FilterCriteria.filter({
            eventName: lambda.FilterRule.isEqual('INSERT'),
            dynamodb: { Keys: { pk: { S: lambda.FilterRule.isEqual('pending') } } },
          }),
        ],
        retryAttempts: 2,
        maxRecordAge: cdk.Duration.minutes(1),
      }),
    );
    this.minute = new scheduler.Schedule(this, 'Minute', {
      enabled,
      schedule: scheduler.ScheduleExpression.rate(cdk.Duration.minutes(1)),
      // The next minute does what this one did not.
      target: new targets.LambdaInvoke(this.sequencer, { retryAttempts: 0, maxEventAge: cdk.Duration.minutes(1), deadLetterQueue: failed }),
    });
    data.acknowledgeFolders(this.sequencer, 'staging');
    data.log.acknowledge(role);
    cdk.Validations.of(this.sequencer).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason: 'An event only wakes it, and holds nothing: what one did not, the next minute does.',
    });
    const sequencerId = this.getLogicalId(this.sequencer.node.defaultChild as lambda.CfnFunction);
    cdk.Validations.of(this).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${sequencerId}.Arn>:*]`,
      reason: 'The role of the schedule, which may invoke any version of the sequencer and nothing else.',
    });
  }

  /** Ed25519, as signed notes are. A key that is taken off the list signs no longer, and is kept: what it signed stays. */
  #key(name: string, stage: StageProps['stage']): kms.Key {
    return new kms.Key(this, `Key${name}`, {
      description: `Data Harbour: signs the public ledger (${name})`,
      keySpec: kms.KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: kms.KeyUsage.SIGN_VERIFY,
      removalPolicy: stage === 'prod' ? cdk.RemovalPolicy.RETAIN : cdk.RemovalPolicy.DESTROY,
    });
  }
  /** Whatever another role is allowed, an administrator's too, it does not sign the ledger. */
  #keep(key: kms.Key, { role }: HarbourFunction): void {
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['kms:Sign'],
        resources: ['*'],
        conditions: { ArnNotEquals: { 'aws:PrincipalArn': role?.roleArn } },
      }),
    );
  }
}
