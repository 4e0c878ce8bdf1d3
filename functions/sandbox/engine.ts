import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { GateCode } from '../../contracts/gate-refusals.ts';

/** What one query may take. `deadlineMs` is wall-clock time from the call; `rows` and `bytes` (of JSON) bound the result. */
export type Limits = {
  readonly deadlineMs: number;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly rows: number;
  readonly bytes: number;
};

/** What an engine process is told: SQL that the gate printed, and the Parquet file behind its view `data`. */
export type Order = { readonly sql: string; readonly files: { readonly data: string }; readonly limits: Limits };

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

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const answerShape = z.union([
  z.strictObject({ refused: z.enum(['query_failed', 'result_too_large']) }),
  z.strictObject({ columns: z.array(z.strictObject({ name: z.string(), type: z.string() })), rows: z.array(z.array(cell)) }),
]);

/**
 * Opens the engine: disposable processes, each with an empty environment, used for one query and then killed. `spares` of them are started
 * ahead, from the first query on, so that a query need not wait for Node and DuckDB to load. `entry` is the file of the process where it is
 * not beside this one (a bundle).
 *
 * A deadline is a SIGKILL at once, not `interrupt()` first: some functions ignore interrupts, the process has nothing to put in order (it
 * writes no file), and it would be killed after its answer anyway.
 */
export function openEngine(options: { readonly spares?: number; readonly entry?: string } = {}): Engine {
  const entry = options.entry ?? fileURLToPath(new URL('engine-process.ts', import.meta.url));
  const spares = new Set<ChildProcess>();
  const working = new Set<ChildProcess>();
  let closed = false;

  const start = (): ChildProcess => fork(entry, { env: {}, execArgv: ['--no-warnings'], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });

  const stock = (): void => {
    if (closed) return;
    while (spares.size < (options.spares ?? 1)) {
      const child = start();
      spares.add(child);
      child.once('error', () => spares.delete(child)).once('exit', () => spares.delete(child));
      // A process that waits for work does not keep its host alive.
      child.unref();
      child.channel?.unref();
    }
  };

  const take = (): ChildProcess => {
    const spare = [...spares].find((child) => child.connected);
    if (spare === undefined) return start();
    spares.delete(spare);
    spare.ref();
    spare.channel?.ref();
    return spare;
  };

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

function ask(child: ChildProcess, order: Order, signal: AbortSignal | undefined): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (answer: Answer): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve(answer);
    };
    const abort = (): void => settle({ refused: 'query_cancelled' });
    const fail = (): void => settle({ refused: 'query_failed' });
    const timer = setTimeout(() => settle({ refused: 'query_timeout' }), order.limits.deadlineMs);
    signal?.addEventListener('abort', abort);
    child.once('error', fail).once('exit', fail);
    child.once('message', (message) => {
      const answer = answerShape.safeParse(message);
      settle(answer.success ? answer.data : { refused: 'query_failed' });
    });
    child.send(order, (error) => error !== null && fail());
  });
}
