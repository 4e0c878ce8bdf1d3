import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A log as its specifications write it down, one definition a function and nothing remembered: what the real log and the verifier are held
 * against. RFC 6962 §2.1, C2SP tlog-tiles, tlog-checkpoint, signed-note, tlog-cosignature and tlog-proof.
 */
export type Data = readonly Uint8Array[];

const sha256 = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

/** k: the largest power of two smaller than n. RFC 6962 §2.1. */
const split = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

/** MTH(D[n]). RFC 6962 §2.1. */
export const mth = (d: Data): Buffer => {
  const [only] = d;
  if (!only) return sha256();
  if (d.length === 1) return sha256(Uint8Array.of(0), only);
  const k = split(d.length);
  return sha256(Uint8Array.of(1), mth(d.slice(0, k)), mth(d.slice(k)));
};

/** PATH(m, D[n]). RFC 6962 §2.1.1. */
export const inclusionProof = (m: number, d: Data): readonly Buffer[] => {
  if (d.length === 1) return [];
  const k = split(d.length);
  return m < k ? [...inclusionProof(m, d.slice(0, k)), mth(d.slice(k))] : [...inclusionProof(m - k, d.slice(k)), mth(d.slice(0, k))];
};

/** SUBPROOF(m, D[n], b). RFC 6962 §2.1.2. */
const subproof = (m: number, d: Data, b: boolean): readonly Buffer[] => {
  const n = d.length;
  if (m === n) return b ? [] : [mth(d)];
  const k = split(n);
  return m <= k ? [...subproof(m, d.slice(0, k), b), mth(d.slice(k))] : [...subproof(m - k, d.slice(k), false), mth(d.slice(0, k))];
};
/** PROOF(m, D[n]) for 0 < m ≤ n; empty from an empty tree. RFC 6962 §2.1.2. */
export const consistencyProof = (m: number, d: Data): readonly Buffer[] => (m === 0 ? [] : subproof(m, d, true));

export type NaiveKey = { readonly name: string; readonly id: Buffer; readonly vkey: string; readonly sign: (message: string) => Buffer };
/** A new Ed25519 key under a name: a log's (01) or a witness's (04). C2SP signed-note. */
export const naiveKey = (name: string, type: 1 | 4 = 1): NaiveKey => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const material = Buffer.concat([Uint8Array.of(type), publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
  const id = sha256(Buffer.from(`${name}\n`), material).subarray(0, 4);
  const vkey = `${name}+${id.toString('hex')}+${material.toString('base64')}`;
  return { name, id, vkey, sign: (message) => sign(null, Buffer.from(message), privateKey) };
};

const signatureLine = ({ name, id }: NaiveKey, signature: Uint8Array): string =>
  `— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
/** A signed note over a text that ends with a newline. C2SP signed-note. */
export const signedNote = (text: string, keys: readonly NaiveKey[]): string =>
  `${text}\n${keys.map((key) => signatureLine(key, key.sign(text))).join('')}`;
/** A witness's signature line over a checkpoint's text, at a time in seconds. C2SP tlog-cosignature. */
export const cosignature = (text: string, witness: NaiveKey, time: number): string => {
  const timestamp = Buffer.alloc(8);
  timestamp.writeBigUInt64BE(BigInt(time));
  return signatureLine(witness, Buffer.concat([timestamp, witness.sign(`cosignature/v1\ntime ${time}\n${text}`)]));
};
/** What a checkpoint signs. C2SP tlog-checkpoint. */
export const checkpointText = (origin: string, d: Data): string => `${origin}\n${d.length}\n${mth(d).toString('base64')}\n`;
/** A checkpoint over all entries, under the name of its first key. */
export const checkpoint = (d: Data, keys: readonly [NaiveKey, ...NaiveKey[]]): string => signedNote(checkpointText(keys[0].name, d), keys);

/** N of a tile's path: groups of three digits, all but the last behind an x. C2SP tlog-tiles. */
const groups = (n: number): string =>
  n < 1000 ? String(n).padStart(3, '0') : `${groups(Math.floor(n / 1000)).replace(/(\d{3})$/, 'x$1')}/${String(n % 1000).padStart(3, '0')}`;
const place = (level: string, n: number, width: number): string => `tile/${level}/${groups(n)}${width < 256 ? `.p/${width}` : ''}`;

const framed = (entry: Uint8Array): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(entry.length);
  return Buffer.concat([length, entry]);
};

/** Parts of 256, the last one shorter. */
const parted = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / 256) }, (_, n) => all.slice(n * 256, (n + 1) * 256));

export type Files = Map<string, Uint8Array>;
/** Every file of a log that came to its size at once, its checkpoint and keys included. C2SP tlog-tiles. */
export const logFiles = (d: Data, keys: readonly [NaiveKey, ...NaiveKey[]]): Files => {
  const files: Files = new Map();
  for (let level = 0; 256 ** level <= d.length; level += 1) {
    const span = 256 ** level;
    const hashes = Array.from({ length: Math.floor(d.length / span) }, (_, i) => mth(d.slice(i * span, (i + 1) * span)));
    for (const [n, tile] of parted(hashes).entries()) files.set(place(String(level), n, tile.length), Buffer.concat(tile));
  }
  for (const [n, bundle] of parted(d).entries()) files.set(place('entries', n, bundle.length), Buffer.concat(bundle.map(framed)));
  files.set('verifier-keys', Buffer.from(keys.map(({ vkey }) => `${vkey}\n`).join('')));
  return files.set('checkpoint', Buffer.from(checkpoint(d, keys)));
};

/** Writes files into a folder; what stood there before stays where it has another path. */
export const writeFiles = (folder: string, files: Files): void => {
  for (const [path, bytes] of files) {
    // A tile that has become full lies where no folder is; a partial one in a folder of its own.
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
};
/** Takes files of a log away. */
export const removeFiles = (folder: string, paths: readonly string[]): void => {
  for (const path of paths) rmSync(join(folder, path));
};

/** A `c2sp.org/tlog-proof@v1` file; `extra` as its bytes. C2SP tlog-proof. */
export const proofFile = (index: number, d: Data, note: string, extra?: string): string =>
  [
    'c2sp.org/tlog-proof@v1',
    ...(extra === undefined ? [] : [`extra ${Buffer.from(extra).toString('base64')}`]),
    `index ${index}`,
    ...inclusionProof(index, d).map((hash) => hash.toString('base64')),
    '',
    note,
  ].join('\n');
