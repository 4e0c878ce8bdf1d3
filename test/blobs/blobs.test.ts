import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Blobs, Exists, TooLarge } from '../../shared/blobs/blobs.ts';
import { openGateway, s3Missing } from '../support/s3.ts';
import { mebibytes, openBlobs, startWriter, type Place, type Task } from './writing.ts';

jest.setTimeout(60_000);

const mebibyte = 1024 * 1024;
const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const text = async (blobs: Blobs, key: string): Promise<string | undefined> => {
  const found = await blobs.get(key);
  return found && (await buffer(found.body)).toString();
};

const contract = (open: () => Promise<{ place: Place; stop: () => Promise<void> }>) => () => {
  let blobs: Blobs;
  let place: Place;
  let stop: () => Promise<void>;
  let room = '';
  let rooms = 0;
  const writers: ReturnType<typeof startWriter>[] = [];
  const start = (task: Task) => {
    const writer = startWriter(place, task);
    writers.push(writer);
    return writer;
  };

  const expectNothing = async (): Promise<void> => {
    expect(await blobs.get(`${room}/a`)).toBeUndefined();
    expect(await blobs.list(room)).toEqual([]);
  };

  beforeAll(async () => {
    ({ place, stop } = await open());
    blobs = openBlobs(place);
  });
  beforeEach(() => {
    rooms += 1;
    room = `room-${rooms}`;
  });
  afterEach(async () => {
    await Promise.all(writers.splice(0).map((writer) => writer.kill()));
  });
  afterAll(async () => {
    await blobs.close();
    await stop();
  });

  describe('put and get', () => {
    it.each([0, 1, 100_000, 8 * mebibyte, 8 * mebibyte + 1, 17 * mebibyte])('give back %i bytes and answer their digest', async (size) => {
      const bytes = Buffer.alloc(size, 'data harbour ');
      const chunks = Array.from({ length: Math.ceil(size / 70_001) }, (_, n) => bytes.subarray(n * 70_001, (n + 1) * 70_001));
      const stat = { size, digest: sha256(bytes) };

      expect(await blobs.put(`${room}/whole`, new Uint8Array(bytes))).toEqual(stat);
      expect(await blobs.put(`${room}/stream`, Readable.from(chunks), { contentType: 'text/csv' })).toEqual(stat);
      for (const key of [`${room}/whole`, `${room}/stream`]) {
        const found = await blobs.get(key);
        expect(found?.size).toBe(size);
        expect(sha256(await buffer(found?.body ?? Readable.from([])))).toBe(stat.digest);
      }
    });

    it('answers undefined where nothing is stored', async () => {
      expect(await blobs.get(`${room}/nothing`)).toBeUndefined();
      await blobs.put(`${room}/something`, Buffer.from('here'));
      expect(await blobs.get(`${room}/something/more`)).toBeUndefined();
      expect(await blobs.get(`${room}/some`)).toBeUndefined();
      expect(await blobs.get(room)).toBeUndefined();
    });

    it('puts another object in the place of the first', async () => {
      await blobs.put(`${room}/a`, Buffer.from('the first and longer'));
      await blobs.put(`${room}/a`, Buffer.from('second'));
      expect(await text(blobs, `${room}/a`)).toBe('second');
    });

    it('streams: memory does not grow with the object', async () => {
      const writer = start({ does: 'put', key: `${room}/large`, mebibytes: 144 });
      const said = (await writer.line()) as { size: number; grown: number };
      expect(said.size).toBe(144 * mebibyte);
      expect(said.grown).toBeLessThan(96 * mebibyte);
    });
  });

  describe('keys', () => {
    const bad = [
      '',
      '/',
      'a/',
      '/a',
      'a//b',
      '.',
      '..',
      '../a',
      'a/../b',
      'a/./b',
      '.a',
      '-a',
      'A',
      'a b',
      'a\\b',
      'a\n',
      'a\0',
      'é',
      'a!',
      'a+',
    ];
    it.each([...bad, 'a'.repeat(513)])('refuses %j before a byte is read', async (key) => {
      const body = Readable.from([Buffer.from('never read')]);
      await expect(blobs.put(key, body)).rejects.toThrow(TypeError);
      await expect(blobs.get(key)).rejects.toThrow(TypeError);
      await expect(blobs.remove(key)).rejects.toThrow(TypeError);
      expect(body.readableDidRead).toBe(false);
    });

    it('take 512 bytes', async () => {
      const key = [room.padEnd(127, 'x'), ...Array.from({ length: 3 }, () => 'x'.repeat(127)), ''].join('/').slice(0, -1).padEnd(512, 'y');
      expect(key).toHaveLength(512);
      await blobs.put(key, Buffer.from('far'));
      expect(await text(blobs, key)).toBe('far');
      expect(await blobs.list(room.padEnd(127, 'x'))).toEqual([key]);
    });

    it('never stand in each other’s way, not even where one begins like a folder of another', async () => {
      const keys = ['a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a0', 'aa', 'b'].map((key) => `${room}/${key}`);
      for (const key of keys.toReversed()) await blobs.put(key, Buffer.from(key), { once: true });
      for (const key of keys) expect(await text(blobs, key)).toBe(key);
      expect(await blobs.list(`${room}/`)).toEqual(keys);
    });
  });

  describe('once', () => {
    it.each([1, 9])('refuses %i MiB where the key is taken, and what was there stays', async (size) => {
      await blobs.put(`${room}/a`, Buffer.from('first'), { once: true });
      await expect(blobs.put(`${room}/a`, mebibytes(size), { once: true })).rejects.toThrow(Exists);
      expect(await text(blobs, `${room}/a`)).toBe('first');
    });

    it('lets exactly one of 100 racing writers in two processes win', async () => {
      const racers = ['east', 'west'].map((name) => start({ does: 'race', key: `${room}/race`, writers: 50, name }));
      for (const racer of racers) expect(await racer.line()).toBe('ready');
      for (const racer of racers) racer.go();
      const outcomes = (await Promise.all(racers.map((racer) => racer.line()))) as string[][];
      const won = outcomes.flat().filter((outcome) => outcome !== 'exists');
      expect(outcomes.flat()).toHaveLength(100);
      expect(won).toEqual([await text(blobs, `${room}/race`)]);
    });

    it('lets exactly one of six racing writers of many parts win', async () => {
      const puts = Array.from({ length: 6 }, (_, n) => blobs.put(`${room}/race`, mebibytes(9 + n), { once: true }));
      const outcomes = await Promise.allSettled(puts);
      const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      for (const lost of outcomes) if (lost.status === 'rejected') expect(lost.reason).toBeInstanceOf(Exists);
      expect(won).toHaveLength(1);
      const found = await blobs.get(`${room}/race`);
      found?.body.destroy();
      expect(found?.size).toBe(won[0]?.value.size);
    });
  });

  describe('whole or nothing', () => {
    it.each([2, 9])('stores %i MiB at the limit, and nothing of a byte more', async (size) => {
      const limit = size * mebibyte;
      const endless = Readable.from(mebibytes(1_000));
      await expect(blobs.put(`${room}/a`, endless, { limit: limit - 1 })).rejects.toThrow(TooLarge);
      await expectNothing();
      expect(endless.destroyed).toBe(true);
      await expect(blobs.put(`${room}/a`, Buffer.alloc(limit + 1), { limit })).rejects.toThrow(TooLarge);
      await expectNothing();
      expect(await blobs.put(`${room}/a`, mebibytes(size), { limit })).toMatchObject({ size: limit });
    });

    it.each([0, 2, 9])('stores nothing of a body that fails after %i MiB, and says why', async (size) => {
      const failing = Readable.from(
        (function* () {
          yield* Array.from({ length: size }, () => Buffer.alloc(mebibyte));
          throw new RangeError('the sender gave up');
        })(),
      );
      await expect(blobs.put(`${room}/a`, failing)).rejects.toThrow('the sender gave up');
      await expectNothing();
    });

    it('stores nothing of a body that was cut off', async () => {
      const chunks = [Buffer.alloc(mebibyte)];
      const body = new Readable({
        read() {
          const chunk = chunks.pop();
          if (chunk === undefined) this.destroy();
          else this.push(chunk);
        },
      });
      await expect(blobs.put(`${room}/a`, body)).rejects.toThrow('Premature close');
      await expectNothing();
    });

    it('shows nothing of a body that is still coming', async () => {
      const writer = start({ does: 'stall', key: `${room}/a`, mebibytes: 9 });
      expect(await writer.line()).toBe('stalled');
      await expectNothing();
      writer.go();
      expect(await writer.line()).toMatchObject({ size: 9 * mebibyte + 3 });
      expect(await blobs.list(room)).toEqual([`${room}/a`]);
    });

    it('shows nothing of a writer killed in the middle, and the next one takes its place', async () => {
      const writer = start({ does: 'stall', key: `${room}/a`, mebibytes: 9 });
      expect(await writer.line()).toBe('stalled');
      await writer.kill();
      const again = openBlobs(place);
      await expectNothing();
      await again.put(`${room}/a`, Buffer.from('another'), { once: true });
      expect(await text(again, `${room}/a`)).toBe('another');
      await again.close();
    });

    it.each([1, 9])('keeps %i MiB of a writer killed as soon as it had its answer', async (size) => {
      const writer = start({ does: 'put', key: `${room}/a`, mebibytes: size });
      const said = (await writer.line()) as { size: number; digest: string };
      await writer.kill();
      const again = openBlobs(place);
      const found = await again.get(`${room}/a`);
      expect(sha256(await buffer(found?.body ?? Readable.from([])))).toBe(said.digest);
      await again.close();
    });
  });

  describe('list', () => {
    it('answers at most 1,000 keys a page, in byte order, each once', async () => {
      const keys = Array.from({ length: 1_012 }, (_, n) => `${room}/${n % 3}${['-', '/', '.', '_'][n % 4]}${n}`);
      for (let n = 0; n < keys.length; n += 46) await Promise.all(keys.slice(n, n + 46).map((key) => blobs.put(key, Buffer.from(key))));
      const first = await blobs.list(`${room}/`);
      const second = await blobs.list(`${room}/`, first.at(-1));
      expect([first.length, second.length]).toEqual([1_000, 12]);
      expect([...first, ...second]).toEqual(keys.toSorted());
      expect(await blobs.list(`${room}/`, second.at(-1))).toEqual([]);
    });

    it('takes a prefix for what it is, not for a folder', async () => {
      const keys = ['ab/c', 'ab/d', 'abc', 'b'].map((key) => `${room}/${key}`);
      for (const key of keys) await blobs.put(key, Buffer.from(key));
      expect(await blobs.list(`${room}/ab`)).toEqual(keys.slice(0, 3));
      expect(await blobs.list(`${room}/ab/`)).toEqual(keys.slice(0, 2));
      expect(await blobs.list(`${room}/ab/d`)).toEqual([keys[1]]);
      expect(await blobs.list(`${room}/abcd`)).toEqual([]);
      expect(await blobs.list(`${room}/ab/c/d`)).toEqual([]);
      expect(await blobs.list(`${room}/../`)).toEqual([]);
      expect(await blobs.list('', `${room}/abc`)).toEqual([keys[3], ...(await blobs.list('', keys[3]))]);
    });

    it('begins after any text, whether or not there is such a key', async () => {
      const keys = ['a/b', 'a/d', 'b'].map((key) => `${room}/${key}`);
      for (const key of keys) await blobs.put(key, Buffer.from(key));
      expect(await blobs.list(`${room}/`, `${room}/a/b`)).toEqual(keys.slice(1));
      expect(await blobs.list(`${room}/`, `${room}/a/c`)).toEqual(keys.slice(1));
      expect(await blobs.list(`${room}/`, `${room}/a`)).toEqual(keys);
      expect(await blobs.list(`${room}/`, `${room}/a0`)).toEqual(keys.slice(2));
    });
  });

  describe('remove', () => {
    it('takes one object away, as often as it is asked', async () => {
      for (const key of ['a', 'a/b']) await blobs.put(`${room}/${key}`, Buffer.from(key));
      await blobs.remove(`${room}/a`);
      await blobs.remove(`${room}/a`);
      await blobs.remove(`${room}/never/was`);
      expect(await blobs.get(`${room}/a`)).toBeUndefined();
      expect(await blobs.list(room)).toEqual([`${room}/a/b`]);
      await blobs.put(`${room}/a`, Buffer.from('again'), { once: true });
      expect(await text(blobs, `${room}/a`)).toBe('again');
    });
  });
};

describe(
  'blobs in files',
  contract(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'harbour-blobs-'));
    return { place: { folder }, stop: () => rm(folder, { recursive: true, force: true }) };
  }),
);

const missing = s3Missing();
if (missing !== undefined) process.stderr.write(`blobs on S3: ${missing}\n`);
(missing === undefined ? describe : describe.skip)(
  'blobs on S3',
  contract(async () => {
    const { stop, ...place } = await openGateway();
    return { place, stop };
  }),
);
