import { hash } from 'node:crypto';
import { mkdirSync, renameSync, unlinkSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { claim, codeOf, keysIn, openFolder, settling, syncFolder, writeAside, type Names } from './folder.ts';
import { checkPath, type PublicFiles } from './public-files.ts';

/** Anyone may read it. */
const mode = 0o644;
const tagOf = (body: Uint8Array): string => hash('sha256', body);
/** What a path is answered with where no file has it: nothing, a file above it, a folder there. */
const absent = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);
const isAbsent = (error: unknown): boolean => absent.has(codeOf(error) ?? '');

/** The last change that was begun of each place, by its path: a comparison and what follows from it may not be parted. */
const changing = new Map<string, Promise<unknown>>();
const alone = async <T>(place: string, change: () => Promise<T>): Promise<T> => {
  const before = changing.get(place) ?? Promise.resolve();
  const mine = before.then(change, change);
  changing.set(place, mine);
  try {
    return await mine;
  } finally {
    if (changing.get(place) === mine) changing.delete(place);
  }
};

/** The names in a folder as parts of paths. What begins with a dot is no public file, whoever put it there. */
const namesIn: Names = async (folder) =>
  (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => !entry.name.startsWith('.'))
    .map((entry) => [entry.isDirectory() ? `${entry.name}/` : entry.name, join(folder, entry.name)] as const);

const claimOrMake = (temporary: string, place: string): boolean => {
  try {
    return claim(temporary, place);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(place), { recursive: true });
    return claim(temporary, place);
  }
};

/**
 * The port of public files on a folder of one machine, which can be served or copied as it is. A file is written aside, synced, and linked or
 * renamed into its place; what a killed process had not finished is removed when the folder is opened next.
 *
 * Other processes may read and create; but one process at a time may replace and remove, as a host may that has locked its folder. The file
 * system must have hard links, and no path may be a folder of another. Folders are never removed.
 */
export const openPublicFolder = ({ folder }: { readonly folder: string }): PublicFiles => {
  const { root, top, aside, mustStand } = openFolder(folder);
  const settle = settling(top);
  const get: PublicFiles['get'] = async (path) => {
    try {
      const body = await readFile(join(root, checkPath(path)));
      return { body, tag: tagOf(body) };
    } catch (error) {
      if (!isAbsent(error)) throw error;
      await mustStand();
      return undefined;
    }
  };
  const create: PublicFiles['create'] = async (path, body) => {
    const place = join(root, checkPath(path));
    const temporary = await writeAside(aside(), body, mode);
    try {
      const isOurs = claimOrMake(temporary, place);
      // Where it is another's, that other may have died before it synced: whoever is told that a file is there may build on it.
      await settle(place);
      return isOurs;
    } finally {
      unlinkSync(temporary);
    }
  };

  return {
    get,
    create,
    replace: async (path, body, tag) => {
      if (tag === undefined) return create(path, body);
      const place = join(root, checkPath(path));
      return alone(place, async () => {
        if ((await get(path))?.tag !== tag) return false;
        renameSync(await writeAside(aside(), body, mode), place);
        await settle(place);
        return true;
      });
    },
    list: (prefix, after = '') => keysIn(namesIn, root, prefix, after),
    remove: async (path) => {
      const place = join(root, checkPath(path));
      await alone(place, async () => {
        try {
          unlinkSync(place);
          await syncFolder(dirname(place));
        } catch (error) {
          if (!isAbsent(error)) throw error;
          await mustStand();
        }
      });
    },
    close: async () => {},
  };
};
