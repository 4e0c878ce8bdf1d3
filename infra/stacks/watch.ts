import * as cdk from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { ApiStack } from './api.ts';
import type { LedgerStack } from './ledger.ts';
import type { SandboxStack } from './sandbox.ts';
import { outputs, type StageProps } from './stage.ts';
import type { WorkStack } from './work.ts';

type WatchProps = StageProps & {
  readonly api: ApiStack;
  readonly sandbox: SandboxStack;
  readonly work: WorkStack;
  readonly ledger: LedgerStack;
};

/** What a person is called for: work that was given up, answers that failed, a clock that stands still. */
export class WatchStack extends cdk.Stack {
  constructor(scope: Construct, id: string, { stage: _stage, portalHost: _host, api, sandbox, work, ledger, ...props }: WatchProps) {
    super(scope, id, props);
    const topic = new sns.Topic(this, 'Alarms', { enforceSSL: true });
    const period = cdk.Duration.minutes(5);
    const [belt, clock] = work.functions;
    const above: Readonly<Record<string, readonly [metric: cloudwatch.IMetric | undefined, threshold: number, what: string]>> = {
      FailedJobs: [sandbox.failed.metricApproximateNumberOfMessagesVisible({ period }), 1, 'a job of the sandbox was given up'],
      FailedWork: [work.failed.metricApproximateNumberOfMessagesVisible({ period }), 1, 'an event or a minute of the clock was given up'],
      Api: [api.api.metricServerError({ period, statistic: 'Sum' }), 5, 'the API answers with errors of its own'],
      Belt: [belt?.metricErrors({ period }), 3, 'the belt fails'],
      Clock: [clock?.metricErrors({ period }), 3, 'the clock fails'],
      Sequencer: [ledger.sequencer.metricErrors({ period }), 3, 'the public ledger is not carried on'],
      Worker: [sandbox.worker.metricErrors({ period }), 3, 'the worker fails'],
    };
    for (const [name, [metric, threshold, alarmDescription]] of Object.entries(above)) {
      if (!metric) continue;
      new cloudwatch.Alarm(this, name, {
        metric,
        threshold,
        evaluationPeriods: 1,
        alarmDescription,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      }).addAlarmAction(new SnsAction(topic));
    }
    outputs(this, { Topic: topic.topicArn });
  }
}
