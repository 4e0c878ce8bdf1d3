import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openFiles } from '../../shared/blobs/files.ts';
import { startWriter } from './writing.ts';

jest.setTimeout(60_000);

const failing = (): Readable =>
  new Readable({
    read() {
      this.destroy(new RangeError('gone'));
    },
  });

describe('a folder of blobs', () => {
  let folder: string;
  const unfinished = (): Promise<string[]> => readdir(join(folder, '.incoming'));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'harbour-files-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is made where there is none', async () => {
    const blobs = openFiles({ folder: join(folder, 'not', 'yet') });
    await blobs.put('a', Buffer.from('here'), { once: true });
    expect(await openFiles({ folder: join(folder, 'not', 'yet') }).list('')).toEqual(['a']);
  });

  it('is swept of what killed writers left when it is opened next', async () => {
    const writer = startWriter({ folder }, { does: 'stall', key: 'a', mebibytes: 1 });
    expect(await writer.line()).toBe('stalled');
    await writer.kill();
    expect(await unfinished()).toHaveLength(1);
    openFiles({ folder });
    expect(await unfinished()).toEqual([]);
  });

  it('is swept of what an earlier process with the same number left', async () => {
    openFiles({ folder });
    await writeFile(join(folder, '.incoming', `${process.pid}_earlier_1`), 'half');
    openFiles({ folder });
    expect(await unfinished()).toEqual([]);
  });

  it('can be opened by another process without harm to who is writing', async () => {
    const writer = startWriter({ folder }, { does: 'stall', key: 'a', mebibytes: 1 });
    expect(await writer.line()).toBe('stalled');
    const blobs = openFiles({ folder });
    const slow = blobs.put(
      'b',
      Readable.from(
        (async function* () {
          yield Buffer.from('half ');
          openFiles({ folder });
          writer.go();
          expect(await writer.line()).toMatchObject({ size: 1024 * 1024 + 3 });
          yield Buffer.from('whole');
        })(),
      ),
    );
    expect(await slow).toMatchObject({ size: 10 });
    expect(await blobs.list('')).toEqual(['a', 'b']);
    await writer.kill();
  });

  it('holds nothing but objects when every writer has had an answer', async () => {
    const blobs = openFiles({ folder });
    await blobs.put('a', Buffer.from('first'), { once: true });
    const puts = [
      blobs.put('a', Buffer.from('second'), { once: true }),
      blobs.put('b', failing()),
      blobs.put('c', Buffer.from('long'), { limit: 3 }),
    ];
    expect((await Promise.allSettled(puts)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await unfinished()).toEqual([]);
    expect(await blobs.list('')).toEqual(['a']);
  });

  it('takes names longer than a file may have, none in another’s place, and lists them in their order', async () => {
    const blobs = openFiles({ folder });
    const long = 'l'.repeat(250);
    const endings = [
      '',
      '-',
      '/x',
      '/l',
      '0',
      'x',
      'l',
      '.',
      '..',
      './x',
      '../x',
      `l/${'y'.repeat(255)}`,
      'l'.repeat(262),
      `${'l'.repeat(249)}../x`,
    ];
    const keys = ['x', 'l', ...endings.map((ending) => long + ending)].toSorted();
    for (const key of keys) await blobs.put(key, Buffer.from(key), { once: true });
    expect(await blobs.list('')).toEqual(keys);
    expect(await blobs.list(`${long}l`)).toEqual(keys.filter((key) => key.startsWith(`${long}l`)));
    for (const key of keys) expect((await buffer((await blobs.get(key))?.body ?? Readable.from([]))).toString()).toBe(key);
  });

  it('does not take a broken disk for an empty one', async () => {
    const blobs = openFiles({ folder });
    await symlink('loop!', join(folder, 'loop!'));
    await expect(blobs.get('loop')).rejects.toThrow('ELOOP');
    await rm(folder, { recursive: true });
    await expect(blobs.get('a')).rejects.toThrow('ENOENT');
    await expect(blobs.list('')).rejects.toThrow('ENOENT');
    await expect(blobs.put('a', Buffer.from('x'))).rejects.toThrow('ENOENT');
    await writeFile(folder, 'a file where the folder was');
    await expect(blobs.get('a')).rejects.toThrow('ENOTDIR');
    await expect(blobs.list('')).rejects.toThrow('ENOTDIR');
    await expect(blobs.remove('a')).rejects.toThrow('ENOTDIR');
    await expect(blobs.put('a', Buffer.from('x'))).rejects.toThrow('ENOTDIR');
  });
});
