import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { openFiles } from '../../shared/blobs/files.ts';
import { openS3 } from '../../shared/blobs/s3.ts';
import type { S3Options } from '../../shared/blobs/s3-client.ts';

/** Where blobs are, in a form that can be told to another process. */
export type Place = { readonly folder: string } | S3Options;

export const openBlobs = (place: Place) => ('folder' in place ? openFiles(place) : openS3(place));

const mebibyte = 1024 * 1024;

/** A body of so many mebibytes that are never in memory together. */
export const mebibytes = (count: number): Readable =>
  Readable.from(
    (function* () {
      for (let n = 0; n < count; n += 1) yield Buffer.alloc(mebibyte, n);
    })(),
    { highWaterMark: 1 },
  );

/** What another process does with blobs. Each task waits for a line before `go` matters to it, and answers in lines of JSON. */
export type Task =
  | { readonly does: 'race'; readonly key: string; readonly writers: number; readonly name: string }
  | { readonly does: 'put'; readonly key: string; readonly mebibytes: number }
  | { readonly does: 'stall'; readonly key: string; readonly mebibytes: number };

/** Another process that writes blobs (`writer.ts`). `line` answers what it says next; `kill` is SIGKILL. */
export const startWriter = (place: Place, task: Task) => {
  const program = new URL('writer.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--no-warnings', program, JSON.stringify({ place, task })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const exit = once(child, 'exit');
  return {
    line: async (): Promise<unknown> => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error('the writer said nothing');
      return JSON.parse(value) as unknown;
    },
    go: () => child.stdin.write('go\n'),
    kill: async (): Promise<void> => {
      child.kill('SIGKILL');
      await exit;
    },
  };
};
