import { randomUUID } from 'node:crypto';
import { closeSync, fsync, linkSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** Waits for the disk on another thread; whatever else is done to files here takes microseconds and is done at once. */
export const synced = promisify(fsync);

/** No stored name begins with a dot, so what is not yet stored can never be taken for it. */
export const incoming = '.incoming';
/** Tells what this process is writing from what an earlier one with the same number (as in a container) left behind. */
const life = randomUUID();

export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

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

/**
 * Opens a folder in which files appear whole or not at all: each is written aside, synced, and then linked or renamed into its place. Makes
 * the folder where there is none, and removes what killed processes had not finished. Several processes may have it open.
 */
export const openFolder = (folder: string) => {
  const root = resolve(folder);
  const nursery = join(root, incoming);
  const created = mkdirSync(nursery, { recursive: true });
  sweep(nursery);
  return {
    root,
    /** The folder that stood already: from a file up to here, folders must be synced. */
    top: created === undefined || created === nursery ? root : dirname(created),
    /** A path to write a file at before it has its place. */
    aside: (): string => join(nursery, `${process.pid}_${life}_${randomUUID()}`),
    /** @throws where the folder itself is gone, as on a disk that is not mounted: a failure, not an empty store */
    mustStand: (): Promise<void> => access(nursery),
  };
};

/** Writes a file where nobody looks for it, and answers when it is on the disk. */
export const writeAside = async (temporary: string, body: Uint8Array, mode: number): Promise<string> => {
  const file = openSync(temporary, 'wx', mode);
  try {
    writeFileSync(file, body);
    await synced(file);
    return temporary;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
};

/** A name that was not synced in its folder may be gone after a power cut, however well its file was. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = openSync(folder, 'r');
  try {
    await synced(handle);
  } finally {
    closeSync(handle);
  }
};
/**
 * Syncs the name of a file in its folder, and the folders above it once each: what a process made that was then killed is there, but need not
 * be on the disk.
 * @param top a folder that is on the disk
 */
export const settling = (top: string) => {
  const standing = new Set([top]);
  const stand = async (folder: string): Promise<void> => {
    if (standing.has(folder)) return;
    await syncFolder(dirname(folder));
    await stand(dirname(folder));
    standing.add(folder);
  };
  return async (place: string): Promise<void> => {
    await syncFolder(dirname(place));
    await stand(dirname(place));
  };
};

/** Links a whole file into its place; false where that is taken. Of any number who try at once one succeeds. */
export const claim = (from: string, to: string): boolean => {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
};

/** What a folder holds: each part of a key, with a slash at its end where it is a folder, and its place. */
export type Names = (folder: string) => Promise<readonly (readonly [name: string, path: string])[]>;

const walk = async function* (namesIn: Names, folder: string, base: string, prefix: string, after: string): AsyncGenerator<string> {
  const names = await namesIn(folder);
  for (const [name, path] of names.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const key = base + name;
    if (!key.endsWith('/')) {
      if (key.startsWith(prefix) && key > after) yield key;
    } else if ((key.startsWith(prefix) || prefix.startsWith(key)) && (key > after || after.startsWith(key))) {
      yield* walk(namesIn, path, key, prefix, after);
    }
  }
};

const page = 1_000;
/** The first keys in byte order with the prefix and after `after`; branches that hold none are not read. At most 1,000. */
export const keysIn = async (namesIn: Names, root: string, prefix: string, after: string): Promise<readonly string[]> => {
  const keys: string[] = [];
  for await (const key of walk(namesIn, root, '', prefix, after)) {
    keys.push(key);
    if (keys.length === page) break;
  }
  return keys;
};
