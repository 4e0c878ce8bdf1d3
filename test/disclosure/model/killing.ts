import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('mortal.ts', import.meta.url));
export type Life = {
  readonly folder: string;
  /** The events that it discloses: from, and to which (exclusive). */
  readonly from: number;
  readonly to: number;
  /** How many it discloses before it has them sequenced. */
  readonly batch?: number;
  /** Whether it finishes what an earlier one left before it may die. */
  readonly recover?: boolean;
  /** At which step it kills itself. */
  readonly step?: number;
  /** After how many milliseconds it is killed from without. */
  readonly afterMs?: number;
};
export type Death = { readonly isKilled: boolean; readonly at: string; readonly problems: readonly string[] };

/** Lets a process disclose and sequence until it dies. */
export const live = async ({ folder, from, to, batch = 1000, recover = false, step = 0, afterMs }: Life): Promise<Death> => {
  const options = { folder, from, to, batch, step };
  const child = spawn(
    process.execPath,
    [
      '--no-warnings',
      script,
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
      ...(recover ? ['--recover'] : []),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const timer = afterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), afterMs);
  const [[code, signal], at, errors] = await Promise.all([
    once(child, 'exit') as Promise<[number | null, string | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  clearTimeout(timer);
  const isKilled = signal === 'SIGKILL';
  return { isKilled, at, problems: isKilled || code === 0 ? [] : [errors.trim().slice(0, 1000)] };
};
