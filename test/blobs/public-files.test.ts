import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openPublicFolder } from '../../shared/blobs/public-files-folder.ts';
import { openPublicS3 } from '../../shared/blobs/public-files-s3.ts';
import type { PublicFiles } from '../../shared/blobs/public-files.ts';
import { openGateway, s3Missing } from '../support/s3.ts';

jest.setTimeout(60_000);

type Place = { readonly open: () => PublicFiles; readonly stop: () => Promise<void> };
const bytes = (text: string): Uint8Array => Buffer.from(text);
const writers = 20;

const contract = (place: () => Promise<Place>) => () => {
  let open: Place['open'];
  let stop: Place['stop'];
  let files: PublicFiles;
  let others: readonly PublicFiles[];
  let room = '';
  let rooms = 0;
  const text = async (path: string): Promise<string | undefined> => {
    const found = await files.get(path);
    return found && Buffer.from(found.body).toString();
  };
  const tagOf = async (path: string): Promise<string | undefined> => (await files.get(path))?.tag;
  /** What came of writers that began together, each with an adapter of its own. */
  const race = (write: (one: PublicFiles, name: string) => Promise<boolean>) =>
    Promise.all(others.map((one, n) => write(one, `writer ${n}`)));

  beforeAll(async () => {
    ({ open, stop } = await place());
    files = open();
    others = Array.from({ length: writers }, open);
  });
  beforeEach(() => {
    rooms += 1;
    room = `room-${rooms}`;
  });
  afterAll(async () => {
    for (const one of [files, ...others]) await one.close();
    await stop();
  });

  it('a file that was created is there byte for byte, and not where nothing was', async () => {
    const every = Uint8Array.from({ length: 70_000 }, (_, n) => n % 256);
    expect(await files.create(`${room}/tile/0/x001/234`, every)).toBe(true);
    expect(await files.create(`${room}/empty`, bytes(''))).toBe(true);
    expect(Buffer.compare((await files.get(`${room}/tile/0/x001/234`))?.body ?? bytes(''), every)).toBe(0);
    expect((await files.get(`${room}/empty`))?.body).toHaveLength(0);
    for (const path of ['tile/0/x001/23', 'tile/0/x001', 'tile', 'tile/0/x001/234/5', 'tile/1/000'])
      expect(await files.get(`${room}/${path}`)).toBeUndefined();
  });

  it('a path is taken once, whatever is written there, even the same', async () => {
    await files.create(`${room}/a`, bytes('first'));
    for (const body of ['second', 'first']) expect(await files.create(`${room}/a`, bytes(body))).toBe(false);
    expect(await files.replace(`${room}/a`, bytes('third'), undefined)).toBe(false);
    expect(await text(`${room}/a`)).toBe('first');
  });

  it('of writers who create one file together exactly one has, and all see it', async () => {
    const outcomes = await race((one, name) => one.create(`${room}/deep/in/a/folder`, bytes(name)));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await text(`${room}/deep/in/a/folder`)).toBe(`writer ${outcomes.indexOf(true)}`);
  });

  it('many files are created side by side in folders that nobody had made', async () => {
    const paths = Array.from({ length: 24 }, (_, n) => `${room}/tile/${n % 3}/x${n % 4}/${n}`);
    expect(await Promise.all(paths.map((path) => files.create(path, bytes(path))))).toEqual(paths.map(() => true));
    expect(await Promise.all(paths.map(text))).toEqual(paths);
  });

  it('a file is replaced by whoever has read it, and by nobody who has read what was there before', async () => {
    await files.create(`${room}/a`, bytes('first'));
    const first = await tagOf(`${room}/a`);
    expect(await files.replace(`${room}/a`, bytes('the second and longer'), first)).toBe(true);
    expect(await files.replace(`${room}/a`, bytes('third'), first)).toBe(false);
    expect(await text(`${room}/a`)).toBe('the second and longer');
    expect(await files.replace(`${room}/a`, bytes('3'), await tagOf(`${room}/a`))).toBe(true);
    expect(await text(`${room}/a`)).toBe('3');
  });

  it('nothing is replaced where nothing is, unless nothing was read', async () => {
    await files.create(`${room}/a`, bytes('a'));
    const tag = await tagOf(`${room}/a`);
    expect(await files.replace(`${room}/b`, bytes('b'), tag)).toBe(false);
    expect(await files.replace(`${room}/b/c`, bytes('c'), tag)).toBe(false);
    expect(await files.list(room)).toEqual([`${room}/a`]);
    expect(await files.replace(`${room}/b`, bytes('b'), undefined)).toBe(true);
    expect(await text(`${room}/b`)).toBe('b');
  });

  it('of replacements over one content exactly one wins', async () => {
    await files.create(`${room}/checkpoint`, bytes('0'));
    for (let round = 0; round < 3; round += 1) {
      const tag = await tagOf(`${room}/checkpoint`);
      const outcomes = await race((one, name) => one.replace(`${room}/checkpoint`, bytes(`${name} of round ${round}`), tag));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await text(`${room}/checkpoint`)).toBe(`writer ${outcomes.indexOf(true)} of round ${round}`);
    }
  });

  it('what reads while it is replaced sees one content or the other, whole', async () => {
    const contents = ['a', 'b'].map((letter) => letter.repeat(60_000));
    await files.create(`${room}/checkpoint`, bytes(contents[0] ?? ''));
    const writing = new AbortController();
    const seen = new Set<string | undefined>();
    const reading = (async () => {
      while (!writing.signal.aborted) seen.add(await text(`${room}/checkpoint`));
    })();
    for (let n = 1; n <= 20; n += 1) {
      const tag = await tagOf(`${room}/checkpoint`);
      expect(await files.replace(`${room}/checkpoint`, bytes(contents[n % 2] ?? ''), tag)).toBe(true);
    }
    writing.abort();
    await reading;
    expect(seen.size).toBeGreaterThan(0);
    for (const one of seen) expect(contents).toContain(one);
  });

  it('what is removed is gone, may be removed again, and may be created anew', async () => {
    await files.create(`${room}/tile/0/000.p/5`, bytes('partial'));
    const tag = await tagOf(`${room}/tile/0/000.p/5`);
    for (let n = 0; n < 2; n += 1) await files.remove(`${room}/tile/0/000.p/5`);
    await files.remove(`${room}/tile/0/000.p/5/6`);
    expect(await files.get(`${room}/tile/0/000.p/5`)).toBeUndefined();
    expect(await files.list(room)).toEqual([]);
    expect(await files.replace(`${room}/tile/0/000.p/5`, bytes('x'), tag)).toBe(false);
    expect(await files.create(`${room}/tile/0/000.p/5`, bytes('again'))).toBe(true);
  });

  it('paths are listed in byte order, under a prefix and after a path', async () => {
    const paths = ['checkpoint', 'tile/0/000', 'tile/0/000.p/1', 'tile/0/000.p/12', 'tile/0/000.p/2', 'tile/0/001', 'tile/0/x001/000'];
    const more = ['tile/entries/000', 'tile-a', 'verifier-keys'];
    const all = [...paths, ...more].map((path) => `${room}/${path}`).toSorted();
    for (const path of all.toReversed()) await files.create(path, bytes(path));
    expect(await files.list(`${room}/`)).toEqual(all);
    for (const prefix of ['tile/', 'tile/0/000', 'tile/0/000.p/', 'tile/0/000.p/1', 'ti', 'x'])
      expect(await files.list(`${room}/${prefix}`)).toEqual(all.filter((path) => path.startsWith(`${room}/${prefix}`)));
    for (const after of [...all, `${room}/tile/0/000.p`, `${room}/tile/0/000.p/`, `${room}/zzz`])
      expect(await files.list(`${room}/`, after)).toEqual(all.filter((path) => path > after));
  });

  it('more paths than a page holds are read page by page', async () => {
    const paths = Array.from({ length: 1_003 }, (_, n) => `${room}/${String(n).padStart(4, '0')}`);
    for (let from = 0; from < paths.length; from += 50)
      await Promise.all(paths.slice(from, from + 50).map((path) => files.create(path, bytes(''))));
    const first = await files.list(room);
    expect(first).toEqual(paths.slice(0, 1_000));
    expect(await files.list(room, first.at(-1))).toEqual(paths.slice(1_000));
  });

  it.each(['', '/a', 'a/', 'a//b', '..', '../a', 'a/../b', 'a/./b', '.incoming/a', 'A', 'a b', 'a\0', 'a%2f', 'é', 'a'.repeat(201)])(
    'refuses the path %j',
    async (path) => {
      await expect(files.get(path)).rejects.toThrow(TypeError);
      await expect(files.create(path, bytes('x'))).rejects.toThrow(TypeError);
      await expect(files.replace(path, bytes('x'), undefined)).rejects.toThrow(TypeError);
      await expect(files.replace(path, bytes('x'), 'tag')).rejects.toThrow(TypeError);
      await expect(files.remove(path)).rejects.toThrow(TypeError);
    },
  );
};

const inFolder = async (): Promise<Place> => {
  const folder = await mkdtemp(join(tmpdir(), 'harbour-public-'));
  return { open: () => openPublicFolder({ folder }), stop: () => rm(folder, { recursive: true }) };
};
const inBucket = async (): Promise<Place> => {
  const gateway = await openGateway();
  return { open: () => openPublicS3({ ...gateway, prefix: 'log/' }), stop: gateway.stop };
};

describe('public files in a folder', contract(inFolder));

const missing = s3Missing();
if (missing !== undefined) process.stderr.write(`public files in a bucket: ${missing}\n`);
(missing === undefined ? describe : describe.skip)('public files in a bucket', contract(inBucket));
