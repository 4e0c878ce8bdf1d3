import { createWriteStream } from 'node:fs';
import { rename, mkdir, open, readdir, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Blobs, checkKey, Exists } from './blobs.ts';
import { claim, codeOf, incoming, keysIn, openFolder, settling, syncFolder, writeAside, type Names } from './folder.ts';
import { end, measured } from './measure.ts';

/**
 * File systems take names of 255 bytes, keys have segments of up to 512: a longer segment goes on in a folder whose name ends so, and what
 * goes on begins so, lest it be `..`.
 */
const more = '+';
const longest = 250;
/** Larger than Node's own 64 KiB: gigabytes are read here. */
const readBytes = 256 * 1024;
/** What arrives in small pieces is written in large ones. */
const writeBytes = 1024 * 1024;
/** Its owner alone may read an object. */
const mode = 0o600;

const stored = (key: string): string => {
  const split = (segment: string): string =>
    segment.length > longest ? `${segment.slice(0, longest)}${more}/${split(more + segment.slice(longest))}` : segment;
  return `${key.split('/').map(split).join('/')}${end}`;
};

/** The names in a folder as parts of keys, each with its place. */
const namesIn: Names = async (folder) => {
  const names: [string, string][] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const { name } = entry;
    const path = join(folder, name);
    if (name === incoming) continue;
    if (name.endsWith(end)) names.push([name.slice(0, -end.length), path]);
    else if (name.endsWith(more)) {
      for (const [rest, place] of await namesIn(path)) names.push([name.slice(0, -more.length) + rest.slice(more.length), place]);
    } else if (entry.isDirectory()) names.push([`${name}/`, path]);
  }
  return names;
};

/**
 * The blob port on a folder of one machine. An object is written beside, synced, and then linked or renamed into place, so that it is there
 * whole or not at all, and stays. Folders are never removed: a writer in another process may just be about to use them.
 * What a killed process had not finished is removed when the folder is opened next. Several processes may have it open.
 *
 * The file system must have hard links. A body from `get` must be read to its end or destroyed. `contentType` is not kept.
 */
export const openFiles = (options: { readonly folder: string }): Blobs => {
  const { root, top, aside, mustStand } = openFolder(options.folder);
  const place = (key: string): string => join(root, stored(checkKey(key)));
  const settle = settling(top);

  return {
    put: async (key, body, { once = false, limit } = {}) => {
      const path = place(key);
      const temporary = aside();
      const { bytes, stat } = measured(body, limit);
      try {
        if (ArrayBuffer.isView(body)) await writeAside(temporary, await buffer(bytes), mode);
        else await pipeline(bytes, createWriteStream(temporary, { flags: 'wx', mode, flush: true, highWaterMark: writeBytes }));
        await mkdir(dirname(path), { recursive: true });
        if (!once) await rename(temporary, path);
        else if (!claim(temporary, path)) throw new Exists();
        await settle(path);
      } finally {
        await rm(temporary, { force: true });
      }
      return stat();
    },

    get: async (key) => {
      const path = place(key);
      try {
        const handle = await open(path);
        const { size } = await handle.stat();
        return { body: handle.createReadStream({ highWaterMark: readBytes }), size };
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error;
        await mustStand();
        return undefined;
      }
    },

    list: (prefix, after = '') => keysIn(namesIn, root, prefix, after),

    remove: async (key) => {
      const path = place(key);
      try {
        await unlink(path);
        await syncFolder(dirname(path));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error;
      }
    },

    close: async () => {},
  };
};
