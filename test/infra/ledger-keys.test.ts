import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { addLedgerKey, LedgerKeysError, openLedgerKeys, retireLedgerKey } from '../../infra/local/ledger-keys.ts';
import { lockFolder } from '../../infra/local/lock.ts';
import type { Signer } from '../../shared/vendor/signer.ts';
import { runScript } from '../support/command.ts';

jest.setTimeout(30_000);

let folder: string;
const inKeys = (...path: string[]): string => join(folder, 'ledger-keys', ...path);
const message = Buffer.from('127.0.0.1:3000/log\n1\nroot\n');
const hexOf = ({ publicKey }: Signer): string => Buffer.from(publicKey).toString('hex');
const open = (): readonly Signer[] => openLedgerKeys(folder).signers;
const isSignedBy = async (signer: Signer | undefined, publicKey: Uint8Array | undefined): Promise<boolean> => {
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey ?? []).toString('base64url') },
    format: 'jwk',
  });
  return verify(null, message, key, (await signer?.sign(message)) ?? Buffer.of());
};
/** The keys as the log publishes them: `name+hash+base64(01 ‖ public key)`, a line each. */
const published = (signers: readonly Signer[]): string =>
  signers.map(({ publicKey }) => `a/log+00000000+${Buffer.from([1, ...publicKey]).toString('base64')}\n`).join('');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'harbour-keys-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('the first start makes one key, and every later one signs by the same', async () => {
  const [first, ...others] = open();
  expect(others).toEqual([]);
  expect(first?.publicKey).toHaveLength(32);
  const [again] = open();
  expect(await isSignedBy(again, first?.publicKey)).toBe(true);
  expect(await readdir(inKeys())).toEqual(['1.pem']);
});

it('nobody but the host can reach its keys', async () => {
  open();
  addLedgerKey(folder);
  expect((await stat(inKeys())).mode & 0o777).toBe(0o700);
  for (const name of await readdir(inKeys())) expect((await stat(inKeys(name))).mode & 0o777).toBe(0o600);
});

it.each([
  ['a key', '1.pem', '640'],
  ['a key', '1.pem', '604'],
  ['their folder', '.', '750'],
])('keys are not opened while others can reach %s (%s at %s)', async (_, name, mode) => {
  open();
  await chmod(inKeys(name), Number.parseInt(mode, 8));
  expect(open).toThrow(LedgerKeysError);
  expect(open).toThrow(/密钥可能已泄露.*may be known to them/);
  await chmod(inKeys(name), name === '.' ? 0o700 : 0o600);
  expect(open()).toHaveLength(1);
});

it('what a killed start had half written is no key', async () => {
  await mkdir(inKeys(), { mode: 0o700 });
  await writeFile(inKeys('1.pem.part'), '-----BEGIN', { mode: 0o600 });
  expect(open()).toHaveLength(1);
  expect(await readdir(inKeys())).toEqual(['1.pem']);
});

it('what lies beside the keys is none, and what was spoilt is refused', async () => {
  open();
  await writeFile(inKeys('old.pem'), 'a note', { mode: 0o600 });
  expect(open()).toHaveLength(1);
  await writeFile(inKeys('1.pem'), 'not a key', { mode: 0o600 });
  expect(open).toThrow(LedgerKeysError);
});

it('a log that has announced its keys is not gone on with by others', async () => {
  const announced = published(open()).trim().split('\n');
  addLedgerKey(folder);
  expect(openLedgerKeys(folder, announced).signers).toHaveLength(2);
  await rm(inKeys('1.pem'));
  expect(() => openLedgerKeys(folder, announced)).toThrow(LedgerKeysError);
  await rm(inKeys(), { recursive: true });
  expect(() => openLedgerKeys(folder, announced)).toThrow(/put them back/);
  expect(await readdir(folder)).toEqual([]);
  expect(open()).toHaveLength(1);
});

it('a key of another sort is refused', async () => {
  open();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(inKeys('1.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
  expect(open).toThrow('is no Ed25519 key');
});

it('keys that were added sign beside the first, in the order of their number, which no later key gets again', async () => {
  open();
  for (let n = 2; n <= 11; n += 1) expect(addLedgerKey(folder)).toBe(n);
  const signers = open();
  expect(new Set(signers.map(hexOf)).size).toBe(11);
  const newest = createPublicKey(await readFile(inKeys('11.pem'))).export({ format: 'jwk' }).x;
  expect(Buffer.from(signers.at(-1)?.publicKey ?? []).toString('base64url')).toBe(newest);
  expect(retireLedgerKey(folder, published(signers))).toBe(1);
  expect(open().map(hexOf)).toEqual(signers.slice(1).map(hexOf));
  expect(addLedgerKey(folder)).toBe(12);
});

it('a retired key leaves its public half behind and nothing that signs', async () => {
  const [first] = open();
  addLedgerKey(folder);
  retireLedgerKey(folder, published(open()));
  expect((await readdir(inKeys())).toSorted()).toEqual(['2.pem', 'retired']);
  expect(await readdir(inKeys('retired'))).toEqual(['1.pub']);
  const kept = createPublicKey(await readFile(inKeys('retired', '1.pub'))).export({ format: 'jwk' }).x;
  expect(kept).toBe(Buffer.from(first?.publicKey ?? []).toString('base64url'));
});

it('no key is retired while no other is there, or while readers know no other', () => {
  const [first] = open();
  expect(() => retireLedgerKey(folder, published(open()))).toThrow('only one signing key');
  addLedgerKey(folder);
  expect(() => retireLedgerKey(folder, first ? published([first]) : '')).toThrow('not announced');
  expect(open()).toHaveLength(2);
});

it('keys are rotated by command, but not while a host is at work in the folder', async () => {
  open();
  const env = { HARBOUR_FOLDER: folder };
  const unlock = lockFolder(folder);
  expect(await runScript('infra/local/rotate-key.ts', [], env)).toMatchObject({ code: 1, err: expect.stringContaining('stop it first') });
  unlock();
  expect(await runScript('infra/local/rotate-key.ts', [], env)).toMatchObject({ code: 0, out: expect.stringContaining('Key 2') });
  const early = await runScript('infra/local/rotate-key.ts', ['--retire'], env);
  expect(early).toMatchObject({ code: 1, err: expect.stringContaining('not announced') });
  await mkdir(join(folder, 'log'));
  await writeFile(join(folder, 'log', 'verifier-keys'), published(open()));
  expect(await runScript('infra/local/rotate-key.ts', ['--retire'], env)).toMatchObject({ code: 0, out: expect.stringContaining('Key 1') });
  expect(await runScript('infra/local/rotate-key.ts', ['--remove'], env)).toMatchObject({ code: 1, err: expect.stringContaining('Usage') });
  expect(await readdir(inKeys())).toEqual(['2.pem', 'retired']);
});
