import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openLedgerWorks } from '../../functions/disclosure/works.ts';
import { rehearseDerivation } from '../../functions/sandbox/derivation-rehearsal.ts';
import { openEngine, type Engine } from '../../functions/sandbox/engine.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import { provideTrials } from '../../functions/sandbox/preview-route.ts';
import { rehearse } from '../../functions/sandbox/rehearsal.ts';
import { openWorker } from '../../functions/sandbox/worker.ts';
import { noScanner, type MalwareScan } from '../../shared/vendor/malware.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import type { Ref } from '../../shared/kernel/process.ts';

const lanes = 4;
const sweepMs = 5_000;
const tickMs = 1_000;
const ledgerMs = 60_000;
/** The ledger as a queue's record: it is worked on by one lane, however often it is woken. */
const theLedger: Ref = { kind: 'log', id: 'log' };

/** A queue of records, each once, worked on by a few lanes at a time. */
const openQueue = (work: (ref: Ref) => Promise<void>, failed: (error: unknown) => void) => {
  const waiting = new Map<string, Ref>();
  const running = new Set<string>();
  let idle: (() => void)[] = [];
  let closed = false;
  const next = (): void => {
    for (const [key, ref] of waiting) {
      if (closed || running.size >= lanes) return;
      if (running.has(key)) continue; // it has news again: it is looked at once more when it is done
      waiting.delete(key);
      running.add(key);
      work(ref)
        .catch(failed)
        .finally(() => {
          running.delete(key);
          next();
          if (running.size === 0 && (closed || waiting.size === 0)) for (const tell of idle.splice(0)) tell();
        });
    }
  };
  return {
    add: (ref: Ref): void => {
      waiting.set(`${ref.kind}#${ref.id}`, ref);
      setImmediate(next);
    },
    idle: async (): Promise<void> => (waiting.size + running.size === 0 ? undefined : new Promise((resolve) => idle.push(resolve))),
    close: async (): Promise<void> => {
      closed = true;
      if (running.size > 0) await new Promise<void>((resolve) => idle.push(resolve));
    },
  };
};

/** A place for raw rows while they are worked on: what a killed host left there is gone before the next begins. */
const emptied = (folder: string): string => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
};

/** What runs beside requests on the single machine: the belt, the clock, the sandbox's worker and the ledger's sequencer. */
export const openWorks = (ports: () => Ports, folder: string, scan: MalwareScan = noScanner, engine: Engine = openEngine()) => {
  const workspace = emptied(join(folder, 'workspace'));
  const failed = (error: unknown): void => ports().log.error('work failed', { error: error as Error });
  const belt = openQueue((ref) => ports().belt.deliver(ref), failed);
  let opened: ReturnType<typeof openParser> | undefined;
  const tools = async (): ReturnType<typeof openParser> => (opened ??= openParser());
  provideTrials(async () => ({ parse: (await tools()).parse, rehearse, rehearseDerivation }));
  const jobs = openQueue(async (ref) => {
    await openWorker(ports(), { engine, workspace, scan, parse: (await tools()).parse })(ref);
  }, failed);
  let ledgerWorks: ReturnType<typeof openLedgerWorks> | undefined;
  const ledger = openQueue(async () => {
    ledgerWorks ??= openLedgerWorks(ports());
    await ledgerWorks.run();
  }, failed);
  const timers: NodeJS.Timeout[] = [];
  return {
    wake: belt.add,
    wakeLedger: (): void => ledger.add(theLedger),
    dispatch: async (job: Ref): Promise<void> => jobs.add(job),
    start: (): void => {
      ports().belt.sweep().catch(failed);
      timers.push(setInterval(() => void ports().belt.sweep().catch(failed), sweepMs));
      timers.push(setInterval(() => void ports().clock.tick().catch(failed), tickMs));
      ledger.add(theLedger);
      timers.push(
        setInterval(() => {
          ledger.add(theLedger);
          ledgerWorks?.tidy().catch(failed);
        }, ledgerMs),
      );
    },
    /** Waits until nothing is left to carry on or to work on. */
    idle: async (): Promise<void> => {
      await belt.idle();
      await jobs.idle();
      await belt.idle();
      await ledger.idle();
    },
    close: async (): Promise<void> => {
      for (const timer of timers) clearInterval(timer);
      engine.close();
      await belt.close();
      await jobs.close();
      await ledger.close();
      (await opened)?.close();
    },
  };
};
