// @ts-check
import { decodeText, encodeText, hex } from './bytes.js';
import { canonical } from './canonical.js';
import { Fault } from './fault.js';
import { parseProof, verifyProof } from './proof.js';
import { leafHash, sha256 } from './tree.js';

/**
 * Receipts: proofs that carry their entry, and the openings of what it committed to.
 * @import { Bytes } from './bytes.js'
 * @import { SignedCheckpoint, Trust } from './checkpoint.js'
 * @import { Proof } from './proof.js'
 * @import { Hash } from './tree.js'
 * What a commitment hides: the SHA-256 of its canonical JSON stands in the entry.
 * @typedef {{ readonly field: string; readonly salt: string; readonly value: unknown }} Opening
 * An entry as this ledger writes it, as far as a receipt needs it.
 * @typedef {{ readonly commitments?: Readonly<Record<string, unknown>>; readonly [name: string]: unknown }} Entry
 * `text` is the entry as it stands in the log, `leaf` its hash there.
 * @typedef {{ readonly proof: Proof; readonly text: string; readonly entry: Entry; readonly leaf: Hash; readonly openings: readonly Opening[] }} Receipt
 */

/** @param {string} detail @returns {never} */
const malformed = (detail) => {
  throw new Fault('receipt_malformed', { detail });
};

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isRecord = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {unknown} value @param {readonly string[]} names in their order by code units */
const hasExactly = (value, names) => isRecord(value) && Object.keys(value).sort().join(' ') === names.join(' ');

/** @param {string} text @param {string} what @returns {unknown} */
const parseJson = (text, what) => {
  try {
    return JSON.parse(text);
  } catch {
    return malformed(`${what} is not JSON`);
  }
};

/** @param {unknown} value @returns {value is Opening} */
const isOpening = (value) =>
  isRecord(value) &&
  hasExactly(value, ['field', 'salt', 'value']) &&
  typeof value['field'] === 'string' &&
  typeof value['salt'] === 'string' &&
  /^[A-Za-z0-9_-]{43}$/.test(value['salt']);

/**
 * Reads a receipt: a `c2sp.org/tlog-proof@v1` file whose extra data are the JSON `{ entry, openings }`. Verifies nothing. Throws
 * `receipt_malformed`.
 * @param {Bytes} bytes
 * @returns {Promise<Receipt>}
 */
export const parseReceipt = async (bytes) => {
  const proof = parseProof(bytes);
  const told = parseJson(decodeText(proof.extra ?? encodeText('')) ?? '', 'the extra data');
  if (!isRecord(told) || !hasExactly(told, ['entry', 'openings'])) return malformed('the extra data are not an entry and openings');
  const { entry: text, openings } = told;
  if (typeof text !== 'string' || !text.isWellFormed()) return malformed('the entry is not a text');
  if (!Array.isArray(openings) || !openings.every(isOpening)) return malformed('an opening is not a field, a salt and a value');
  const entry = parseJson(text, 'the entry');
  if (!isRecord(entry)) return malformed('the entry is not an object');
  // What names a member twice, say, is read in two ways.
  if (write(entry, 'the entry') !== text) return malformed('the entry is not canonical JSON');
  return { proof, text, entry, leaf: await leafHash(encodeText(text)), openings };
};

/**
 * Whether an opening is what an entry committed to. Throws `opening_mismatch` if not, `receipt_malformed` for a value that has no canonical JSON.
 * @param {Entry} entry @param {Opening} opening
 */
export const verifyOpening = async ({ commitments }, { field, salt, value }) => {
  const committed = isRecord(commitments) && Object.hasOwn(commitments, field) ? commitments[field] : undefined;
  const digest = await sha256(encodeText(write({ field, salt, value }, 'an opening')));
  if (committed !== `sha256:${hex(digest)}`) throw new Fault('opening_mismatch', { path: field });
};

/** @param {object} value @param {string} what */
const write = (value, what) => {
  try {
    return canonical(value);
  } catch {
    return malformed(`${what} has no canonical JSON`);
  }
};

/**
 * Verifies a receipt with nothing but itself and keys: the checkpoint's signatures and cosignatures, the entry's place under its root, and
 * every opening. Throws what `parseReceipt`, `verifyProof` and `verifyOpening` do.
 * @param {Bytes} bytes @param {Trust} trust
 * @returns {Promise<SignedCheckpoint & { readonly receipt: Receipt }>}
 */
export const verifyReceipt = async (bytes, trust) => {
  const receipt = await parseReceipt(bytes);
  const signed = await verifyProof(receipt.proof, receipt.leaf, trust);
  for (const opening of receipt.openings) await verifyOpening(receipt.entry, opening);
  return { ...signed, receipt };
};
