// @ts-check
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes what was created or renamed in a folder durable. @param {string} path */
export const syncFolder = async (path) => {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

/**
 * Writes a file whole or not at all, and durably: once this answers, a loss of power does not lose it.
 * @param {string} path @param {Uint8Array} bytes @param {number} [mode]
 */
export const replaceFile = async (path, bytes, mode = 0o644) => {
  const draft = `${path}.draft`;
  const file = await open(draft, 'w', mode);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncFolder(dirname(path));
};
