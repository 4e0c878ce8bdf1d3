import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openHost, type Host, type Makers } from '../../infra/local/host.ts';
import { settingsOf } from '../../infra/local/settings.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A folder of one's own for a host, and its removal. */
export const freshFolder = (): { readonly folder: string; readonly remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), 'harbour-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
};

/** The whole exchange in this process, on a free port, in a folder that goes with it. */
export const openTestHost = async (env: Readonly<Record<string, string>> = {}, makers: Partial<Makers> = {}): Promise<Host> => {
  process.env['POWERTOOLS_METRICS_DISABLED'] = 'true';
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
  const { folder, remove } = freshFolder();
  const host = await openHost(settingsOf({ PORT: '0', HARBOUR_FOLDER: folder, ...env }), makers);
  const close = async (): Promise<void> => {
    await host.close();
    remove();
  };
  return { ...host, close };
};

export type HostProcess = {
  readonly origin: string;
  readonly child: ChildProcess;
  /** The lines that it has printed. */
  readonly said: readonly string[];
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
};
/** The exchange as `npm start` runs it, in a process of its own that can be killed. */
export const startHost = async (folder: string, env: Readonly<Record<string, string>> = {}): Promise<HostProcess> => {
  const child = spawn(process.execPath, [join(root, 'infra/local/start.mjs')], {
    cwd: root,
    env: { ...process.env, PORT: '0', HARBOUR_FOLDER: folder, POWERTOOLS_LOG_LEVEL: 'SILENT', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const said: string[] = [];
  const origin = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the host ended with ${code} before it was ready`)));
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      said.push(line);
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (found) resolve(found);
    });
  });
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await gone;
  };
  return { origin, child, said, kill };
};
