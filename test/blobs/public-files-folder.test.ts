import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openPublicFolder } from '../../shared/blobs/public-files-folder.ts';

jest.setTimeout(60_000);

const body = Buffer.from('here');
const program = new URL('public-writer.ts', import.meta.url).pathname;

describe('a folder of public files', () => {
  let folder: string;
  const unfinished = (): Promise<string[]> => readdir(join(folder, '.incoming'));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'harbour-public-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is made where there is none, and holds files under just their names', async () => {
    const place = join(folder, 'not', 'yet');
    expect(await openPublicFolder({ folder: place }).create('tile/0/000.p/5', body)).toBe(true);
    expect(await readFile(join(place, 'tile/0/000.p/5'), 'utf8')).toBe('here');
    expect((await openPublicFolder({ folder: place }).get('tile/0/000.p/5'))?.body.toString()).toBe('here');
  });

  it('holds nothing half done when every writer has had an answer', async () => {
    const files = openPublicFolder({ folder });
    await files.create('a', body);
    await files.create('a', body);
    await files.replace('a', Buffer.from('there'), (await files.get('a'))?.tag);
    await files.replace('a', body, 'another tag');
    await mkdir(join(folder, 'taken'));
    expect(await files.create('taken', body)).toBe(false);
    await expect(files.create('a/b', body)).rejects.toThrow('ENOTDIR');
    expect(await unfinished()).toEqual([]);
  });

  it('is swept when it is opened of what killed processes left, and of nothing that is being written', async () => {
    await mkdir(join(folder, '.incoming'));
    await writeFile(join(folder, '.incoming', `${process.pid}_earlier_1`), 'half');
    const files = openPublicFolder({ folder });
    expect(await unfinished()).toEqual([]);
    const writing = files.create('a', Buffer.alloc(1_000_000));
    expect(await unfinished()).toHaveLength(1);
    openPublicFolder({ folder });
    expect(await writing).toBe(true);
  });

  it('does not list what somebody else keeps in it behind a dot', async () => {
    const files = openPublicFolder({ folder });
    await files.create('tile/a', body);
    await writeFile(join(folder, 'tile', '.hidden'), '');
    expect(await files.list('')).toEqual(['tile/a']);
  });

  it('does not take a broken disk for an empty one', async () => {
    const files = openPublicFolder({ folder });
    await symlink('loop', join(folder, 'loop'));
    await expect(files.get('loop')).rejects.toThrow('ELOOP');
    await rm(folder, { recursive: true });
    const acts = [
      () => files.get('a'),
      () => files.list(''),
      () => files.create('a', body),
      () => files.replace('a', body, 'tag'),
      () => files.remove('a'),
    ];
    for (const act of acts) await expect(act()).rejects.toThrow('ENOENT');
    await writeFile(folder, 'a file where the folder was');
    for (const act of acts) await expect(act()).rejects.toThrow('ENOTDIR');
  });

  it('has every file that was answered for, and none that is not whole, after its writer was killed', async () => {
    for (let round = 0; round < 3; round += 1) {
      const place = join(folder, String(round));
      const child = spawn(process.execPath, ['--no-warnings', program, place], { stdio: ['ignore', 'pipe', 'inherit'] });
      const exit = once(child, 'exit');
      const answered: string[] = [];
      for await (const path of createInterface(child.stdout)) {
        answered.push(path);
        if (answered.length === 20 + round) child.kill('SIGKILL');
      }
      await exit;
      const files = openPublicFolder({ folder: place });
      const there = await files.list('tile/');
      expect(there).toEqual(expect.arrayContaining(answered));
      for (const path of there) expect(Buffer.alloc(100_000, `${path} `).equals((await files.get(path))?.body ?? body)).toBe(true);
      const checkpoint = Buffer.from((await files.get('checkpoint'))?.body ?? body);
      expect(Buffer.alloc(100_000, `${Number.parseInt(checkpoint.toString(), 10)} `).equals(checkpoint)).toBe(true);
    }
  });
});
