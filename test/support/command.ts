import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

/** Runs a script of the project as npm would, without a terminal, to its end. */
export const runScript = async (script: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> => {
  const child = spawn(process.execPath, ['--no-warnings', join(root, script), ...args], {
    cwd: root,
    env: { ...process.env, POWERTOOLS_LOG_LEVEL: 'SILENT', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), child.exitCode === null ? once(child, 'exit') : undefined]);
  return { code: child.exitCode, out, err };
};
