import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Ports } from '../../shared/edge/ports.ts';
import { setting } from './environment.ts';

/** Has jobs worked on by the sandbox's worker: one message each. A message that is lost or doubled does no harm, for the job has a lease. */
export const openJobs = (): Ports['dispatch'] => {
  const client = new SQSClient({});
  return async ({ kind, id }) => {
    await client.send(new SendMessageCommand({ QueueUrl: setting('jobs'), MessageBody: JSON.stringify({ kind, id }) }));
  };
};
