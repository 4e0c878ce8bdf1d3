import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { openLog, rootAt, verifyEntries, verifySince } from '../../verifier/log.js';
import { parseVerifierKey } from '../../verifier/note.js';
import {
  checkpoint,
  checkpointText,
  cosignature,
  logFiles,
  mth,
  naiveKey,
  signedNote,
  type Data,
  type Files,
} from '../support/naive-log.ts';
import { namedFault } from './faults.ts';

const key = naiveKey('log.example/log');
const entriesTo = (size: number, from = 0): Data => Array.from({ length: size }, (_, n) => Buffer.from(`{"n":${from + n}}`));
const sourceOf = (files: Files) => ({
  name: 'memory',
  get: async (path: string, limit: number) => {
    const bytes = files.get(path);
    return bytes && Uint8Array.from(bytes.subarray(0, limit));
  },
});
const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text));

/** Verifies a whole log on the keys that it offers, and answers its entries. */
const verify = async (files: Files, since?: string): Promise<readonly Uint8Array[]> => {
  const log = await openLog(sourceOf(files));
  if (since !== undefined) await verifySince(log, bytes(since));
  const seen: Uint8Array[] = [];
  await verifyEntries(log, (entries) => void seen.push(...entries));
  return seen;
};
/** One file changed by what becomes of its bytes; undefined takes it away. */
const changed = (files: Files, path: string, change: (old: Uint8Array) => Uint8Array | undefined): Files => {
  const old = files.get(path);
  if (!old) throw new RangeError(`no ${path}`);
  const next = new Map(files);
  const became = change(Uint8Array.from(old));
  if (became) next.set(path, became);
  else next.delete(path);
  return next;
};
const flipped =
  (at: number) =>
  (old: Uint8Array): Uint8Array =>
    old.with(at, (old.at(at) ?? 0) ^ 1);
const gone = (): undefined => undefined;

describe('a log', () => {
  it.each([0, 1, 2, 255, 256, 257, 511, 512, 600, 2600])('of %i entries is verified whole', async (size) => {
    const entries = entriesTo(size);
    const seen = await verify(logFiles(entries, [key]));
    expect(Buffer.concat(seen).equals(Buffer.concat([...entries]))).toBe(true);
    expect(seen).toHaveLength(size);
  });
  it('is read from a full tile or bundle where the partial one of its size is gone', async () => {
    const grown = logFiles(entriesTo(600), [key]);
    grown.set('checkpoint', Buffer.from(checkpoint(entriesTo(300), [key])));
    // Of 300 entries only the partial level 0 tile and bundle would be 44 wide; what is there is full by now.
    grown.set('tile/1/000.p/1', (grown.get('tile/1/000.p/2') ?? new Uint8Array()).subarray(0, 32));
    expect(await verify(grown)).toHaveLength(300);
  });
  it('knows its root at every earlier size from its verified tiles', async () => {
    const entries = entriesTo(600);
    const log = await openLog(sourceOf(logFiles(entries, [key])));
    for (const size of [0, 1, 2, 3, 255, 256, 257, 511, 512, 599, 600])
      expect(Buffer.from(await rootAt(log, size)).equals(mth(entries.slice(0, size)))).toBe(true);
  });
  it('says whether its keys were given or taken from itself', async () => {
    const source = sourceOf(logFiles(entriesTo(1), [key]));
    expect(await openLog(source)).toMatchObject({ isKeyGiven: false });
    expect(await openLog(source, { keys: [await parseVerifierKey(key.vkey)] })).toMatchObject({ isKeyGiven: true });
  });
});

/** 66,051 entries have partial tiles on three levels, and full ones on two. */
const size = 66_051;
const good = logFiles(entriesTo(size), [key]);
const small = logFiles(entriesTo(600), [key]);
const text = (change: (old: string) => string) => (old: Uint8Array) => Buffer.from(change(Buffer.from(old).toString()));

it('any entry of a log of three levels is verified without reading the others', async () => {
  const log = await openLog(sourceOf(good));
  for (const bundle of [258, 0, 255, 256, 100]) {
    const entries = await log.bundle(bundle);
    expect(Buffer.from(entries[0] ?? []).toString()).toBe(`{"n":${bundle * 256}}`);
  }
});

describe('tampering is found and named', () => {
  it.each([
    ['a hash of a full tile of leaves', 'tile/0/007', flipped(40), { code: 'tile_tampered', path: 'tile/0/007' }],
    ['a hash of a full tile above', 'tile/1/000', flipped(8191), { code: 'tile_tampered', path: 'tile/1/000' }],
    [
      'a hash of the partial tile of leaves',
      'tile/0/258.p/3',
      flipped(0),
      { code: 'tile_tampered', path: 'tile/0/258.p/3', index: 66_048 },
    ],
    ['a hash of the partial tile above', 'tile/1/001.p/2', flipped(63), { code: 'tile_tampered', path: 'tile/1/001.p/2', index: 257 }],
    ['a hash of the topmost tile', 'tile/2/000.p/1', flipped(5), { code: 'tile_tampered', path: 'tile/2/000.p/1', index: 0 }],
    ['a tile cut short', 'tile/0/003', (old: Uint8Array) => old.subarray(1), { code: 'tile_malformed', path: 'tile/0/003' }],
    [
      'a tile with a byte more',
      'tile/0/003',
      (old: Uint8Array) => Buffer.concat([old, Buffer.of(0)]),
      { code: 'tile_malformed', path: 'tile/0/003' },
    ],
    ['a tile that is gone', 'tile/0/020', gone, { code: 'tile_missing', path: 'tile/0/020' }],
    ['a partial tile that is gone', 'tile/0/258.p/3', gone, { code: 'tile_missing', path: 'tile/0/258.p/3' }],
    ['an entry', 'tile/entries/010', flipped(2 + 5), { code: 'entry_tampered', path: 'tile/entries/010', index: 2560 }],
    [
      'a bundle with trailing bytes',
      'tile/entries/010',
      (old: Uint8Array) => Buffer.concat([old, Buffer.of(0)]),
      { code: 'bundle_malformed', path: 'tile/entries/010' },
    ],
    [
      'a bundle cut short',
      'tile/entries/000',
      (old: Uint8Array) => old.subarray(0, -1),
      { code: 'bundle_malformed', path: 'tile/entries/000' },
    ],
    ['a bundle that is gone', 'tile/entries/009', gone, { code: 'tile_missing', path: 'tile/entries/009' }],
  ] as const)('%s', async (_what, path, change, fault) => {
    expect(await namedFault(() => verify(changed(good, path, change)))).toEqual(expect.objectContaining(fault));
  });

  it.each([
    ['an entry of the partial bundle', flipped(-2), { code: 'entry_tampered', index: 599 }],
    ['the partial bundle with an entry more', (old: Uint8Array) => Buffer.concat([old, Buffer.of(0, 0)]), { code: 'bundle_malformed' }],
  ] as const)('%s', async (_what, change, fault) => {
    const path = 'tile/entries/002.p/88';
    expect(await namedFault(() => verify(changed(small, path, change)))).toEqual(expect.objectContaining({ ...fault, path }));
  });

  it.each([
    ['a letter of the origin', text((old) => old.replace('log.example/log\n', 'log.example/lag\n')), 'origin_mismatch'],
    ['a digit of the size', text((old) => old.replace('\n600\n', '\n601\n')), 'signature_invalid'],
    ['a leading zero of the size', text((old) => old.replace('\n600\n', '\n0600\n')), 'size_malformed'],
    [
      'a letter of the root',
      text((old) => old.replace(/\n600\n./, (found) => (found.endsWith('A') ? '\n600\nB' : '\n600\nA'))),
      'signature_invalid',
    ],
    [
      'a letter of the signature',
      text((old) => old.replace(/(.)(.{10}\n)$/, (_all, one, rest) => (one === 'A' ? 'B' : 'A') + rest)),
      'signature_invalid',
    ],
    ['the key id of the signature', text((old) => old.replace(/(— \S+ ).{4}/, '$1AAAA')), 'unknown_key'],
    ['no final newline', text((old) => old.slice(0, -1)), 'checkpoint_malformed'],
    ['carriage returns', text((old) => old.replaceAll('\n', '\r\n')), 'checkpoint_malformed'],
    ['nothing', gone, 'checkpoint_missing'],
  ] as const)('in the checkpoint: %s', async (_what, change, code) => {
    expect(await namedFault(() => verify(changed(small, 'checkpoint', change)))).toMatchObject({ code, path: 'checkpoint' });
  });

  it('whatever bit of whatever file', async () => {
    const files = logFiles(entriesTo(300), [key]);
    const places = fc
      .constantFrom(...files)
      .chain(([path, { length }]) => fc.record({ path: fc.constant(path), at: fc.nat(length - 1), bit: fc.nat(7) }));
    await fc.assert(
      fc.asyncProperty(places, async ({ path, at, bit }) => {
        const spoilt = changed(files, path, (old) => old.with(at, (old[at] ?? 0) ^ (1 << bit)));
        expect(await namedFault(() => verify(spoilt))).toBeDefined();
      }),
      { numRuns: 150 },
    );
  });
  it('keys that were swapped: the log may not choose another key than the one that was given', async () => {
    const files = logFiles(entriesTo(3), [naiveKey(key.name)]);
    expect(await namedFault(() => verify(files))).toBeUndefined();
    const keys = [await parseVerifierKey(key.vkey)];
    expect(await namedFault(() => openLog(sourceOf(files), { keys }))).toMatchObject({ code: 'unknown_key' });
  });
  it('keys that are missing or malformed', async () => {
    expect(await namedFault(() => verify(changed(small, 'verifier-keys', gone)))).toMatchObject({ code: 'key_missing' });
    expect(
      await namedFault(() =>
        verify(
          changed(
            small,
            'verifier-keys',
            text((old) => old.trimEnd()),
          ),
        ),
      ),
    ).toMatchObject({ code: 'key_malformed' });
    expect(
      await namedFault(() =>
        verify(
          changed(
            small,
            'verifier-keys',
            text((old) => `${old}\n`),
          ),
        ),
      ),
    ).toMatchObject({ code: 'key_malformed' });
  });
  it('a cosignature that does not fit', async () => {
    const witness = naiveKey('witness.example/w1', 4);
    const files = changed(
      small,
      'checkpoint',
      text((old) => old + cosignature(checkpointText(key.name, entriesTo(599)), witness, 1)),
    );
    const witnesses = [await parseVerifierKey(witness.vkey)];
    expect(await namedFault(() => openLog(sourceOf(files), { witnesses }))).toMatchObject({ code: 'cosignature_invalid' });
    expect(await namedFault(() => openLog(sourceOf(files)))).toBeUndefined();
  });
  it('a root that was signed over other entries', async () => {
    const files = changed(small, 'checkpoint', () => Buffer.from(checkpoint(entriesTo(600, 7), [key])));
    expect(await namedFault(() => verify(files))).toMatchObject({ code: 'root_mismatch' });
  });
  it('an empty log with a root', async () => {
    const files: Files = new Map(small);
    files.set('checkpoint', Buffer.from(signedNote(checkpointText(key.name, entriesTo(1)).replace('\n1\n', '\n0\n'), [key])));
    expect(await namedFault(() => verify(files))).toMatchObject({ code: 'root_mismatch' });
  });
});

describe('since an earlier checkpoint', () => {
  it.each([0, 1, 255, 256, 300, 599, 600])('of size %i the log of 600 has only grown', async (old) => {
    expect(await verify(small, checkpoint(entriesTo(old), [key]))).toHaveLength(600);
  });
  it('the log was rolled back', async () => {
    expect(await namedFault(() => verify(small, checkpoint(entriesTo(601), [key])))).toMatchObject({ code: 'rollback' });
  });
  it.each([1, 300, 600])('of size %i the log was forked', async (old) => {
    expect(await namedFault(() => verify(small, checkpoint(entriesTo(old, 1), [key])))).toMatchObject({ code: 'fork' });
  });
  it('which is not of this log, or not signed by it, nothing is said', async () => {
    const [other, stranger] = [naiveKey('log.example/other'), naiveKey(key.name)];
    expect(await namedFault(() => verify(small, checkpoint(entriesTo(9), [other])))).toMatchObject({
      code: 'origin_mismatch',
      path: 'since',
    });
    expect(await namedFault(() => verify(small, checkpoint(entriesTo(9), [stranger])))).toMatchObject({
      code: 'unknown_key',
      path: 'since',
    });
  });
  it('tiles that say one thing when the log is walked and another when it is asked about its past are found', async () => {
    // A server that answers the second reading of a tile with another one must not have it believed.
    const forged = logFiles(entriesTo(600, 1), [key]);
    const answered = new Set<string>();
    const { get } = sourceOf(small);
    const source = {
      name: 'two-faced',
      get: async (path: string, limit: number) => {
        const first = !answered.has(path);
        answered.add(path);
        return first ? get(path, limit) : sourceOf(forged).get(path, limit);
      },
    };
    const log = await openLog(source);
    await verifyEntries(log);
    expect(await namedFault(() => verifySince(log, bytes(checkpoint(entriesTo(300, 1), [key]))))).toMatchObject({ code: 'fork' });
  });
});
