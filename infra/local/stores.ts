import { mkdirSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Blobs } from '../../shared/blobs/blobs.ts';
import { openFiles } from '../../shared/blobs/files.ts';
import { openS3 } from '../../shared/blobs/s3.ts';
import { createTable, openDynamodb } from '../../shared/store/dynamodb.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import type { Table } from '../../shared/store/table.ts';
import type { Settings } from './settings.ts';

export const tableNames = ['records', 'disclosure', 'openings', 'releases', 'money', 'search', 'usage'] as const;
export type Tables = Readonly<Record<(typeof tableNames)[number], Table>>;
export const databaseFile = (folder: string): string => join(folder, 'harbour.sqlite');
export const objectsFolder = (folder: string): string => join(folder, 'objects');

const tablesOf = (table: (name: (typeof tableNames)[number]) => Table): Tables => ({
  records: table('records'),
  disclosure: table('disclosure'),
  openings: table('openings'),
  releases: table('releases'),
  money: table('money'),
  search: table('search'),
  usage: table('usage'),
});
// An emulator on this machine asks for credentials and believes any.
const local = { accessKeyId: 'local', secretAccessKey: 'local-secret' };
/** What an emulator on this machine is told. */
export const region = 'us-east-1';

const openDynamodbTables = async (endpoint: string, now: () => number): Promise<Tables> => {
  const client = { endpoint, region, credentials: local };
  for (const name of tableNames) {
    try {
      await createTable({ tableName: name, client });
    } catch (error) {
      if ((error as Error).name !== 'ResourceInUseException') throw error;
    }
  }
  return tablesOf((tableName) => openDynamodb({ tableName, client, now }));
};

/** The adapters that the settings name: SQLite and files, unless told otherwise. */
export const openStores = async ({ folder, dynamodb, s3 }: Settings, now: () => number) => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const sqlite = dynamodb === undefined ? openSqlite({ file: databaseFile(folder), now }) : undefined;
  const tables = sqlite ? tablesOf((name) => sqlite.table(name)) : await openDynamodbTables(dynamodb ?? '', now);
  const blobs: Blobs = s3 ? openS3({ ...s3, region }) : openFiles({ folder: objectsFolder(folder) });
  return {
    tables,
    blobs,
    backup: sqlite?.backup,
    close: async () => {
      for (const name of tableNames) await tables[name].close();
      sqlite?.close();
      await blobs.close();
    },
  };
};

/** The secret of this host, made at its first start. */
export const secretOf = (folder: string): string => {
  const file = join(folder, 'secret');
  if (!existsSync(file)) {
    // Killed in the middle of its writing, the next start would take what there is for the whole of it.
    const aside = `${file}.part`;
    writeFileSync(aside, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true });
    renameSync(aside, file);
  }
  return readFileSync(file, 'utf8').trim();
};
