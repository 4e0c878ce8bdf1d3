import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { assemble, type Cast } from '../../infra/local/journey/journey.ts';
import { logFolder } from '../../infra/local/ledger.ts';
import { databaseFile, objectsFolder } from '../../infra/local/stores.ts';
import { openFiles } from '../../shared/blobs/files.ts';
import { freePort } from '../support/dynamodb.ts';
import { folderSource } from '../../verifier/folder.js';
import { freshFolder, startHost } from '../support/host.ts';
import { always, carriedOn, found, type Found } from './audit.ts';
import { disclosed, ledger, money, settlements } from './books.ts';
import { visit, type Visit } from '../support/ledger.ts';
import { itemsInFile } from './items.ts';
import { objects } from './objects.ts';
import { openRecorder, type Acknowledged, type Sent } from './recorder.ts';
import { randomFrom, seedOfRun, type Part, type Report } from './report.ts';
import { openTrader } from './trader.ts';

const folders = 4;
const roundsEach = 11;
const traders = 3;
// Mostly early, and late now and then: on a busy machine a stage of the journey takes its time too.
const longestMs = 10_000;
const idleMs = 30_000;
// More than the longest lease, so that what a killed worker held is taken up again at once.
const leaseMs = 150_000;
const replayed = 8;

const start = fileURLToPath(new URL('../../infra/local/start.mjs', import.meta.url));
type Recorder = ReturnType<typeof openRecorder>;

/** Every acknowledged answer is an event of its record, which has moved on from there only. */
const remembered = ({ records, events }: Found, acknowledged: readonly Acknowledged[]): readonly string[] =>
  acknowledged.flatMap(({ kind, id, version, action, status }) => {
    const pk = `${kind}#${id}`;
    const record = records.get(pk);
    if (!record || record.version < version) return [`${pk} was acknowledged at version ${version} and is at ${record?.version ?? 'none'}`];
    const event = events.get(pk)?.[version - 1]?.event;
    return event?.action === action && event.status === status
      ? []
      : [`${pk} ${version} was ${action} to ${status}, and is ${event?.action} to ${event?.status}`];
  });

/** What was acknowledged is replayed under its key; what was lost is done once, however often it is sent. */
const repeated = async (recorder: Recorder, lost: readonly Sent[]): Promise<readonly string[]> => {
  const problems: string[] = [];
  for (const one of recorder.acknowledged.slice(-replayed)) {
    const response = await recorder.again(one);
    const same =
      response.status === one.answered &&
      response.headers.get('etag') === `"${one.version}"` &&
      response.headers.get('idempotent-replayed') === 'true';
    if (!same)
      problems.push(
        `${one.url} was not replayed: ${response.status} ${response.headers.get('etag') ?? ''} ${(await response.text()).slice(0, 200)}`,
      );
  }
  for (const one of lost) {
    const [first, second] = [await recorder.again(one), await recorder.again(one)];
    const done =
      first.ok && second.headers.get('idempotent-replayed') === 'true' && first.headers.get('etag') === second.headers.get('etag');
    if (!done && (first.ok || first.status >= 500)) problems.push(`${one.url} sent again and again: ${first.status}, ${second.status}`);
  }
  return problems;
};

/** Waits until all has been carried on, or says what has not. */
export const idle = async (folder: string): Promise<{ readonly all: Found; readonly left: readonly string[] }> => {
  for (const end = Date.now() + idleMs; ;) {
    const all = found(itemsInFile(databaseFile(folder)));
    const left = carriedOn(all);
    if (left.length === 0 || Date.now() > end) return { all, left };
    await pass(200);
  }
};

/** Kills a host that is only just starting. */
const killEarly = async (env: Readonly<Record<string, string>>, afterMs: number): Promise<void> => {
  const child = spawn(process.execPath, [start], { env: { ...process.env, ...env }, stdio: 'ignore' });
  const gone = once(child, 'exit');
  await pass(afterMs);
  child.kill('SIGKILL');
  await gone;
};

type Life = {
  readonly folder: string;
  readonly port: number;
  readonly random: () => number;
  readonly recorder: Recorder;
  readonly clients: readonly ReturnType<typeof openTrader>[];
  noted: Visit['noted'];
  cast?: Cast;
};

/** The log as it lies in the folder; its checkpoint is noted for the next visit. */
const visitFolder = async (life: Life): Promise<Visit> => {
  const folder = logFolder(life.folder);
  const visited = existsSync(folder) ? await visit(await folderSource(folder), life.noted) : { problems: [], noted: [], entries: [] };
  life.noted = visited.noted;
  return visited;
};
const check = async (life: Life, lost: readonly Sent[]): Promise<readonly string[]> => {
  const { folder, recorder } = life;
  const again = await repeated(recorder, lost);
  const { all, left } = await idle(folder);
  const visited = await visitFolder(life);
  const problems = [
    ...again,
    ...left,
    ...always(all),
    ...remembered(all, recorder.acknowledged),
    ...ledger(all, visited),
    ...disclosed(all, visited),
    ...money(all),
    ...settlements(all),
    ...(await objects(all, recorder.uploaded, openFiles({ folder: objectsFolder(folder) }))),
  ];
  return problems;
};

const round = async (life: Life, n: number): Promise<{ readonly problems: readonly string[]; readonly after: number }> => {
  const { folder, port, random, recorder, clients } = life;
  const env = { PORT: String(port), HARBOUR_CLOCK: new Date(Date.now() + n * leaseMs).toISOString() };
  if (random() < 0.25) await killEarly({ ...env, HARBOUR_FOLDER: folder }, Math.floor(random() * 1200));
  const before = existsSync(databaseFile(folder)) ? found(itemsInFile(databaseFile(folder))) : undefined;
  const asKilled = before
    ? [...always(before), ...ledger(before, await visitFolder(life)), ...money(before), ...remembered(before, recorder.acknowledged)]
    : [];
  const host = await startHost(folder, env);
  try {
    const problems = await check(life, recorder.takeLost());
    life.cast ??= await assemble(host.origin);
    const { cast } = life;
    const after = Math.floor(random() ** 1.5 * longestMs);
    let gone = false;
    const playing = Promise.all(clients.map((client) => client.play(cast, () => gone)));
    await pass(after);
    gone = true;
    await host.kill('SIGKILL');
    return { problems: [...asKilled, ...problems, ...(await playing).flat()], after };
  } finally {
    await host.kill('SIGKILL');
  }
};

/** Starts the host once more, and nobody plays. */
const lastLook = async (life: Life): Promise<readonly string[]> => {
  const clock = new Date(Date.now() + (roundsEach + 1) * leaseMs).toISOString();
  const host = await startHost(life.folder, { PORT: String(life.port), HARBOUR_CLOCK: clock });
  try {
    return await check(life, life.recorder.takeLost());
  } finally {
    await host.kill('SIGKILL');
  }
};

const livedThrough = async (report: Report, seed: number, which: number): Promise<void> => {
  const { folder: place, remove } = freshFolder();
  const recorder = openRecorder();
  const folder = join(place, 'host');
  const clients = Array.from({ length: traders }, openTrader);
  const life: Life = { folder, port: await freePort(), random: randomFrom(seed + which), recorder, clients, noted: [] };
  let failed = false;
  try {
    for (let n = 1; n <= roundsEach; n += 1) {
      const { problems, after } = await round(life, n);
      failed ||= problems.length > 0;
      report.check(
        `seed ${seed}, folder ${which}, round ${n}: ${recorder.acknowledged.length} answers remembered, killed again after ${after} ms`,
        problems,
      );
    }
    const problems = await lastLook(life);
    failed ||= problems.length > 0;
    const done = clients.reduce((sum, client) => sum + client.done(), 0);
    report.check(
      `folder ${which} at its end: ${recorder.acknowledged.length} answers, ${life.noted.length} checkpoints noted, ${done} journeys done`,
      problems,
    );
  } finally {
    recorder.close();
    if (failed) report.tell(`the folder is kept: ${folder}`);
    else remove();
  }
};

/** The host is killed at random moments in the midst of journeys, and has all that it acknowledged whenever it is started again. */
export const kills: Part = {
  name: 'kills',
  run: async (report) => {
    for (let which = 1; which <= folders; which += 1) await livedThrough(report, seedOfRun, which);
  },
};
