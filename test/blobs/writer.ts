/** The other process of the blob suites: does one task and says so. It never ends by itself: its parent kills it. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { Exists } from '../../shared/blobs/blobs.ts';
import { mebibytes, openBlobs, type Place, type Task } from './writing.ts';

const { place, task } = JSON.parse(process.argv[2] ?? '') as { place: Place; task: Task };
const blobs = openBlobs(place);
const say = (what: unknown): void => {
  process.stdout.write(`${JSON.stringify(what)}\n`);
};
const go = (): Promise<unknown> => once(process.stdin, 'data');

const race = async (key: string, writers: number, name: string): Promise<void> => {
  say('ready');
  await go();
  const outcomes = Array.from({ length: writers }, async (_, number) => {
    try {
      await blobs.put(key, Buffer.from(`${name} ${number}`), { once: true });
      return `${name} ${number}`;
    } catch (error) {
      if (error instanceof Exists) return 'exists';
      throw error;
    }
  });
  say(await Promise.all(outcomes));
};

const put = async (key: string, count: number): Promise<void> => {
  await blobs.put(`${key}.warm`, mebibytes(16));
  const before = process.memoryUsage().rss;
  let most = before;
  const body = mebibytes(count).map((chunk: Buffer) => {
    most = Math.max(most, process.memoryUsage().rss);
    return chunk;
  });
  const stat = await blobs.put(key, body);
  say({ ...stat, grown: most - before });
};

/** Says so when it has handed over the body but for its end, and ends the body when told to go. */
const stall = async (key: string, count: number): Promise<void> => {
  const body = Readable.from(
    (async function* () {
      yield* mebibytes(count);
      say('stalled');
      await go();
      yield Buffer.from('end');
    })(),
    { highWaterMark: 1 },
  );
  say(await blobs.put(key, body));
};

if (task.does === 'race') await race(task.key, task.writers, task.name);
else await (task.does === 'put' ? put : stall)(task.key, task.mebibytes);
await go();
