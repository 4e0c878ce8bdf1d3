// @ts-check
import { fromBase64, fromDecimal } from './bytes.js';
import { Fault } from './fault.js';
import { parseNote, verifyNote } from './note.js';

/**
 * Checkpoints: what a log signs of itself. C2SP tlog-checkpoint.
 * @import { Bytes } from './bytes.js'
 * @import { Note, Signed, VerifierKey } from './note.js'
 * @import { Hash } from './tree.js'
 * `size` counts entries, `bytes` are the file as it was read.
 * @typedef {{ readonly origin: string; readonly size: number; readonly root: Hash; readonly note: Note; readonly bytes: Bytes }} Checkpoint
 * Whom to believe: the keys of the log, and the witnesses that are known.
 * @typedef {{ readonly keys: readonly VerifierKey[]; readonly witnesses?: readonly VerifierKey[] }} Trust
 * A checkpoint whose signatures were found good, and by whom.
 * @typedef {{ readonly checkpoint: Checkpoint; readonly signedBy: readonly Signed[]; readonly cosignedBy: readonly Signed[] }} SignedCheckpoint
 */

/**
 * Reads a checkpoint; verifies nothing. Throws `checkpoint_malformed`, and `size_malformed` for a size with a leading zero, a sign, or of
 * 2^53 and more.
 * @param {Bytes} bytes
 * @returns {Checkpoint}
 */
export const parseCheckpoint = (bytes) => {
  const note = parseNote(bytes);
  const [origin, decimal, encoded, ...extensions] = note.text.slice(0, -1).split('\n');
  if (!origin || decimal === undefined || encoded === undefined || extensions.includes(''))
    throw new Fault('checkpoint_malformed', { detail: 'not an origin, a size and a root' });
  const size = fromDecimal(decimal);
  if (size === undefined) throw new Fault('size_malformed', { detail: decimal });
  const root = fromBase64(encoded);
  if (root?.length !== 32) throw new Fault('checkpoint_malformed', { detail: 'the root is not a hash in base 64' });
  return { origin, size, root, note, bytes };
};

/**
 * Reads a checkpoint and verifies its signatures: at least one by a known key of this log, and none by a known key or witness that is wrong.
 * Throws what `parseCheckpoint` and `verifyNote` do, `origin_mismatch` and `unknown_key`.
 * @param {Bytes} bytes @param {Trust} trust
 * @returns {Promise<SignedCheckpoint>}
 */
export const openCheckpoint = async (bytes, { keys, witnesses = [] }) => {
  const checkpoint = parseCheckpoint(bytes);
  const own = keys.filter(({ name }) => name === checkpoint.origin);
  if (own.length === 0) throw new Fault('origin_mismatch', { detail: checkpoint.origin });
  const signedBy = await verifyNote(checkpoint.note, own);
  if (signedBy.length === 0)
    throw new Fault('unknown_key', { detail: checkpoint.note.signatures.map(({ name, id }) => `${name}+${id}`).join(' ') });
  return { checkpoint, signedBy, cosignedBy: await verifyNote(checkpoint.note, witnesses) };
};

/**
 * Holds a checkpoint to the witnesses that were named. Throws `cosignature_missing`.
 * @param {SignedCheckpoint} signed @param {readonly VerifierKey[]} witnesses
 */
export const requireCosignatures = ({ cosignedBy }, witnesses) => {
  const missing = witnesses.filter((witness) => !cosignedBy.some(({ key }) => key.text === witness.text));
  if (missing.length > 0) throw new Fault('cosignature_missing', { detail: missing.map(({ text }) => text).join(' ') });
};
