import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { access, link, mkdir, open, readdir, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Blobs, checkKey, Exists } from './blobs.ts';
import { end, measured } from './measure.ts';

const page = 1_000;
/**
 * File systems take names of 255 bytes, keys have segments of up to 512: a longer segment goes on in a folder whose name ends so, and what
 * goes on begins so, lest it be `..`.
 */
const more = '+';
const longest = 250;

/** No segment of a key begins with a dot, so what is not yet an object can never be taken for one. */
const incoming = '.incoming';
/** Tells what this process is writing from what an earlier one with the same number (as in a container) left behind. */
const life = randomUUID();

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
};

const sweep = (folder: string): void => {
  for (const name of readdirSync(folder)) {
    const [pid, owner] = name.split('_');
    const writing = Number(pid) === process.pid ? owner === life : isAlive(Number(pid));
    if (!writing) rmSync(join(folder, name), { force: true });
  }
};

const stored = (key: string): string => {
  const split = (segment: string): string =>
    segment.length > longest ? `${segment.slice(0, longest)}${more}/${split(more + segment.slice(longest))}` : segment;
  return `${key.split('/').map(split).join('/')}${end}`;
};

/** A name that was not synced in its folder may be gone after a power cut, however well its file was. */
const syncFolders = async (from: string, to: string): Promise<void> => {
  for (let folder = from; ; folder = dirname(folder)) {
    const handle = await open(folder);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (folder === to) return;
  }
};

/** The names in a folder as parts of keys (`name/` for a folder, `name!` for an object), each with its place. */
const namesIn = async (folder: string): Promise<[name: string, path: string][]> => {
  const names: [string, string][] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const { name } = entry;
    const path = join(folder, name);
    if (name === incoming) continue;
    if (name.endsWith(end)) names.push([name, path]);
    else if (name.endsWith(more)) {
      for (const [rest, place] of await namesIn(path)) names.push([name.slice(0, -more.length) + rest.slice(more.length), place]);
    } else if (entry.isDirectory()) names.push([`${name}/`, path]);
  }
  return names;
};

/** The keys below a folder in byte order, without the branches that hold none with the prefix or none after `after`. */
const walk = async function* (folder: string, base: string, prefix: string, after: string): AsyncGenerator<string> {
  const names = await namesIn(folder);
  for (const [name, path] of names.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const isObject = name.endsWith(end);
    const key = base + (isObject ? name.slice(0, -end.length) : name);
    if (isObject && key.startsWith(prefix) && key > after) yield key;
    const mayHold = (key.startsWith(prefix) || prefix.startsWith(key)) && (key > after || after.startsWith(key));
    if (!isObject && mayHold) yield* walk(path, key, prefix, after);
  }
};

const claim = async (from: string, to: string): Promise<void> => {
  try {
    await link(from, to);
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? new Exists() : error;
  }
};

/**
 * The blob port on a folder of one machine. An object is written beside, synced, and then linked or renamed into place, so that it is there
 * whole or not at all, and stays. Folders are never removed: a writer in another process may just be about to use them.
 * What a killed process had not finished is removed when the folder is opened next. Several processes may have it open.
 *
 * The file system must have hard links. A body from `get` must be read to its end or destroyed. `contentType` is not kept.
 */
export const openFiles = (options: { readonly folder: string }): Blobs => {
  const root = resolve(options.folder);
  const nursery = join(root, incoming);
  const created = mkdirSync(nursery, { recursive: true });
  const top = created === undefined || created === nursery ? root : dirname(created);
  sweep(nursery);
  const place = (key: string): string => join(root, stored(checkKey(key)));

  return {
    put: async (key, body, { once = false, limit } = {}) => {
      const path = place(key);
      const temporary = join(nursery, `${process.pid}_${life}_${randomUUID()}`);
      const { bytes, stat } = measured(body, limit);
      try {
        await writeFile(temporary, bytes, { flag: 'wx', mode: 0o600, flush: true });
        await mkdir(dirname(path), { recursive: true });
        await (once ? claim : rename)(temporary, path);
        await syncFolders(dirname(path), top);
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
        return { body: handle.createReadStream(), size };
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error;
        // A folder that is gone (a disk not mounted) is a failure, not an empty store.
        await access(nursery);
        return undefined;
      }
    },

    list: async (prefix, after = '') => {
      const keys: string[] = [];
      for await (const key of walk(root, '', prefix, after)) {
        keys.push(key);
        if (keys.length === page) break;
      }
      return keys;
    },

    remove: async (key) => {
      const path = place(key);
      try {
        await unlink(path);
        await syncFolders(dirname(path), dirname(path));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error;
      }
    },

    close: async () => {},
  };
};
