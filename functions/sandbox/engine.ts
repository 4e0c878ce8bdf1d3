import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { GateCode } from '../../contracts/gate-refusals.ts';
import { startProcess } from './sandbox-process.ts';

/** What one query may take. `deadlineMs` is wall-clock time from the call; `rows` and `bytes` (of JSON) bound the result. */
export type Limits = {
  readonly deadlineMs: number;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly rows: number;
  readonly bytes: number;
};

/** What a query works on: the Parquet file behind its view `data`, and those behind other views by their names. */
export type Files = { readonly data: string; readonly [view: string]: string };

/** SQL that the gate printed, and what it works on. */
export type Order = { readonly sql: string; readonly files: Files; readonly limits: Limits };

/** Whole numbers beyond 2^53 and decimals are text, dates and times ISO 8601 text, NaN and infinities text. */
export type Cell = string | number | boolean | null;

export type QueryResult = {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly Cell[])[];
};

export type EngineRefusal = {
  readonly refused: Extract<GateCode, 'query_failed' | 'query_timeout' | 'result_too_large' | 'query_cancelled'>;
};

export type Answer = QueryResult | EngineRefusal;

export interface Engine {
  /**
   * Runs one query in a process of its own. Whatever goes wrong inside is `query_failed` and nothing more; past the deadline it is
   * `query_timeout`, aborted it is `query_cancelled`, above the caps it is `result_too_large`. Never throws for what a query does.
   */
  runQuery(order: Order & { readonly signal?: AbortSignal }): Promise<Answer>;
  /** Ends every process, running queries too; they answer `query_failed`. */
  close(): void;
}

/** What an instance of DuckDB is made with. */
export type Settings = Pick<Limits, 'threads' | 'memoryBytes'>;

/** The settings of the sandbox's own orders, for which spare processes are made ready; an order with others has an instance made for it. */
const usual: Settings = { threads: 2, memoryBytes: 1_000_000_000 };

/** What an engine process is told, in this order: to make an instance ready, to lock it over its files, and what to run. */
export type Told =
  | { readonly ready: Settings }
  | { readonly lock: Files; readonly settings: Settings }
  | { readonly run: string; readonly most: Pick<Limits, 'rows' | 'bytes'> };

/** What an engine process says: how far it is, and the answer at the end. */
export type Said = 'ready' | 'locked' | Answer;

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const saidShape = z.union([
  z.enum(['ready', 'locked']),
  z.strictObject({ refused: z.enum(['query_failed', 'result_too_large']) }),
  z.strictObject({ columns: z.array(z.strictObject({ name: z.string(), type: z.string() })), rows: z.array(z.array(cell)) }),
]);

/**
 * Opens the engine: disposable processes, each used for one query and then killed. `spares` of them are kept ready, so that a query need not
 * wait for Node and DuckDB to load: where their number is given, from now on, else from the first query on. One that was taken or has died is
 * replaced, one after another and while no query runs, which would have to share the processors. `entry` is the file of the process where it
 * is not beside this one (a bundle).
 *
 * A process is told the text of a query only after it has said that its instance is locked over the query's files.
 *
 * A deadline is a SIGKILL at once, not `interrupt()` first: some functions ignore interrupts, the process has nothing to put in order (it
 * writes no file), and it would be killed after its answer anyway.
 */
export function openEngine(options: { readonly spares?: number; readonly entry?: string; readonly settings?: Settings } = {}): Engine {
  const entry = options.entry ?? fileURLToPath(new URL('engine-process.ts', import.meta.url));
  const spares = new Set<ChildProcess>();
  const working = new Set<ChildProcess>();
  let preparing: ChildProcess | undefined;
  let closed = false;

  const stock = (): void => {
    if (closed || preparing !== undefined || working.size > 0 || spares.size >= (options.spares ?? 2)) return;
    const child = startProcess(entry);
    preparing = child;
    spares.add(child);
    const prepared = (): void => {
      if (preparing === child) preparing = undefined;
    };
    const gone = (): void => {
      const isStillborn = spares.delete(child) && preparing === child;
      prepared();
      // The next one would die too: a query tries it.
      if (!isStillborn) stock();
    };
    child.once('error', gone).once('exit', gone);
    child.once('message', () => {
      prepared();
      stock();
    });
    tell(child, { ready: options.settings ?? usual });
    // A process that waits for work does not keep its host alive.
    child.unref();
    child.channel?.unref();
  };

  const take = (): ChildProcess => {
    const spare = [...spares].find((child) => child.connected);
    if (spare === undefined) return startProcess(entry);
    spares.delete(spare);
    spare.ref();
    spare.channel?.ref();
    return spare;
  };

  if (options.spares !== undefined) stock();
  return {
    runQuery: async ({ signal, ...order }) => {
      if (signal?.aborted === true) return { refused: 'query_cancelled' };
      if (closed) return { refused: 'query_failed' };
      const child = take();
      working.add(child);
      try {
        return await ask(child, order, signal);
      } finally {
        working.delete(child);
        child.kill('SIGKILL');
        stock();
      }
    },
    close: () => {
      closed = true;
      for (const child of [...spares, ...working]) child.kill('SIGKILL');
    },
  };
}

/** Whoever waits for the process learns from its end that it was not told. */
const tell = (child: ChildProcess, told: Told): void => void child.send(told, (error) => error !== null && child.kill('SIGKILL'));

function ask(child: ChildProcess, { sql, files, limits }: Order, signal: AbortSignal | undefined): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (answer: Answer): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve(answer);
    };
    const abort = (): void => settle({ refused: 'query_cancelled' });
    const fail = (): void => settle({ refused: 'query_failed' });
    const timer = setTimeout(() => settle({ refused: 'query_timeout' }), limits.deadlineMs);
    signal?.addEventListener('abort', abort);
    child.once('error', fail).once('exit', fail);
    child.on('message', (message) => {
      const { data: said } = saidShape.safeParse(message);
      if (said === 'ready') return;
      if (said === 'locked') tell(child, { run: sql, most: { rows: limits.rows, bytes: limits.bytes } });
      else settle(said ?? { refused: 'query_failed' });
    });
    tell(child, { lock: files, settings: { threads: limits.threads, memoryBytes: limits.memoryBytes } });
  });
}
