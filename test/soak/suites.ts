import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Report } from './report.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const shown = 60;

/** Runs files of the ordinary suite in surroundings of their own, and counts them as one check. */
export const runSuite = async (
  report: Report,
  what: string,
  files: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> => {
  const args = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--testTimeout=120000', ...files];
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  const lines = said.split('\n');
  for (const line of lines.filter((l) => /^(?:Tests|Test Suites|Time):/.test(l))) report.tell(line);
  report.check(what, child.exitCode === 0 ? [] : lines.slice(lines.findIndex((l) => l.includes('●'))).slice(0, shown));
};
