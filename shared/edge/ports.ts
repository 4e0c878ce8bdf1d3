import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { Blobs } from '../blobs/blobs.ts';
import type { Uploads } from '../blobs/uploads.ts';
import type { Process, Ref } from '../kernel/process.ts';
import type { Records } from '../store/records.ts';
import type { Table } from '../store/table.ts';
import type { Identity } from '../vendor/openid.ts';
import type { Belt } from './belt.ts';
import type { Clock } from './clock.ts';
import type { Door } from './door.ts';
import type { LedgerPorts } from './ledger.ts';

/** All that a handler may reach. A host opens them once; handlers ask for them at the first request. */
export type Ports = {
  readonly records: Records;
  /** The tables of the ordinary modules, apart from those of records. */
  readonly tables: Readonly<Record<'disclosure' | 'openings' | 'releases' | 'money' | 'search' | 'usage', Table>>;
  readonly blobs: Blobs;
  readonly uploads: Uploads;
  readonly ledger: LedgerPorts;
  readonly processes: ReadonlyMap<string, Process>;
  readonly door: Door;
  readonly belt: Belt;
  readonly clock: Clock;
  readonly verify: (token: string) => Promise<Identity | undefined>;
  readonly now: () => Date;
  readonly secret: string;
  /** Has a job worked on, somewhere else. */
  readonly dispatch: (job: Ref) => Promise<void>;
  readonly log: Logger;
  readonly metrics: Metrics;
};

/** What the sequencer's own function may reach: nothing of the records. */
export type LedgerWorkPorts = Pick<Ports, 'blobs' | 'ledger' | 'now' | 'log'> & { readonly tables: Pick<Ports['tables'], 'disclosure'> };

let provided: (() => Promise<Ports>) | undefined;
let opened: Promise<Ports> | undefined;

/** The host says how ports are opened, before the first request. */
export const providePorts = (open: () => Promise<Ports>): void => {
  provided = open;
  opened = undefined;
};
/** The ports of this process, opened once. A failure to open is not remembered. */
export const ports = async (): Promise<Ports> => {
  if (!provided) throw new Error('no host has provided ports');
  opened ??= provided().catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
};
