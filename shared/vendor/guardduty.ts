import { setTimeout as pause } from 'node:timers/promises';
import { notRun, type MalwareScan, type Scanned } from './malware.ts';

/** GuardDuty User Guide, "Malware Protection for S3", tagging of objects. */
const tag = 'GuardDutyMalwareScanStatus';
const found = 'THREATS_FOUND';
const verdicts: Readonly<Record<string, Scanned>> = {
  NO_THREATS_FOUND: { result: 'CLEAN' },
  // The tag says that there is something, and GuardDuty's own event says what.
  [found]: { result: 'INFECTED', signature: `GuardDuty ${found}` },
  UNSUPPORTED: notRun('TOO_LARGE'),
  ACCESS_DENIED: notRun('UNREACHABLE'),
  FAILED: notRun('NOT_SCANNED'),
};

export type Tagged = {
  /** A tag of the object under a key, if it has one. */
  readonly tagOf: (key: string, name: string) => Promise<string | undefined>;
  /** For how long a verdict is waited for, which follows some minutes after the object, and how often it is asked for. */
  readonly patienceMs?: number;
  readonly intervalMs?: number;
};

/**
 * GuardDuty as the scanner: it scans each object that is put into quarantine by itself, and tags it with its verdict; here the tags are read.
 * A file in parts is infected where one part is, and clean where all are: what only the whole would show it does not find.
 */
export const openTagScan = ({ tagOf, patienceMs = 240_000, intervalMs = 5_000 }: Tagged): MalwareScan => {
  const verdictOn = async (key: string, until: number, signal: AbortSignal | undefined): Promise<Scanned> => {
    for (;;) {
      const value = await tagOf(key, tag);
      if (value !== undefined) return verdicts[value] ?? notRun('NOT_UNDERSTOOD');
      if (Date.now() > until) return notRun('TIMED_OUT');
      await pause(intervalMs, undefined, signal ? { signal } : {});
    }
  };
  return async ({ keys, signal }) => {
    const until = Date.now() + patienceMs;
    let worst: Scanned = { result: 'CLEAN' };
    for (const key of keys) {
      const verdict = await verdictOn(key, until, signal).catch(() => notRun(signal?.aborted === true ? 'NOT_SCANNED' : 'UNREACHABLE'));
      if (verdict.result === 'INFECTED') return verdict;
      if (verdict.result === 'NOT_RUN') worst = verdict;
    }
    return worst;
  };
};
