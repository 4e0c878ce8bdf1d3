import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Calendar } from '../../contracts/rulebase.ts';
import type { Blobs } from '../blobs/blobs.ts';
import type { Uploads } from '../blobs/uploads.ts';
import type { Calendars } from '../kernel/calendar.ts';
import { stateCouncil } from '../kernel/calendars/state-council.ts';
import type { Process, Ref, Stored } from '../kernel/process.ts';
import { openRecords, type Records } from '../store/records.ts';
import type { Table } from '../store/table.ts';
import type { Identity } from '../vendor/openid.ts';
import { openBelt, reactionsTo, type ReactionMap } from './belt.ts';
import { openClock } from './clock.ts';
import type { Reaction } from './context.ts';
import type { LedgerPorts } from './ledger.ts';
import { openDoor } from './door.ts';
import type { Ports } from './ports.ts';

export type Parts = {
  readonly tables: Readonly<Record<'records' | 'disclosure' | 'openings' | 'releases' | 'money' | 'search' | 'usage', Table>>;
  readonly blobs: Blobs;
  readonly uploads: Uploads;
  readonly ledger: LedgerPorts;
  readonly processes: readonly Process[];
  /** Those that this host runs; the map names all that an event awaits. */
  readonly reactions: readonly Reaction[];
  readonly reactionMap: ReactionMap;
  readonly verify: (token: string) => Promise<Identity | undefined>;
  readonly now: () => Date;
  readonly secret: string;
  readonly dispatch: (job: Ref) => Promise<void>;
  readonly wake: (ref: Ref) => void;
};

const freshMs = 30_000;
const years = [1, 2].map((n) => Math.max(...stateCouncil.keys()) + n);

/** The published calendars, and those that the authority has landed since. */
const openCalendars = (records: Records, now: () => Date) => {
  let known: { readonly at: number; readonly calendars: Calendars } | undefined;
  return async (fresh = false): Promise<Calendars> => {
    const at = now().getTime();
    if (known && !fresh && Math.abs(at - known.at) < freshMs) return known.calendars;
    const landed = await records.getAll(years.map((year) => ({ kind: 'calendar', id: String(year) })));
    const adopted = landed.filter((r) => r?.status === 'adopted').map((r) => (r as unknown as Stored<typeof Calendar>).data.calendar);
    const calendars: Calendars = new Map([...stateCouncil, ...adopted.map((c) => [c.year, c] as const)]);
    known = { at, calendars };
    return calendars;
  };
};

/** Puts a host's parts together: both hosts do it here, so that they differ in adapters only. */
export const compose = (parts: Parts): Ports => {
  const { tables, now, secret, wake } = parts;
  const log = new Logger({ serviceName: 'data-harbour' });
  const metrics = new Metrics({ namespace: 'DataHarbour', serviceName: 'data-harbour' });
  const processes = new Map(parts.processes.map((p) => [p.contract.kind, p]));
  const records = openRecords(tables.records, { reactionsTo: reactionsTo(parts.reactionMap) });
  const door = openDoor({ records, processes, secret, now, calendars: openCalendars(records, now), wake });
  const belt = openBelt({ records, door, reactions: parts.reactions, ports: () => ports, wake });
  const clock = openClock({ records, door, now });
  const { blobs, uploads, ledger, verify, dispatch } = parts;
  const ports: Ports = {
    records,
    tables,
    blobs,
    uploads,
    ledger,
    processes,
    door,
    belt,
    clock,
    verify,
    now,
    secret,
    dispatch,
    log,
    metrics,
  };
  return ports;
};
