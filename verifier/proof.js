// @ts-check
import { decodeText, encodeText, fromBase64, fromDecimal } from './bytes.js';
import { openCheckpoint } from './checkpoint.js';
import { Fault } from './fault.js';
import { verifyInclusion } from './tree.js';

/**
 * Proofs that can be verified offline. C2SP tlog-proof.
 * @import { Bytes } from './bytes.js'
 * @import { SignedCheckpoint, Trust } from './checkpoint.js'
 * @import { Hash } from './tree.js'
 * `extra` means what the application says and is not authenticated; `checkpoint` is the signed note as it stands in the file.
 * @typedef {{ readonly extra?: Bytes; readonly index: number; readonly hashes: readonly Hash[]; readonly checkpoint: Bytes }} Proof
 */

const header = 'c2sp.org/tlog-proof@v1';
const mostHashes = 63;

/** @param {string} detail @returns {never} */
const malformed = (detail) => {
  throw new Fault('receipt_malformed', { detail });
};

/** @param {string} line @returns {Hash} */
const parseHash = (line) => {
  const hash = fromBase64(line);
  return hash?.length === 32 ? hash : malformed('a line of the proof is not a hash in base 64');
};

/**
 * Reads a `c2sp.org/tlog-proof@v1` file; verifies nothing, and leaves its checkpoint unread. Throws `receipt_malformed`.
 * @param {Bytes} bytes
 * @returns {Proof}
 */
export const parseProof = (bytes) => {
  const text = decodeText(bytes) ?? malformed('not UTF-8');
  const end = text.indexOf('\n\n');
  if (end < 0) return malformed('no blank line before the checkpoint');
  const [first, ...lines] = text.slice(0, end).split('\n');
  if (first !== header) malformed(`does not begin with ${header}`);
  const [, encoded] = /^extra (.*)$/s.exec(lines[0] ?? '') ?? [];
  const extra = encoded === undefined ? undefined : (fromBase64(encoded) ?? malformed('the extra line is not base 64'));
  const [place, ...hashes] = extra ? lines.slice(1) : lines;
  const index = fromDecimal(/^index (.*)$/s.exec(place ?? '')?.[1] ?? '') ?? malformed('no plain decimal index');
  if (hashes.length > mostHashes) malformed(`more than ${mostHashes} hashes`);
  const proof = { index, hashes: hashes.map(parseHash), checkpoint: encodeText(text.slice(end + 2)) };
  return extra ? { ...proof, extra } : proof;
};

/**
 * Verifies a proof for a leaf: the checkpoint's signatures, and that the leaf is under its root. Throws what `openCheckpoint` does, and
 * `not_included`.
 * @param {Proof} proof @param {Hash} leaf the leaf's hash @param {Trust} trust
 * @returns {Promise<SignedCheckpoint>}
 */
export const verifyProof = async ({ index, hashes, checkpoint: bytes }, leaf, trust) => {
  const signed = await openCheckpoint(bytes, trust);
  const { size, root } = signed.checkpoint;
  if (!(await verifyInclusion(leaf, index, size, hashes, root))) throw new Fault('not_included', { index });
  return signed;
};
