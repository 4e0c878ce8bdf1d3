// @ts-check
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { base64, encodeText, fromBase64, hex } from './bytes.js';
import { parseCheckpoint } from './checkpoint.js';
import { replaceFile, syncFolder } from './durable.js';
import { Fault } from './fault.js';
import { verifierKey } from './note.js';
import { sha256 } from './tree.js';

/**
 * What a witness keeps: its key, and the latest checkpoint that it cosigned of each log.
 * @import { Bytes } from './bytes.js'
 * @import { Logs, Signer, Store } from './witness.js'
 */

/** @param {unknown} error @param {string} code */
const hasCode = (error, code) => error instanceof Error && 'code' in error && error.code === code;

/** @param {string} path @returns {Promise<Bytes | undefined>} */
const readIfThere = async (path) => {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
};

/** The origin's hash, under which its checkpoint is kept and served. @param {string} origin */
export const originHash = async (origin) => hex(await sha256(encodeText(origin)));

/**
 * The witness's own Ed25519 key, made on its first start and readable to nobody else. It is kept as PKCS #8 in base 64.
 * @param {string} folder @param {string} name the key's name
 * @returns {Promise<Signer>}
 */
export const openSigner = async (folder, name) => {
  const path = join(folder, 'key');
  const algorithm = { name: 'Ed25519' };
  if (!(await readIfThere(path))) {
    const made = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']));
    await replaceFile(path, encodeText(`${base64(new Uint8Array(await crypto.subtle.exportKey('pkcs8', made.privateKey)))}\n`), 0o600);
  }
  const secret = fromBase64((await readFile(path, 'utf8')).trimEnd());
  if (!secret) throw new Fault('usage', { path, detail: 'not a private key' });
  const privateKey = await crypto.subtle.importKey('pkcs8', secret, algorithm, true, ['sign']);
  const { x = '' } = await crypto.subtle.exportKey('jwk', privateKey);
  const publicKey = fromBase64(`${x.replaceAll('-', '+').replaceAll('_', '/')}=`) ?? new Uint8Array();
  return {
    key: await verifierKey(name, 4, publicKey),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, message)),
  };
};

/**
 * A folder of checkpoints. What cannot be read is never taken for a log that is new, since that would let it be rolled back: reading such a
 * checkpoint throws.
 * @param {string} folder
 * @returns {Store}
 */
export const folderStore = (folder) => {
  const pathOf = async (/** @type {string} */ origin) => join(folder, `${await originHash(origin)}.checkpoint`);
  return {
    read: async (origin) => readIfThere(await pathOf(origin)),
    write: async (origin, checkpoint) => replaceFile(await pathOf(origin), checkpoint),
  };
};

/** @param {number} pid */
const isAlive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
};

/** Makes a folder, and those above it that are missing, so that none is lost with what will be kept in it. @param {string} folder */
const makeFolder = async (folder) => {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let at = resolve(folder); at.startsWith(resolve(first)); at = dirname(at)) await syncFolder(dirname(at));
};

/**
 * Keeps a folder to one process: two witnesses over one store could each keep what the other has passed. A lock whose process is gone is
 * taken over. Throws `usage` while another process holds it. Answers how to give it back.
 * @param {string} folder made where it is missing
 * @returns {Promise<() => Promise<void>>}
 */
export const lockFolder = async (folder) => {
  await makeFolder(folder);
  const path = join(folder, 'lock');
  const holder = Number((await readIfThere(path).then((bytes) => bytes && Buffer.from(bytes).toString())) ?? 0);
  if (holder > 0 && holder !== process.pid && isAlive(holder))
    throw new Fault('usage', { path, detail: `process ${holder} is a witness over this folder` });
  await rm(path, { force: true });
  await writeFile(path, String(process.pid), { flag: 'wx' });
  return () => rm(path, { force: true });
};

/** Sees that every kept checkpoint can be read before anything is served. Throws what reading throws. @param {Store} store @param {Logs} logs */
export const checkStore = async (store, logs) => {
  for (const origin of logs.keys()) {
    const bytes = await store.read(origin);
    if (bytes && parseCheckpoint(bytes).origin !== origin) throw new Fault('origin_mismatch', { detail: origin });
  }
};
