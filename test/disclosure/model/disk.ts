import { join } from 'node:path';
import { openFiles } from '../../../shared/blobs/files.ts';
import { openPublicFolder } from '../../../shared/blobs/public-files-folder.ts';
import { openSqlite } from '../../../shared/store/sqlite.ts';
import { signatureOf, type Ports } from './stores.ts';

export const databaseIn = (folder: string): string => join(folder, 'harbour.sqlite');
export const logIn = (folder: string): string => join(folder, 'log');
export const publicKey = Buffer.alloc(32, 9);
export const eventOf = (n: number): string => `order.${'a'.repeat(26)}.${n}`;

/** The ports of a sequencer over a real disk, as the single-machine host has them. */
export const openDisk = (folder: string): Ports & { readonly close: () => void } => {
  const files = openPublicFolder({ folder: logIn(folder) });
  const sqlite = openSqlite({ file: databaseIn(folder) });
  return {
    table: sqlite.table('disclosure'),
    staging: openFiles({ folder: join(folder, 'objects') }),
    files,
    signer: (key) => ({ publicKey: key, sign: async (message) => signatureOf(key, message) }),
    close: () => sqlite.close(),
  };
};
