// @ts-check
import { concat, decodeText, encodeText, equal, fromBase64, fromDecimal } from './bytes.js';
import { parseCheckpoint } from './checkpoint.js';
import { Fault } from './fault.js';
import { cosignatureMessage, signatureLine, verifyNote } from './note.js';
import { emptyRoot, verifyConsistency } from './tree.js';

/**
 * A witness: it cosigns a log's checkpoint once it has seen that the log only grew. C2SP tlog-witness.
 * @import { Bytes } from './bytes.js'
 * @import { Checkpoint } from './checkpoint.js'
 * @import { VerifierKey } from './note.js'
 * @import { Hash } from './tree.js'
 * Where the latest cosigned checkpoint of each log is kept: `read` answers undefined only where none was ever written, and `write` answers
 * once it is durable.
 * @typedef {{ readonly read: (origin: string) => Promise<Bytes | undefined>; readonly write: (origin: string, checkpoint: Bytes) => Promise<void> }} Store
 * `sign` gives the Ed25519 signature of a message.
 * @typedef {{ readonly key: VerifierKey; readonly sign: (message: Bytes) => Promise<Bytes> }} Signer
 * By origin, the keys that are trusted for it.
 * @typedef {ReadonlyMap<string, readonly VerifierKey[]>} Logs
 * @typedef {{ readonly status: number; readonly type: string; readonly body: string }} Answer
 * @typedef {{ readonly addCheckpoint: (body: Bytes) => Promise<Answer>; readonly latest: (origin: string) => Promise<Checkpoint | undefined> }} Witness
 * @typedef {{ readonly oldSize: number; readonly proof: readonly Hash[]; readonly checkpoint: Checkpoint }} Submission
 */

const mostHashes = 63;
const plain = 'text/plain; charset=utf-8';
/** @param {number} status @param {string} why @returns {Answer} */
const refusal = (status, why) => ({ status, type: plain, body: `${why}\n` });

/**
 * Reads the body of an `add-checkpoint` request; undefined where it is malformed.
 * @param {Bytes} body
 * @returns {Submission | undefined}
 */
export const parseSubmission = (body) => {
  const text = decodeText(body) ?? '';
  const end = text.indexOf('\n\n');
  const [first = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\n');
  const oldSize = fromDecimal(/^old (.*)$/s.exec(first)?.[1] ?? '');
  const proof = lines.map(fromBase64).filter((hash) => hash?.length === 32);
  if (oldSize === undefined || proof.length < lines.length || lines.length > mostHashes) return undefined;
  try {
    return { oldSize, proof: proof.filter((hash) => hash !== undefined), checkpoint: parseCheckpoint(encodeText(text.slice(end + 2))) };
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
};

/** The lines of a checkpoint that trusted keys signed; undefined where there are none or one is wrong. @param {Checkpoint} checkpoint @param {readonly VerifierKey[]} keys */
const signedLines = async ({ note }, keys) => {
  try {
    const signed = await verifyNote(note, keys);
    const isGood = (/** @type {{ name: string; id: string }} */ { name, id }) =>
      signed.some(({ key }) => key.name === name && key.id === id);
    return signed.length > 0 ? note.signatures.filter(isGood).map(({ line }) => `${line}\n`) : undefined;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
};

/** Whether a checkpoint continues the latest that was cosigned. @param {Submission} submission @param {Checkpoint | undefined} latest */
const isConsistent = async ({ oldSize, proof, checkpoint: { size, root } }, latest) => {
  const empty = await emptyRoot();
  if (size === 0 && !equal(root, empty)) return false;
  return verifyConsistency(oldSize, size, latest?.root ?? empty, root, proof);
};

/**
 * A witness over a store. Requests are judged together and cosigned one after the other: between the look at the latest size and the keeping
 * of the new one nothing else may happen, or a slow request would roll a log back.
 * @param {{ readonly signer: Signer; readonly logs: Logs; readonly store: Store; readonly clock?: () => number }} parts `clock` answers milliseconds
 * @returns {Witness}
 */
export const openWitness = ({ signer, logs, store, clock = Date.now }) => {
  /** @param {string} origin */
  const latest = async (origin) => {
    const bytes = await store.read(origin);
    return bytes && parseCheckpoint(bytes);
  };
  /** @param {Submission} submission @param {readonly string[]} lines @returns {Promise<Answer>} */
  const cosign = async (submission, lines) => {
    const { oldSize, checkpoint } = submission;
    const last = await latest(checkpoint.origin);
    if (oldSize !== (last?.size ?? 0)) return { status: 409, type: 'text/x.tlog.size', body: `${last?.size ?? 0}\n` };
    if (!(await isConsistent(submission, last))) return refusal(422, 'not consistent with the latest checkpoint that was cosigned');
    const { text } = checkpoint.note;
    const time = Math.floor(clock() / 1000);
    const timestamp = new Uint8Array(8);
    new DataView(timestamp.buffer).setBigUint64(0, BigInt(time));
    const line = signatureLine(signer.key, concat(timestamp, await signer.sign(cosignatureMessage(time, text))));
    await store.write(checkpoint.origin, encodeText(`${text}\n${lines.join('')}${line}`));
    return { status: 200, type: plain, body: line };
  };
  /** @type {Promise<unknown>} */
  let turn = Promise.resolve();
  /** @template T @param {() => Promise<T>} task @returns {Promise<T>} */
  const inTurn = (task) => {
    const result = turn.then(task);
    turn = result.catch(() => {});
    return result;
  };
  return {
    latest,
    addCheckpoint: async (body) => {
      const submission = parseSubmission(body);
      if (!submission) return refusal(400, 'not an add-checkpoint request');
      const { oldSize, checkpoint } = submission;
      const keys = logs.get(checkpoint.origin);
      if (!keys) return refusal(404, 'not a log of this witness');
      const lines = await signedLines(checkpoint, keys);
      if (!lines) return refusal(403, 'not signed by a trusted key of the log');
      if (oldSize > checkpoint.size) return refusal(400, 'the old size is beyond the checkpoint');
      return inTurn(() => cosign(submission, lines));
    },
  };
};
