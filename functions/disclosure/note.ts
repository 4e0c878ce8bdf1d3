import { createHash } from 'node:crypto';
import type { Signer } from '../../shared/vendor/signer.ts';

/** Kinds of keys in signed notes: an Ed25519 key, and one that cosigns with a time. C2SP signed-note, tlog-cosignature. */
export const ed25519 = 1;
export const cosignature = 4;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const typed = (type: number, publicKey: Uint8Array): Buffer => Buffer.concat([Uint8Array.of(type), publicKey]);

/** The first four bytes of SHA-256(name ‖ 0A ‖ type ‖ public key). C2SP signed-note. */
export const keyId = (name: string, type: number, publicKey: Uint8Array): Buffer =>
  createHash('sha256').update(`${name}\n`).update(typed(type, publicKey)).digest().subarray(0, 4);
/** `name+hex8(key id)+base64(type ‖ public key)`, as verifiers take it. C2SP signed-note. */
export const verifierKey = (name: string, publicKey: Uint8Array, type: number = ed25519): string =>
  `${name}+${keyId(name, type, publicKey).toString('hex')}+${base64(typed(type, publicKey))}`;

export type VerifierKey = { readonly name: string; readonly id: Buffer; readonly type: number; readonly publicKey: Buffer };
/** @throws Error where the text is no verifier key */
export const parseVerifierKey = (text: string): VerifierKey => {
  const [, name = '', hash = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  const [type = 0] = bytes;
  const publicKey = bytes.subarray(1);
  const id = keyId(name, type, publicKey);
  if (publicKey.length !== 32 || id.toString('hex') !== hash) throw new Error('not a verifier key');
  return { name, id, type, publicKey };
};

export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Uint8Array };
/** The text that is signed. C2SP tlog-checkpoint. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${base64(root)}\n`;
/** A line of a note's signatures. */
export const signatureLine = (name: string, id: Uint8Array, signature: Uint8Array): string =>
  `— ${name} ${base64(Buffer.concat([id, signature]))}\n`;
/** A checkpoint signed by each of the keys, whose name is the origin. */
export const signCheckpoint = async (checkpoint: Checkpoint, signers: readonly Signer[]): Promise<string> => {
  const text = checkpointText(checkpoint);
  const lines = await Promise.all(
    signers.map(async ({ publicKey, sign }) =>
      signatureLine(checkpoint.origin, keyId(checkpoint.origin, ed25519, publicKey), await sign(Buffer.from(text))),
    ),
  );
  return `${text}\n${lines.join('')}`;
};
/** What a signed checkpoint says, without asking who signed it. @throws Error where it is no checkpoint */
export const parseCheckpoint = (note: string): Checkpoint & { readonly text: string; readonly signatures: string } => {
  const [, text = '', origin = '', size = '', root = '', signatures = ''] =
    /^(([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n)\n((?:— [^\n]+\n)+)$/.exec(note) ?? [];
  if (text === '') throw new Error('not a checkpoint');
  return { origin, size: Number(size), root: Buffer.from(root, 'base64'), text, signatures };
};
