// @ts-check
import { base64, concat, decodeText, encodeText, fromBase64, hex } from './bytes.js';
import { Fault } from './fault.js';
import { sha256 } from './tree.js';

/**
 * Signed notes. C2SP signed-note, with the cosignatures of C2SP tlog-cosignature (cosignature/v1).
 * @import { Bytes } from './bytes.js'
 * Ed25519 over the note's text (1), or timestamped by a witness over a checkpoint (4).
 * @typedef {1 | 4} SignatureType
 * A verifier key: who signs under which name. `id` is eight hexadecimal digits, `publicKey` 32 bytes, `text` the key as it is written.
 * @typedef {{ readonly name: string; readonly id: string; readonly type: SignatureType; readonly publicKey: Bytes; readonly text: string }} VerifierKey
 * @typedef {{ readonly name: string; readonly id: string; readonly signature: Bytes; readonly line: string }} Signature
 * `text` is what was signed, its final newline included.
 * @typedef {{ readonly text: string; readonly signatures: readonly Signature[] }} Note
 * A signature found good. `time` is when a witness cosigned, in seconds since 1970.
 * @typedef {{ readonly key: VerifierKey; readonly time?: number }} Signed
 */

const signatureLength = 64;
const mostSignatures = 100;
/** No Unicode space (White_Space, of which \s lacks U+0085) and no plus. */
const keyName = /^[^\s\u0085+]+$/u;

/** The first four bytes of SHA-256(name ‖ 0A ‖ type ‖ public key). @param {string} name @param {Bytes} material the type's byte and the public key */
const keyIdOf = async (name, material) => hex((await sha256(concat(encodeText(`${name}\n`), material))).subarray(0, 4));

/**
 * Writes a verifier key, `name+hex(key ID)+base64(type ‖ public key)`. Throws `key_malformed` for a name that no key may have.
 * @param {string} name @param {SignatureType} type @param {Bytes} publicKey 32 bytes
 * @returns {Promise<VerifierKey>}
 */
export const verifierKey = async (name, type, publicKey) => {
  if (!keyName.test(name) || publicKey.length !== 32) throw new Fault('key_malformed', { detail: name });
  const material = concat(Uint8Array.of(type), publicKey);
  const id = await keyIdOf(name, material);
  return { name, id, type, publicKey, text: `${name}+${id}+${base64(material)}` };
};

/**
 * Reads a verifier key of type 01 or 04. Base 64 has plus signs too, so only the first two part it. Throws `key_malformed`.
 * @param {string} text
 * @returns {Promise<VerifierKey>}
 */
export const parseVerifierKey = async (text) => {
  const afterName = text.indexOf('+');
  const afterId = text.indexOf('+', afterName + 1);
  const material = fromBase64(text.slice(afterId + 1));
  const type = material?.[0];
  if (afterName < 1 || afterId < 0 || material?.length !== 33 || (type !== 1 && type !== 4))
    throw new Fault('key_malformed', { detail: text });
  const key = await verifierKey(text.slice(0, afterName), type, material.slice(1));
  if (key.text !== text) throw new Fault('key_malformed', { detail: text });
  return key;
};

/** @param {string} detail @returns {never} */
const malformed = (detail) => {
  throw new Fault('checkpoint_malformed', { detail });
};

/** @param {string} line @returns {Signature} */
const parseSignature = (line) => {
  const [, name, encoded] = /^— (\S+) (\S+)$/u.exec(line) ?? malformed('a signature line that is none');
  const bytes = fromBase64(encoded ?? '');
  if (name === undefined || !keyName.test(name) || !bytes || bytes.length < 5) return malformed('a signature line that is none');
  return { name, id: hex(bytes.subarray(0, 4)), signature: bytes.slice(4), line };
};

/**
 * Reads a signed note as strictly as it is specified: UTF-8, no control characters but newlines, a final newline. Verifies nothing.
 * Throws `checkpoint_malformed`.
 * @param {Bytes} bytes
 * @returns {Note}
 */
export const parseNote = (bytes) => {
  const whole = decodeText(bytes) ?? malformed('not UTF-8');
  if (whole.includes('\r')) malformed('a carriage return');
  if (Array.from(whole).some((char) => char < ' ' && char !== '\n')) malformed('a control character');
  if (!whole.endsWith('\n')) malformed('no final newline');
  const end = whole.lastIndexOf('\n\n');
  if (end < 0) malformed('no blank line before the signatures');
  const lines = whole.slice(end + 2, -1).split('\n');
  if (lines.length > mostSignatures) malformed(`more than ${mostSignatures} signatures`);
  return { text: whole.slice(0, end + 1), signatures: lines.map(parseSignature) };
};

/** What a witness signs: the time and the checkpoint's text. C2SP tlog-cosignature. @param {number | bigint} time @param {string} text */
export const cosignatureMessage = (time, text) => encodeText(`cosignature/v1\ntime ${time}\n${text}`);

/** @param {string} text @param {Bytes} signature @param {VerifierKey} key @returns {Promise<Signed | undefined>} */
const verifySignature = async (text, signature, key) => {
  const ed25519 = await crypto.subtle.importKey('raw', key.publicKey, { name: 'Ed25519' }, false, ['verify']);
  const verify = (/** @type {Bytes} */ sealed, /** @type {Bytes} */ message) =>
    crypto.subtle.verify({ name: 'Ed25519' }, ed25519, sealed, message);
  if (key.type === 1) return signature.length === signatureLength && (await verify(signature, encodeText(text))) ? { key } : undefined;
  if (signature.length !== 8 + signatureLength) return undefined;
  const time = new DataView(signature.buffer).getBigUint64(0);
  return time < 1n << 63n && (await verify(signature.slice(8), cosignatureMessage(time, text))) ? { key, time: Number(time) } : undefined;
};

/**
 * The good signatures of a note by known keys; those by unknown keys are passed over. A key is known by its name and id together.
 * Throws `signature_invalid` (a witness's: `cosignature_invalid`) where a known key's signature does not verify.
 * @param {Note} note @param {readonly VerifierKey[]} keys
 * @returns {Promise<readonly Signed[]>}
 */
export const verifyNote = async ({ text, signatures }, keys) => {
  /** @type {Map<VerifierKey, Signed>} */
  const found = new Map();
  for (const { name, id, signature } of signatures)
    for (const key of keys.filter((known) => known.name === name && known.id === id)) {
      const signed = await verifySignature(text, signature, key);
      if (!signed) throw new Fault(key.type === 4 ? 'cosignature_invalid' : 'signature_invalid', { detail: `${name}+${id}` });
      found.set(key, signed);
    }
  return [...found.values()];
};

/** Writes a signature line, its newline included. @param {VerifierKey} key @param {Bytes} signature */
export const signatureLine = ({ name, id }, signature) => {
  const keyId = Uint8Array.from(id.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
  return `— ${name} ${base64(concat(keyId, signature))}\n`;
};
