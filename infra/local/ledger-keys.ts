import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Signer } from '../../shared/vendor/signer.ts';

/** The keys of the ledger cannot be used or changed as asked. Its message is for people, in both languages. */
export class LedgerKeysError extends Error {
  override readonly name = 'LedgerKeysError';
}

const keysFolder = (folder: string): string => join(folder, 'ledger-keys');
const retiredFolder = (folder: string): string => join(keysFolder(folder), 'retired');
const keyFile = (folder: string, n: number): string => join(keysFolder(folder), `${n}.pem`);

const syncFolder = (folder: string): void => {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
/** The file is there whole or not at all, and once it is there it stays: a key that signed and is gone signs no more. */
const place = (path: string, content: string): void => {
  const above = dirname(path);
  if (mkdirSync(above, { recursive: true, mode: 0o700 }) !== undefined) syncFolder(dirname(above));
  const aside = `${path}.part`;
  writeFileSync(aside, content, { mode: 0o600, flush: true });
  renameSync(aside, path);
  syncFolder(above);
};

/** The numbers of the keys in a folder, the oldest first. */
const numbersIn = (folder: string, end: '.pem' | '.pub'): readonly number[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => /^[1-9]\d*$/.test(name.slice(0, -end.length)) && name.endsWith(end))
    .map((name) => Number(name.slice(0, -end.length)))
    .toSorted((a, b) => a - b);

const refuseOpen = (path: string): void => {
  if ((statSync(path).mode & 0o077) === 0) return;
  throw new LedgerKeysError(
    `${path} 可被其他用户访问，公开账本的签名密钥可能已泄露。请先查明，再执行 chmod -R go= 或轮换密钥。 / Other users can reach ${path}, so that the ledger's signing keys may be known to them. Find out first; then run chmod -R go= on it, or rotate the key.`,
  );
};
const keyIn = (pem: Buffer): KeyObject | undefined => {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined; // what it is instead is told to nobody
  }
};
const readKey = (path: string): KeyObject => {
  refuseOpen(path);
  const key = keyIn(readFileSync(path));
  if (key?.asymmetricKeyType === 'ed25519') return key;
  throw new LedgerKeysError(`${path} 不是 Ed25519 密钥。 / ${path} is no Ed25519 key.`);
};
const rawPublicKey = (key: KeyObject): Buffer => Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');
const signerOf = (key: KeyObject): Signer => ({ publicKey: rawPublicKey(key), sign: async (message) => sign(null, message, key) });
/** Whether one of these verifier keys is this signer's. */
const isAmong = (keys: readonly string[], { publicKey }: Pick<Signer, 'publicKey'>): boolean => {
  const own = Buffer.concat([Uint8Array.of(1), publicKey]).toString('base64');
  return keys.some((key) => key.endsWith(`+${own}`));
};

/**
 * Adds a key, which signs beside the others from the next start of the host on; the next checkpoint announces it.
 * @returns its number
 */
export const addLedgerKey = (folder: string): number => {
  const known = [...numbersIn(keysFolder(folder), '.pem'), ...numbersIn(retiredFolder(folder), '.pub')];
  const n = Math.max(0, ...known) + 1;
  const { privateKey } = generateKeyPairSync('ed25519');
  place(keyFile(folder, n), privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
  return n;
};

/**
 * The keys by which this host signs the ledger: Ed25519 (RFC 8032), each in a file that nobody else can read, `ledger-keys/<n>.pem`. The
 * first is made where there is none. They are in no backup: a host put back from one has a log of its own, and keys of its own.
 * @param announced the verifier keys that the log has announced, none where it has not begun: another's signature alone tells a reader nothing
 * @returns the signers, the newest last
 * @throws LedgerKeysError where others can reach the files, one is no key, or none is the log's any more
 */
export const openLedgerKeys = (folder: string, announced: readonly string[] = []): { readonly signers: readonly Signer[] } => {
  const home = keysFolder(folder);
  if (announced.length === 0 && numbersIn(home, '.pem').length === 0) addLedgerKey(folder);
  if (existsSync(home)) refuseOpen(home);
  const signers = numbersIn(home, '.pem').map((n) => signerOf(readKey(keyFile(folder, n))));
  if (announced.length > 0 && !signers.some((signer) => isAmong(announced, signer)))
    throw new LedgerKeysError(
      `${home} 中没有公开账本已公布的签名密钥，请放回；如已永久丢失，请从备份恢复，届时另起账本。 / None of the keys that the ledger has announced is in ${home}: put them back. Where they are lost for good, restore a backup, and another log begins.`,
    );
  return { signers };
};

/**
 * Takes the oldest key out of use for good: its public half stays in `ledger-keys/retired/<n>.pub`, and its private half is destroyed.
 * @param announced the log's verifier keys as they are published. The newest key must be among them: only a checkpoint that the old keys have
 *   signed too lets readers go over to it
 * @returns its number
 * @throws LedgerKeysError where no other key would sign, or readers know of none
 */
export const retireLedgerKey = (folder: string, announced: string): number => {
  const numbers = numbersIn(keysFolder(folder), '.pem');
  const [oldest, newest] = [numbers[0], numbers.at(-1)];
  if (oldest === undefined || newest === undefined || oldest === newest)
    throw new LedgerKeysError('公开账本只有一个签名密钥，请先添加新密钥。 / The ledger has only one signing key; add another first.');
  if (!isAmong(announced.split('\n'), signerOf(readKey(keyFile(folder, newest)))))
    throw new LedgerKeysError(
      '新密钥尚未在公开账本中公布，请先启动数港并等待其发布。 / The new key is not announced in the ledger yet; start Data Harbour first, and let it publish.',
    );
  const file = keyFile(folder, oldest);
  const publicHalf = createPublicKey(readKey(file)).export({ format: 'pem', type: 'spki' }).toString();
  place(join(retiredFolder(folder), `${oldest}.pub`), publicHalf);
  unlinkSync(file);
  syncFolder(dirname(file));
  return oldest;
};
