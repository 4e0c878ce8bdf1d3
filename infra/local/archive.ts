import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { access, mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { DatabaseSync, backup } from 'node:sqlite';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { lockFile, lockFolder } from './lock.ts';
import { lockKey } from '../../functions/disclosure/lock.ts';
import { checkpointPath } from '../../functions/disclosure/publishing.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import { logFolder } from './ledger.ts';
import { databaseFile, objectsFolder } from './stores.ts';

/** A folder cannot be backed up or restored as asked. Its message is for people, in both languages. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

const manifestFile = 'manifest.json';
const databases = [relative('.', databaseFile('.')), join('openid', 'openid.sqlite')] as const;
const objects = relative('.', objectsFolder('.'));
const log = relative('.', logFolder('.'));
const isInside = (path: string): boolean =>
  !path.startsWith(sep) && path.split(sep).every((part) => part !== '' && part !== '..' && part !== '.');
const File = z.strictObject({ path: z.string().refine(isInside), bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const Manifest = z.strictObject({ format: z.literal(1), takenAt: z.iso.datetime(), files: z.array(File) });
/** What a backup consists of: each file with its size and digest. */
export type Manifest = z.output<typeof Manifest>;
type File = z.output<typeof File>;

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
const contentOf = async (folder: string): Promise<readonly string[]> =>
  readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
const requireEmpty = async (folder: string): Promise<void> => {
  if ((await contentOf(folder)).length > 0)
    throw new ArchiveError(
      `${folder} 不为空，请换一个目录或先将其移走。 / ${folder} is not empty; name another folder, or move it away first.`,
    );
};
const sync = async (path: string): Promise<void> => {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Digests what passes through. */
const digesting = () => {
  const hash = createHash('sha256');
  let bytes = 0;
  const through = new Transform({
    transform: (chunk: Buffer, _encoding, done: TransformCallback) => {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { through, told: (path: string): File => ({ path, bytes, sha256: hash.digest('hex') }) };
};
const copy = async (from: string, to: string, path: string): Promise<File> => {
  const { through, told } = digesting();
  await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 });
  await pipeline(createReadStream(join(from, path)), through, createWriteStream(join(to, path), { flags: 'wx', mode: 0o600, flush: true }));
  return told(path);
};

/** One moment of a database, in one step, while others read and write it (sqlite.org/backup.html). */
const copyDatabase = async (from: string, to: string, path: string): Promise<void> => {
  await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 });
  const source = new DatabaseSync(join(from, path), { timeout: 5000 });
  try {
    await backup(source, join(to, path), { rate: 2 ** 31 - 1 });
  } finally {
    source.close();
  }
};
const digestOf = async (folder: string, path: string): Promise<File> => {
  const { through, told } = digesting();
  await pipeline(createReadStream(join(folder, path)), through.resume());
  return told(path);
};

const filesBelow = async (folder: string, below: string): Promise<readonly string[]> => {
  const entries = await readdir(join(folder, below), { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile()).map((e) => relative(folder, join(e.parentPath, e.name)));
};
// What begins with a dot is still being written, and nothing refers to it.
const isWhole = (path: string): boolean => !path.split(sep).some((part) => part.startsWith('.'));

/** Builds a folder beside its place and moves it there when it is whole, on the disk too. */
const whole = async <T>(target: string, build: (folder: string) => Promise<T>): Promise<T> => {
  const aside = `${target}.part-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(aside, { recursive: true, mode: 0o700 });
    const built = await build(aside);
    for (const entry of await readdir(aside, { recursive: true, withFileTypes: true }))
      if (entry.isDirectory()) await sync(join(entry.parentPath, entry.name));
    await sync(aside);
    if (existsSync(target)) await rmdir(target); // it is empty, or this fails
    await rename(aside, target);
    await sync(dirname(target));
    return built;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
};

/** A checkpoint before the tiles that it covers: they never change, and what is copied of them later is more. */
const checkpointsFirst = (paths: readonly string[]): readonly string[] =>
  paths.toSorted((a, b) => Number(b.endsWith(checkpointPath)) - Number(a.endsWith(checkpointPath)));
/**
 * A lock of the ledger is never put back: the log may have grown since the backup, and would fork. Without one the host begins another log.
 */
const forgetLock = async (folder: string): Promise<void> => {
  const sqlite = openSqlite({ file: databaseFile(folder) });
  try {
    await sqlite.table('disclosure').transact([{ delete: lockKey }]);
  } finally {
    sqlite.close();
  }
};

/**
 * Copies a host's folder while the host runs. Objects never change once they are referred to, so they are copied after the records, and
 * nothing is missing. The backup holds the secret of the host, but not the keys that sign its ledger. It appears whole or not at all.
 * @throws ArchiveError where the folder is no host's or the target is not empty
 */
export const takeBackup = async (folder: string, to: string): Promise<Manifest> => {
  const target = resolve(to);
  if (!existsSync(databaseFile(folder)))
    throw new ArchiveError(`${folder} 中没有数港的数据。 / There are no records of Data Harbour in ${folder}.`);
  await requireEmpty(target);
  return whole(target, async (aside) => {
    const files: File[] = [];
    for (const path of databases) {
      await copyDatabase(folder, aside, path);
      files.push(await digestOf(aside, path));
      await sync(join(aside, path));
    }
    const logFiles = checkpointsFirst(await filesBelow(folder, log));
    for (const path of ['secret', ...[...(await filesBelow(folder, objects)), ...logFiles].filter(isWhole)]) {
      const file = await copy(folder, aside, path).catch((error: unknown) => {
        if (path === 'secret' || !isMissing(error)) throw error;
        return undefined; // a result that was withheld meanwhile
      });
      if (file) files.push(file);
      else await rm(join(aside, path), { force: true });
    }
    const manifest: Manifest = { format: 1, takenAt: new Date().toISOString(), files };
    const handle = await open(join(aside, manifestFile), 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify(manifest, null, 2));
      await handle.sync();
    } finally {
      await handle.close();
    }
    return manifest;
  });
};

const readManifest = async (folder: string): Promise<Manifest> => {
  try {
    return Manifest.parse(JSON.parse(await readFile(join(folder, manifestFile), 'utf8')));
  } catch {
    throw new ArchiveError(
      `${folder} 不是完整的备份：清单缺失或无法读取。 / ${folder} is no whole backup: its manifest is missing or cannot be read.`,
    );
  }
};

/**
 * Puts a backup in the place of a host's folder, and checks each file against the manifest on the way. The folder appears whole or not at all.
 * @throws FolderInUse while a host is at work there
 * @throws ArchiveError where the folder is not empty, or the backup is not what its manifest says
 */
export const restoreBackup = async (from: string, folder: string): Promise<Manifest> => {
  const source = resolve(from);
  const manifest = await readManifest(source);
  if (existsSync(join(folder, lockFile))) lockFolder(folder)();
  await requireEmpty(folder);
  return whole(folder, async (aside) => {
    for (const { path, bytes, sha256 } of manifest.files) {
      const copied = await copy(source, aside, path).catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
      if (copied?.bytes !== bytes || copied.sha256 !== sha256)
        throw new ArchiveError(
          `备份文件 ${path} 缺失或与清单不符，未恢复任何内容。 / ${path} is missing or differs from the manifest; nothing was restored.`,
        );
    }
    for (const path of [...databases, 'secret']) await access(join(aside, path));
    await forgetLock(aside);
    return manifest;
  });
};
