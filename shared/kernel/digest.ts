import { createHash, createHmac } from 'node:crypto';

/** A digest that names its algorithm, so that SM3 can enter beside SHA-256. */
export type Digest = `sha256:${string}`;

/** The SHA-256 (FIPS 180-4) of bytes, or of a text's UTF-8, as `sha256:` and 64 lower-case hex digits. */
export const digest = (content: Uint8Array | string): Digest => `sha256:${createHash('sha256').update(content).digest('hex')}`;

const mac = (secret: string | Uint8Array, parts: readonly string[]): Buffer => {
  const code = createHmac('sha256', secret);
  for (const part of parts) {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    code.update(length).update(bytes);
  }
  return code.digest();
};

/**
 * The HMAC-SHA-256 (RFC 2104) of parts, in base64url without padding (43 characters). Each part enters as UTF-8 behind its length in four
 * bytes, so that `('ab', 'c')` and `('a', 'bc')` differ.
 */
export const hmac = (secret: string | Uint8Array, ...parts: readonly string[]): string => mac(secret, parts).toString('base64url');

const letters = 'abcdefghijklmnopqrstuvwxyz234567';
const idLength = 26;

/**
 * An id that the same parts always give and nobody without the secret can foresee: the first 130 bits of `hmac` as 26 characters of
 * lower-case base32 (RFC 4648 §6), so that doing a thing twice names the same record twice.
 */
export const derivedId = (secret: string | Uint8Array, ...parts: readonly string[]): string => {
  const bits = BigInt(`0x${mac(secret, parts).toString('hex')}`) >> BigInt(256 - 5 * idLength);
  return Array.from(bits.toString(32).padStart(idLength, '0'), (digit) => letters[Number.parseInt(digit, 32)]).join('');
};
