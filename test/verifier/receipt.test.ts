import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { canonical as ours } from '../../shared/kernel/canonical.ts';
import { canonical } from '../../verifier/canonical.js';
import { openLog, verifyReceiptInLog } from '../../verifier/log.js';
import { parseVerifierKey } from '../../verifier/note.js';
import { verifyReceipt } from '../../verifier/receipt.js';
import { checkpoint, checkpointText, cosignature, logFiles, naiveKey, proofFile, type Data } from '../support/naive-log.ts';
import { namedFault } from './faults.ts';

const key = naiveKey('log.example/log');
const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text));
const opening = { field: 'legalRepresentative', salt: 'k'.repeat(43), value: { zh: '王小明', parts: [1, 'ß', null] } };
const commitment = `sha256:${createHash('sha256').update(ours(opening)).digest('hex')}`;
const entry = ours({
  schema: 1,
  event: 'organisation.o1.1',
  disclosed: { name: '姜堰数据' },
  commitments: { legalRepresentative: commitment },
});
const entries: Data = Array.from({ length: 300 }, (_, n) => Buffer.from(n === 260 ? entry : `{"n":${n}}`));
const receiptWith = (extra: unknown, index = 260, d = entries): string => proofFile(index, d, checkpoint(d, [key]), JSON.stringify(extra));
const receipt = receiptWith({ entry, openings: [opening] });
const trusted = async () => ({ keys: [await parseVerifierKey(key.vkey)] });
const verify = async (text: string) => verifyReceipt(bytes(text), await trusted());

describe('a receipt', () => {
  it('proves its entry and what it opens with nothing but itself and a key', async () => {
    const verified = await verify(receipt);
    expect(verified.checkpoint).toMatchObject({ origin: 'log.example/log', size: 300 });
    expect(verified.receipt).toMatchObject({ text: entry, openings: [opening], proof: { index: 260 } });
    expect(verified.receipt.entry).toMatchObject({ event: 'organisation.o1.1' });
  });
  it('needs no opening', async () => {
    expect((await verify(receiptWith({ entry, openings: [] }))).receipt.openings).toEqual([]);
  });
  it('of the only entry of a log has no hashes', async () => {
    const verified = await verify(receiptWith({ entry, openings: [] }, 0, [Buffer.from(entry)]));
    expect(verified.receipt.proof.hashes).toEqual([]);
  });
  it('carries the cosignatures of witnesses', async () => {
    const witness = naiveKey('witness.example/w1', 4);
    const known = await parseVerifierKey(witness.vkey);
    const text = checkpointText(key.name, entries);
    const withWitness = (over: string) => verifyReceipt(bytes(receipt + cosignature(over, witness, 5)), { keys: [], witnesses: [known] });
    const keys = [await parseVerifierKey(key.vkey)];
    const verified = await verifyReceipt(bytes(receipt + cosignature(text, witness, 5)), { keys, witnesses: [known] });
    expect(verified.cosignedBy).toEqual([{ key: known, time: 5 }]);
    expect(await namedFault(() => withWitness(text))).toMatchObject({ code: 'origin_mismatch' });
    expect(
      await namedFault(() => verifyReceipt(bytes(receipt + cosignature(`${text}more\n`, witness, 5)), { keys, witnesses: [known] })),
    ).toMatchObject({ code: 'cosignature_invalid' });
  });

  const line = /\n([^\n]{44})\n/;
  it.each([
    ['for another entry', receiptWith({ entry: entry.replace('姜堰', '海陵'), openings: [] }), 'not_included'],
    ['at another index', receipt.replace('index 260', 'index 261'), 'not_included'],
    ['at an index beyond the log', receipt.replace('index 260', 'index 300'), 'not_included'],
    ['with a hash left out', receipt.replace(line, '\n'), 'not_included'],
    ['with a hash twice', receipt.replace(line, '\n$1\n$1\n'), 'not_included'],
    ['with another value', receiptWith({ entry, openings: [{ ...opening, value: '李四' }] }), 'opening_mismatch'],
    ['with another salt', receiptWith({ entry, openings: [{ ...opening, salt: 'j'.repeat(43) }] }), 'opening_mismatch'],
    [
      'with a field that the entry did not commit to',
      receiptWith({ entry, openings: [{ ...opening, field: 'phone' }] }),
      'opening_mismatch',
    ],
    ['with a field that every object has', receiptWith({ entry, openings: [{ ...opening, field: 'constructor' }] }), 'opening_mismatch'],
    ['whose checkpoint was changed', receipt.replace('\n300\n', '\n301\n'), 'signature_invalid'],
    ['whose checkpoint has a leading zero', receipt.replace('\n300\n', '\n0300\n'), 'size_malformed'],
    ['of another log', receipt.replaceAll('log.example/log', 'log.example/other'), 'origin_mismatch'],
    [
      'signed by a stranger',
      proofFile(260, entries, checkpoint(entries, [naiveKey(key.name)]), JSON.stringify({ entry, openings: [] })),
      'unknown_key',
    ],
    ['without its final newline', receipt.slice(0, -1), 'checkpoint_malformed'],
    ['with a leading zero in its index', receipt.replace('index 260', 'index 0260'), 'receipt_malformed'],
    ['with another header', receipt.replace('@v1', '@v2'), 'receipt_malformed'],
    ['with carriage returns', receipt.replaceAll('\n', '\r\n'), 'receipt_malformed'],
    ['with a hash that is short', receipt.replace(line, '\nAAAA\n'), 'receipt_malformed'],
    ['with too many hashes', receipt.replace(line, '\n$1'.repeat(64) + '\n'), 'receipt_malformed'],
    ['without extra data', receipt.replace(/extra [^\n]*\n/, ''), 'receipt_malformed'],
    ['with extra data that are not base 64', receipt.replace('extra ', 'extra !'), 'receipt_malformed'],
    ['with extra data that are not JSON', proofFile(0, entries, checkpoint(entries, [key]), 'words'), 'receipt_malformed'],
    ['that says more than an entry and openings', receiptWith({ entry, openings: [], more: 1 }), 'receipt_malformed'],
    ['whose entry is not a text', receiptWith({ entry: JSON.parse(entry), openings: [] }), 'receipt_malformed'],
    ['whose entry is not an object', receiptWith({ entry: '[]', openings: [] }), 'receipt_malformed'],
    [
      'whose entry says a thing twice',
      receiptWith({ entry: '{"commitments":{"a":1},"commitments":{}}', openings: [] }),
      'receipt_malformed',
    ],
    [
      'whose entry is too deep to be written',
      receiptWith({ entry: `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, openings: [] }),
      'receipt_malformed',
    ],
    ['with an opening that has a short salt', receiptWith({ entry, openings: [{ ...opening, salt: 'k' }] }), 'receipt_malformed'],
    ['with an opening that says more', receiptWith({ entry, openings: [{ ...opening, more: 1 }] }), 'receipt_malformed'],
    ['with an opening of no text', receiptWith({ entry, openings: [{ ...opening, value: '\ud800' }] }), 'receipt_malformed'],
  ])('%s is refused by name', async (_how, text, code) => {
    expect(await namedFault(() => verify(text))).toMatchObject({ code });
  });
});

it('no bit of a receipt can be changed', async () => {
  const good = bytes(receipt);
  const trust = await trusted();
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.nat(7), async (at, bit) => {
      const spoilt = good.with(at, (good[at] ?? 0) ^ (1 << bit));
      expect(await namedFault(() => verifyReceipt(spoilt, trust))).toBeDefined();
    }),
    { numRuns: 500 },
  );
});

describe('a receipt and the log', () => {
  const logOf = async (d: Data) => {
    const files = logFiles(d, [key]);
    const get = async (path: string) => {
      const found = files.get(path);
      return found && Uint8Array.from(found);
    };
    return openLog({ name: 'memory', get });
  };
  it('which has grown since still agree', async () => {
    const grown = [...entries, ...Array.from({ length: 400 }, (_, n) => Buffer.from(`later ${n}`))];
    for (const d of [entries, grown]) await verifyReceiptInLog(await logOf(d), await verify(receipt));
  });
  it('which was rolled back or rewritten do not', async () => {
    const verified = await verify(receipt);
    expect(await namedFault(async () => verifyReceiptInLog(await logOf(entries.slice(0, 299)), verified))).toMatchObject({
      code: 'rollback',
    });
    const rewritten = entries.with(3, Buffer.from('rewritten'));
    expect(await namedFault(async () => verifyReceiptInLog(await logOf(rewritten), verified))).toMatchObject({ code: 'fork' });
  });
});

describe('canonical JSON', () => {
  it.each([
    [{ b: 1, a: [true, null, 'ß€\u20ac\n\u0000"\\'], '\u20ac': -0, '😀': 1e-21, '\ufb33': 1e-7, '': {} }],
    [[9_007_199_254_740_991, 0.1, 1 / 3]],
    ['text'],
    [null],
  ])('is written as the platform writes it', (value) => {
    expect(canonical(value)).toBe(ours(value));
  });
});
