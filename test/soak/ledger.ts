import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { problemsIn, publishedIn } from '../disclosure/model/found.ts';
import { live } from '../disclosure/model/killing.ts';
import { freshFolder } from '../support/host.ts';
import { randomFrom, seedOfRun, type Part, type Report } from './report.ts';

/** What runs beside each other: a process for each core of a small machine. */
const lanes = 2;
const schedulesEach = 10_000;
const killsEach = 150;
const mostEvents = 150;
/** A life of some hundred events takes about as many steps and as long; many die earlier, and some not at all. */
const mostSteps = 120;
const longestMs = 1_200;

const script = fileURLToPath(new URL('../disclosure/model/run.ts', import.meta.url));
type Ran = {
  readonly ran: number;
  readonly steps: number;
  readonly first?: { readonly seed: number; readonly problems: readonly string[] };
};

/** Sequencers, producers and readers on stores in memory, in every order and with every fault that the seeds bring. */
const schedules = async (report: Report, lane: number): Promise<void> => {
  const from = (seedOfRun % 2 ** 24) + lane * schedulesEach;
  const options = ['--no-warnings', script, '--from', String(from), '--schedules', String(schedulesEach)];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  const { ran, steps, first } = JSON.parse(stdout) as Ran;
  const problems = first ? first.problems.map((problem) => `schedule ${first.seed}: ${problem}`) : [];
  report.check(`${ran} schedules of the sequencer from ${from}, in ${steps} steps`, problems);
};

/** One disk after another process: each redelivers what the one before it may not have, and is killed within a step or between two. */
const killed = async (report: Report, lane: number): Promise<void> => {
  const { folder, remove } = freshFolder();
  const random = randomFrom(seedOfRun + lane);
  const upTo = (most: number): number => 1 + Math.floor(random() * most);
  const problems: string[] = [];
  let [from, to, size, deaths] = [1, 1, 0, 0];
  for (let n = 0; n < killsEach && problems.length === 0; n += 1) {
    to += upTo(mostEvents);
    const death = random() < 0.5 ? { step: upTo(mostSteps), recover: random() < 0.5 } : { afterMs: 150 + upTo(longestMs) };
    const { isKilled, problems: failures } = await live({ folder, from, to, batch: upTo(mostEvents), ...death });
    if (isKilled) deaths += 1;
    else from = to;
    const published = publishedIn(folder);
    problems.push(...failures, ...published.problems);
    if (published.size < size) problems.push(`the published size went from ${size} to ${published.size}`);
    ({ size } = published);
  }
  const { problems: failures } = await live({ folder, from, to });
  problems.push(...failures, ...problemsIn(folder, to));
  report.check(`a ledger on a disk whose sequencer was killed ${deaths} times, ${to - 1} events later`, problems);
  if (problems.length > 0) report.tell(`the folder is kept: ${folder}`);
  else remove();
};

const inLanes = async (run: (report: Report, lane: number) => Promise<void>, report: Report): Promise<void> => {
  await Promise.all(Array.from({ length: lanes }, (_, lane) => run(report, lane)));
};
/** The ledger's sequencer in twenty thousand random schedules, and killed some hundred times on a real disk. */
export const ledger: Part = {
  name: 'ledger',
  run: async (report) => {
    await inLanes(schedules, report);
    await inLanes(killed, report);
  },
};
