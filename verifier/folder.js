// @ts-check
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from './fault.js';

/**
 * @import { Bytes } from './bytes.js'
 * @import { Source } from './source.js'
 */

const absent = new Set(['ENOENT', 'ENOTDIR']);
/** @param {unknown} error */
const codeOf = (error) => (error instanceof Error && 'code' in error ? String(error.code) : String(error));

/**
 * At most `limit` bytes of a file; undefined where there is none. Throws `unreachable`.
 * @param {string} path @param {number} limit
 * @returns {Promise<Bytes | undefined>}
 */
export const readFileUpTo = async (path, limit) => {
  try {
    const file = await open(path, 'r');
    try {
      const bytes = new Uint8Array(Math.min(limit, (await file.stat()).size));
      let length = 0;
      while (length < bytes.length) {
        const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return bytes.slice(0, length);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (absent.has(codeOf(error))) return undefined;
    throw new Fault('unreachable', { path, detail: codeOf(error) });
  }
};

/**
 * A log in a folder, such as a copy of it. Throws `unreachable` where there is no such folder.
 * @param {string} folder
 * @returns {Promise<Source>}
 */
export const folderSource = async (folder) => {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new Fault('unreachable', { path: folder, detail: 'no such folder' });
  return { name: folder, get: (path, limit) => readFileUpTo(join(folder, path), limit) };
};
