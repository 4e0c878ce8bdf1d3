// @ts-check
/**
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 */

const encoder = new TextEncoder();
/** @param {string} text @returns {Bytes} */
export const encodeText = (text) => encoder.encode(text);

/** The text of UTF-8 bytes, which give the same bytes again; undefined where they are not UTF-8. @param {Bytes} bytes */
export const decodeText = (bytes) => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

/** @param {readonly Uint8Array[]} parts @returns {Bytes} */
export const concat = (...parts) => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** @param {Uint8Array} one @param {Uint8Array} other */
export const equal = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

/** Lowercase hexadecimal. @param {Uint8Array} bytes */
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Standard Base 64 with padding (RFC 4648 §4). @param {Uint8Array} bytes */
export const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

/** The bytes of standard Base 64; undefined unless it is the one way to write them. @param {string} text @returns {Bytes | undefined} */
export const fromBase64 = (text) => {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return base64(bytes) === text ? bytes : undefined;
};

/** A plain decimal number without leading zeroes, up to 2^53 − 1; undefined for anything else. @param {string} text */
export const fromDecimal = (text) => {
  const number = /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : undefined;
  return Number.isSafeInteger(number) ? number : undefined;
};
