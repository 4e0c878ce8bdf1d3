import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The file whose lock says that a process is at work in a folder. It holds nothing. */
export const lockFile = 'lock.sqlite';

/** Another process is at work in the folder. Its message is for people, in both languages. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  constructor(folder: string) {
    super(`另一个数港进程正在使用 ${folder}，请先停止它。 / Another process of Data Harbour is at work in ${folder}; stop it first.`);
  }
}

// What nothing refers to any longer is collected, and its lock with it.
const held = new Set<DatabaseSync>();

/**
 * Takes a folder for this process alone, until it is given back or the process ends, however it ends: SQLite's exclusive lock is one of the
 * operating system's (sqlite.org/lockingv3.html), so that no dead process leaves one behind.
 * @returns what gives it back
 * @throws FolderInUse
 */
export const lockFolder = (folder: string): (() => void) => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(folder, lockFile), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw (error as { errcode?: number }).errcode === 5 ? new FolderInUse(folder) : error;
  }
  held.add(lock);
  return () => {
    if (held.delete(lock)) lock.close();
  };
};
