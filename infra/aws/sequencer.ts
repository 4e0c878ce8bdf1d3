import { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { openLedgerWorks } from '../../functions/disclosure/works.ts';
import { openS3 } from '../../shared/blobs/s3.ts';
import { openKmsSigner } from '../../shared/vendor/kms.ts';
import { setting } from './environment.ts';
import { ledgerFromEnvironment } from './ledger.ts';
import { openTables } from './tables.ts';

const open = async () => {
  const signers = await Promise.all(
    setting('ledgerKeys')
      .split(',')
      .map((keyId) => openKmsSigner({ keyId })),
  );
  return openLedgerWorks({
    tables: openTables(),
    blobs: openS3({ bucket: setting('objects'), region: setting('region') }),
    ledger: ledgerFromEnvironment(signers),
    now: () => new Date(),
    log: new Logger({ serviceName: 'data-harbour' }),
  });
};
let opened: ReturnType<typeof open> | undefined;

/**
 * Sequences, signs and publishes what is pending in the public ledger; it alone may. The stream of pending entries and each minute wake it,
 * and what an event holds is not looked at. Killed at any moment, the next one finishes what it had begun.
 */
export const handler = async (event: Partial<DynamoDBStreamEvent>): Promise<void> => {
  opened ??= open().catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  const { run, tidy } = await opened;
  await run();
  if (!event.Records) await tidy();
};
