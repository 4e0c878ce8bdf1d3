import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { ports, providePorts } from '../../shared/edge/ports.ts';
import { wholeFromEnvironment } from './whole.ts';

providePorts(wholeFromEnvironment);

/**
 * Wakes the belt for each record that has news in the stream of the table of records, once however many events it has. A record whose events
 * could not be read or noted fails with its first sequence number, so that the stream brings it again.
 */
export const handler = async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  const { belt, log } = await ports();
  const first = new Map<string, string>();
  for (const { dynamodb } of Records) {
    const { pk, sk } = dynamodb?.Keys ?? {};
    if (pk?.S !== undefined && sk?.S?.startsWith('event#') && !first.has(pk.S)) first.set(pk.S, dynamodb?.SequenceNumber ?? '');
  }
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const [pk, itemIdentifier] of first) {
    const [kind = '', id = ''] = pk.split('#');
    try {
      await belt.deliver({ kind, id });
    } catch (error) {
      log.error('a record was not delivered', { record: pk, error: error as Error });
      batchItemFailures.push({ itemIdentifier });
    }
  }
  return { batchItemFailures };
};
