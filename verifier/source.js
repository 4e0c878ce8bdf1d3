// @ts-check
import { concat } from './bytes.js';
import { Fault } from './fault.js';

/**
 * Where a log's files are read from.
 * @import { Bytes } from './bytes.js'
 * `get` answers undefined where there is no such file, at most `limit` bytes of it otherwise, and throws `unreachable` where it cannot tell.
 * @typedef {{ readonly name: string; readonly get: (path: string, limit: number) => Promise<Bytes | undefined> }} Source
 */

const attempts = 3;
const patience = 30_000;

/** @param {string} path @param {unknown} detail */
const unreachable = (path, detail) => new Fault('unreachable', { path, detail: String(detail) });

/** Reads no more than is wanted, whatever is sent. @param {Response} response @param {number} limit @returns {Promise<Bytes>} */
const bodyOf = async (response, limit) => {
  if (!response.body) return new Uint8Array();
  const reader = response.body.getReader();
  /** @type {Uint8Array[]} */
  const parts = [];
  let length = 0;
  while (length < limit) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  await reader.cancel();
  return concat(...parts).slice(0, limit);
};

/** @param {URL} address @param {number} limit @returns {Promise<Bytes | 'missing' | { readonly later: string }>} */
const fetchOnce = async (address, limit) => {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(patience), cache: 'no-cache', credentials: 'omit' });
    if (response.ok) return await bodyOf(response, limit);
    await response.body?.cancel();
    if (response.status === 404 || response.status === 410) return 'missing';
    if (response.status === 429 || response.status >= 500) return { later: `HTTP ${response.status}` };
    throw unreachable(address.href, `HTTP ${response.status}`);
  } catch (error) {
    if (error instanceof Fault) throw error;
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
    return { later: code || (cause instanceof Error ? cause.message : String(cause)) };
  }
};

/**
 * A log at a URL. Only 404 and 410 mean that a file is not there; a busy or silent server is asked three times. Throws `usage` for anything
 * but http and https.
 * @param {string | URL} url the log's prefix, with or without a final slash
 * @returns {Source}
 */
export const webSource = (url) => {
  const prefix = URL.canParse(String(url)) ? new URL(url) : undefined;
  if (!prefix || !/^https?:$/.test(prefix.protocol)) throw new Fault('usage', { detail: `not an address: ${url}` });
  const base = `${prefix.origin}${prefix.pathname.replace(/\/+$/, '')}/`;
  return {
    name: base,
    get: async (path, limit) => {
      const address = new URL(path, base);
      let last = '';
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt));
        const answer = await fetchOnce(address, limit);
        if (answer === 'missing') return undefined;
        if (answer instanceof Uint8Array) return answer;
        last = answer.later;
      }
      throw unreachable(address.href, last);
    },
  };
};
