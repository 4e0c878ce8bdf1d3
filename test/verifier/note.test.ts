import { describe, expect, it } from '@jest/globals';
import { parseCheckpoint, openCheckpoint, requireCosignatures } from '../../verifier/checkpoint.js';
import { parseNote, parseVerifierKey, verifyNote } from '../../verifier/note.js';
import { checkpoint, checkpointText, cosignature, naiveKey, signedNote } from '../support/naive-log.ts';
import { namedFault } from './faults.ts';

const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text));
const exampleKey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const example =
  'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
const poem =
  'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n';

describe('a signed note', () => {
  it('of the specification is verified by the key of the specification', async () => {
    const key = await parseVerifierKey(exampleKey);
    expect(key).toMatchObject({ name: 'example.com/foo', id: '530d903a', type: 1 });
    expect(await verifyNote(parseNote(bytes(example)), [key])).toEqual([{ key }]);
  });
  it('may hold empty lines: only the last one parts it from its signatures', () => {
    expect(parseNote(bytes(poem))).toMatchObject({
      text: 'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n',
      signatures: [{ name: 'quasimodo.example/salvatore' }],
    });
  });
  it('with one letter changed is not what was signed', async () => {
    const key = await parseVerifierKey(exampleKey);
    expect(await namedFault(() => verifyNote(parseNote(bytes(example.replace('This', 'Thus'))), [key]))).toMatchObject({
      code: 'signature_invalid',
    });
  });
  it('passes over signatures by unknown keys, even of the same name', async () => {
    const [one, other] = [naiveKey('log.example'), naiveKey('log.example')];
    const note = parseNote(bytes(signedNote('words\n', [other, one])));
    expect(await verifyNote(note, [await parseVerifierKey(one.vkey)])).toHaveLength(1);
    expect(await verifyNote(note, [])).toEqual([]);
  });
  it('is refused where one signature of a known key is good and another is not', async () => {
    const key = naiveKey('log.example');
    const [good, bad] = [signedNote('words\n', [key]), signedNote('other words\n', [key])];
    const both = `${good}${bad.split('\n\n')[1]}`;
    expect(await namedFault(async () => verifyNote(parseNote(bytes(both)), [await parseVerifierKey(key.vkey)]))).toMatchObject({
      code: 'signature_invalid',
    });
  });

  const line = example.split('\n\n')[1] ?? '';
  it.each([
    ['without its final newline', example.slice(0, -1)],
    ['with carriage returns', example.replaceAll('\n', '\r\n')],
    ['with a tab', example.replace(' is', '\tis')],
    ['without a blank line', example.replace('\n\n', '\n')],
    ['without signatures', 'words\n\n'],
    ['with a line after its signatures', `${example}words\n`],
    ['with a hyphen for the dash', example.replace('—', '-')],
    ['with two spaces', example.replace('— ', '—  ')],
    ['with a plus in a name', example.replace('/foo', '+foo')],
    ['with a no-break space in a name', example.replace('/foo', '\u00A0foo')],
    ['with a signature that is not base 64', example.replace('QM=', 'Q!=')],
    ['with a signature in base 64 that has another spelling', example.replace('QM=', 'QN=')],
    ['with a signature of nothing', 'words\n\n— log.example Uw2QOg==\n'],
    ['with too many signatures', `words\n\n${line.repeat(101)}`],
  ])('%s is malformed', async (_how, text) => {
    expect(await namedFault(() => parseNote(bytes(text)))).toMatchObject({ code: 'checkpoint_malformed' });
  });
  it('that is not UTF-8 is malformed', async () => {
    const spoilt = bytes(example).with(0, 0xff);
    expect(await namedFault(() => parseNote(spoilt))).toMatchObject({ code: 'checkpoint_malformed' });
  });
});

describe('a verifier key', () => {
  it('is parted at the first two plus signs only', async () => {
    // A key whose base 64 has plus signs of its own comes up soon.
    let key = naiveKey('log.example');
    while (key.vkey.split('+').length < 5) key = naiveKey('log.example');
    expect((await parseVerifierKey(key.vkey)).text).toBe(key.vkey);
  });
  it.each([
    ['another id', exampleKey.replace('530d903a', '530d903b')],
    ['another name', exampleKey.replace('foo', 'bar')],
    ['capitals in its id', exampleKey.replace('530d903a', '530D903A')],
    ['a type that nobody knows', exampleKey.replace('+Aek', '+Cek')],
    ['a byte too few', exampleKey.replace('U2k', 'U2')],
    ['no name', exampleKey.replace('example.com/foo', '')],
    ['a space in its name', exampleKey.replace('/', ' ')],
    ['nothing else', ''],
  ])('with %s is malformed', async (_how, text) => {
    expect(await namedFault(() => parseVerifierKey(text))).toMatchObject({ code: 'key_malformed' });
  });
});

describe('a checkpoint', () => {
  const entries = [Buffer.from('one'), Buffer.from('two')];
  const key = naiveKey('log.example/log');
  const witness = naiveKey('witness.example/w1', 4);
  const text = checkpointText(key.name, entries);
  const trusted = async () => ({ keys: [await parseVerifierKey(key.vkey)], witnesses: [await parseVerifierKey(witness.vkey)] });

  it('says origin, size and root, and may say more', () => {
    expect(parseCheckpoint(bytes(signedNote(`${text}more\n`, [key])))).toMatchObject({ origin: 'log.example/log', size: 2 });
  });
  it.each([
    ['02', 'size_malformed'],
    ['+2', 'size_malformed'],
    ['-2', 'size_malformed'],
    ['2 ', 'size_malformed'],
    ['0x2', 'size_malformed'],
    ['2e0', 'size_malformed'],
    ['٢', 'size_malformed'],
    ['9007199254740992', 'size_malformed'],
    ['', 'size_malformed'],
  ])('whose size is %j is refused', async (size, code) => {
    const spoilt = signedNote(text.replace('\n2\n', `\n${size}\n`), [key]);
    expect(await namedFault(() => parseCheckpoint(bytes(spoilt)))).toMatchObject({ code });
  });
  it.each([
    ['without an origin', text.replace(/^[^\n]*/, '')],
    ['without a root', text.replace(/[^\n]*\n$/, '')],
    ['with a short root', text.replace(/\n[^\n]{4}([^\n]*\n)$/, '\n$1')],
    ['with an empty line', `${text}\nmore\n`],
  ])('%s is malformed', async (_how, spoilt) => {
    expect(await namedFault(() => parseCheckpoint(bytes(signedNote(spoilt, [key]))))).toMatchObject({ code: 'checkpoint_malformed' });
  });
  it('is cosigned by a witness at a time', async () => {
    const trust = await trusted();
    const opened = await openCheckpoint(bytes(checkpoint(entries, [key]) + cosignature(text, witness, 1_790_000_000)), trust);
    expect(opened.cosignedBy).toEqual([{ key: trust.witnesses[0], time: 1_790_000_000 }]);
    requireCosignatures(opened, trust.witnesses);
  });
  it('with a cosignature over another time is refused by name', async () => {
    const forged = Buffer.from(cosignature(text, witness, 1).split(' ')[2] ?? '', 'base64');
    forged[11] = 2;
    const line = `— ${witness.name} ${forged.toString('base64')}\n`;
    const trust = await trusted();
    expect(await namedFault(() => openCheckpoint(bytes(checkpoint(entries, [key]) + line), trust))).toMatchObject({
      code: 'cosignature_invalid',
    });
  });
  it('that a named witness did not cosign is told', async () => {
    const trust = await trusted();
    const opened = await openCheckpoint(bytes(checkpoint(entries, [key])), trust);
    expect(await namedFault(() => requireCosignatures(opened, trust.witnesses))).toMatchObject({ code: 'cosignature_missing' });
  });
  it('needs one signature of its own log: a witness alone is not enough', async () => {
    const stranger = naiveKey(key.name);
    const lines = checkpoint(entries, [stranger]) + cosignature(text, witness, 1);
    const trust = await trusted();
    expect(await namedFault(() => openCheckpoint(bytes(lines), trust))).toMatchObject({ code: 'unknown_key' });
  });
  it('of another log is not taken, whoever signed it', async () => {
    const trust = await trusted();
    const other = signedNote(text.replace('log.example/log', 'log.example/other'), [key]);
    expect(await namedFault(() => openCheckpoint(bytes(other), trust))).toMatchObject({ code: 'origin_mismatch' });
  });
  it('after a change of keys is good by the old key, by the new one, and by both', async () => {
    const next = naiveKey(key.name);
    const rotated = bytes(checkpoint(entries, [key, next]));
    const [old, fresh] = [await parseVerifierKey(key.vkey), await parseVerifierKey(next.vkey)];
    for (const keys of [[old], [fresh], [old, fresh]]) expect((await openCheckpoint(rotated, { keys })).signedBy).toHaveLength(keys.length);
  });
});
