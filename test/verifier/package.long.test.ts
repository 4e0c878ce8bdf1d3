import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { faults } from '../../verifier/fault.js';
import { freshFolder } from '../support/host.ts';
import {
  checkpoint,
  checkpointText,
  cosignature,
  logFiles,
  naiveKey,
  proofFile,
  removeFiles,
  writeFiles,
  type Data,
} from '../support/naive-log.ts';

/** The command as a stranger has it: packed, and installed into an empty folder without any registry. */
const home = freshFolder();
const { folder, remove } = freshFolder();
const at = (...parts: readonly string[]): string => join(folder, ...parts);
const packed: string[] = [];
let server: Server;
let url = '';
let asked: string[] = [];
let statusOf: (path: string) => number | undefined = () => undefined;

const npm = (cwd: string, ...args: readonly string[]): string =>
  execFileSync('npm', [...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, npm_config_cache: join(home.folder, 'cache') },
    stdio: 'pipe',
  });

beforeAll(async () => {
  const source = fileURLToPath(new URL('../../verifier/', import.meta.url));
  const [tarball] = JSON.parse(npm(source, 'pack', '--json', '--pack-destination', home.folder)) as [
    { filename: string; files: { path: string }[] },
  ];
  packed.push(...tarball.files.map(({ path }) => path));
  writeFileSync(join(home.folder, 'package.json'), '{ "private": true }');
  npm(home.folder, 'install', join(home.folder, tarball.filename), '--offline', '--ignore-scripts', '--no-audit', '--no-fund');
  server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const refused = statusOf(path);
    if (refused !== undefined) return void response.writeHead(refused).end();
    readFile(at('log', path.replace(/^\/log\//, ''))).then(
      (body) => response.end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/log`;
});
afterAll(() => {
  server.close();
  remove();
  home.remove();
});

type Ended = { readonly code: number; readonly out: string; readonly err: string };
const run = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(join(home.folder, 'node_modules/.bin/data-harbour-verify'), args, { cwd: home.folder }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    );
  });

const key = naiveKey('log.example/log');
const witness = naiveKey('witness.example/w1', 4);
const entriesTo = (size: number, from = 0): Data => Array.from({ length: size }, (_, n) => Buffer.from(`{"n":${from + n}}`));
const extra = JSON.stringify({ entry: '{"n":7}', openings: [] });
const receiptOf = (d: Data): string => proofFile(7, d, checkpoint(d, [key]), extra);

beforeEach(() => {
  asked = [];
  statusOf = () => undefined;
  writeFiles(at('log'), logFiles(entriesTo(600), [key]));
  writeFileSync(at('receipt'), receiptOf(entriesTo(300)));
});

describe('the packed command', () => {
  it('holds what runs, its licence and its page, and nothing else', () => {
    expect(packed).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'bin/verify.js', 'bin/witness.js', 'log.js']));
    expect(packed.filter((path) => !/^(?:LICENSE|README\.md|package\.json|(?:bin\/)?[a-z-]+\.js)$/.test(path))).toEqual([]);
    const { dependencies } = JSON.parse(readFileSync(join(home.folder, 'node_modules/data-harbour-verify/package.json'), 'utf8')) as {
      dependencies?: unknown;
    };
    expect(dependencies).toBeUndefined();
  });

  it('explains every fault on its page', () => {
    const page = readFileSync(join(home.folder, 'node_modules/data-harbour-verify/README.md'), 'utf8');
    expect(Object.keys(faults).filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });
  it('runs in a browser but for its commands and what they keep', () => {
    const nodeOnly = /\bnode:|\bprocess\b|\bBuffer\b/;
    const bound = packed.filter(
      (path) => path.endsWith('.js') && nodeOnly.test(readFileSync(join(home.folder, 'node_modules/data-harbour-verify', path), 'utf8')),
    );
    expect(bound.toSorted()).toEqual([
      'bin/verify.js',
      'bin/witness.js',
      'durable.js',
      'folder.js',
      'witness-folder.js',
      'witness-server.js',
    ]);
  });

  it.each(['a folder', 'a server'])('finds nothing wrong with a good log in %s', async (where) => {
    const { code, out } = await run(where === 'a folder' ? at('log') : url);
    expect(code).toBe(0);
    expect(out).toContain('log.example/log');
    expect(out).toMatch(/600/);
    expect(out).toContain('on first use');
    expect(out).toContain('首次使用即信任');
  });
  it('reads nothing but the log', async () => {
    await run(`${url}/`);
    expect(asked.toSorted()).toEqual(
      ['checkpoint', 'verifier-keys', '0/000', '0/001', '0/002.p/88', '1/000.p/2', 'entries/000', 'entries/001', 'entries/002.p/88']
        .map((path) => (path.includes('/') ? `/log/tile/${path}` : `/log/${path}`))
        .toSorted(),
    );
  });
  it('says nothing of first use when it is given a key, and takes no other', async () => {
    const { code, out } = await run(at('log'), '--key', key.vkey);
    expect(code).toBe(0);
    expect(out).not.toContain('first use');
    expect(await run(at('log'), '--key', naiveKey(key.name).vkey)).toMatchObject({ code: 1, out: expect.stringContaining('unknown_key') });
  });
  it('names a fault in English and Chinese, and where it lies', async () => {
    writeFiles(
      at('log'),
      new Map([
        [
          'tile/entries/001',
          Buffer.concat([...entriesTo(256, 256)].map((entry) => Buffer.from([0, entry.length, ...entry]))).fill(0x39, 8, 9),
        ],
      ]),
    );
    const { code, out } = await run(url);
    expect(code).toBe(1);
    expect(out).toContain('entry_tampered  tile/entries/001  #256');
    expect(out).toContain('An entry is not the one that was signed.');
    expect(out).toContain('条目与签名时不一致');
    expect(JSON.parse((await run(url, '--json')).out)).toMatchObject({
      ok: false,
      fault: { code: 'entry_tampered', path: 'tile/entries/001', index: 256 },
    });
  });
  it('reads the full tile where the partial one is gone', async () => {
    writeFileSync(at('log/checkpoint'), checkpoint(entriesTo(300), [key]));
    writeFiles(at('log'), new Map([['tile/1/000.p/1', readFileSync(at('log/tile/1/000.p/2')).subarray(0, 32)]]));
    expect(await run(url)).toMatchObject({ code: 0 });
    expect(asked).toEqual(expect.arrayContaining(['/log/tile/0/001.p/44', '/log/tile/0/001']));
  });
  it('misses what is gone', async () => {
    removeFiles(at('log'), ['tile/0/001']);
    expect(await run(at('log'))).toMatchObject({ code: 1, out: expect.stringContaining('tile_missing  tile/0/001') });
  });
  it('hands a terminal nothing that it would take for an order', async () => {
    const sly = [...entriesTo(2), Buffer.from('\u001b[2J'), Buffer.from([0xff])];
    writeFiles(at('sly'), logFiles(sly, [naiveKey('log.example/\u009b2J\u202e')]));
    const { code, out, err } = await run(at('sly'), '--entries');
    expect(code).toBe(0);
    expect(out).toBe('{"n":0}\n{"n":1}\nbase64:G1sySg==\nbase64:/w==\n');
    expect(err).not.toMatch(/[\u009b\u202e]/);
  });
  it('prints the verified entries alone', async () => {
    const { code, out, err } = await run(at('log'), '--entries');
    expect(code).toBe(0);
    expect(out).toBe(
      entriesTo(600)
        .map((entry) => `${Buffer.from(entry).toString()}\n`)
        .join(''),
    );
    expect(err).toContain('GOOD');
  });
});

describe('a receipt', () => {
  it('is verified without any log by a key that was given', async () => {
    const { code, out } = await run('--receipt', at('receipt'), '--key', key.vkey);
    expect(code).toBe(0);
    expect(out).toContain('entry 条目 7 of log.example/log');
    expect(asked).toEqual([]);
  });
  it('is verified with the log that still holds it', async () => {
    expect(JSON.parse((await run(url, '--receipt', at('receipt'), '--json')).out)).toMatchObject({
      ok: true,
      log: { size: 600 },
      keys: 'first use',
      receipt: { size: 300, index: 7, entry: { n: 7 } },
    });
  });
  it('shows that the log was rewritten since', async () => {
    writeFileSync(
      at('receipt'),
      proofFile(
        7,
        entriesTo(300, 1).with(7, Buffer.from('{"n":7}')),
        checkpoint(entriesTo(300, 1).with(7, Buffer.from('{"n":7}')), [key]),
        extra,
      ),
    );
    expect(await run(url, '--receipt', at('receipt'))).toMatchObject({ code: 1, out: expect.stringContaining('fork') });
  });
  it('that was tampered with is refused', async () => {
    writeFileSync(at('receipt'), receiptOf(entriesTo(300)).replace('index 7', 'index 8'));
    expect(await run('--receipt', at('receipt'), '--key', key.vkey)).toMatchObject({
      code: 1,
      out: expect.stringContaining('not_included  receipt  #8'),
    });
  });
});

describe('a watch over a log', () => {
  it('follows it from checkpoint to checkpoint and sees it rolled back', async () => {
    const kept = at('kept');
    expect(await run(url, '--save', kept)).toMatchObject({ code: 0 });
    expect(readFileSync(kept, 'utf8')).toBe(checkpoint(entriesTo(600), [key]));
    writeFiles(at('log'), logFiles(entriesTo(700), [key]));
    expect(await run(url, '--since', kept, '--save', kept)).toMatchObject({ code: 0, out: expect.stringContaining('size 600') });
    writeFiles(at('log'), logFiles(entriesTo(600), [key]));
    expect(await run(url, '--since', kept, '--save', kept)).toMatchObject({ code: 1, out: expect.stringContaining('rollback') });
    expect(readFileSync(kept, 'utf8')).toBe(checkpoint(entriesTo(700), [key]));
  });
  it('holds it to the witnesses that are named', async () => {
    expect(await run(at('log'), '--witness', witness.vkey)).toMatchObject({ code: 1, out: expect.stringContaining('cosignature_missing') });
    const d = entriesTo(600);
    writeFileSync(at('log/checkpoint'), checkpoint(d, [key]) + cosignature(checkpointText(key.name, d), witness, 1_790_000_000));
    expect(await run(at('log'), '--witness', witness.vkey)).toMatchObject({ code: 0, out: expect.stringContaining('2026-09-21T') });
  });
});

describe('where nothing can be judged it ends with 2', () => {
  it.each([
    ['without a log', []],
    ['with two logs', ['one', 'two']],
    ['with an option that there is not', ['log', '--fast']],
    ['with a key that is none', ['log', '--key', 'words']],
    ['with the key of a witness for that of a log', ['log', '--key', witness.vkey]],
    ['with a receipt but no key', ['--receipt', 'receipt']],
    ['with a folder that is not there', ['nowhere']],
    ['with a server that is not there', ['http://127.0.0.1:1/log']],
  ])('%s', async (_how, args) => {
    const { code, out } = await run(...args);
    expect(code).toBe(2);
    expect(out).toMatch(/FAULT 故障 {2}(?:usage|unreachable)/);
  });
  it.each([403, 503])('with a server that answers %i', async (status) => {
    statusOf = (path) => (path.endsWith('tile/0/000') ? status : undefined);
    expect(await run(url)).toMatchObject({ code: 2, out: expect.stringContaining(`HTTP ${status}`) });
  });
  it('with a log that offers no key', async () => {
    removeFiles(at('log'), ['verifier-keys']);
    expect(await run(at('log'))).toMatchObject({ code: 2, out: expect.stringContaining('key_missing') });
  });
});
