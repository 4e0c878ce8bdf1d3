import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Manifest } from '../../infra/local/archive.ts';
import { signIn, until, type View } from '../../infra/local/journey/client.ts';
import { accept, ask, assemble, toEntitlement, type Cast } from '../../infra/local/journey/journey.ts';
import { embedded, question } from '../../infra/local/journey/material.ts';
import { runScript } from '../support/command.ts';
import { webSource } from '../../verifier/source.js';
import { visit } from '../support/ledger.ts';
import { freshFolder, startHost, type HostProcess } from '../support/host.ts';

// Each test starts processes, which takes its time where the machine has other work.
jest.setTimeout(60_000);

const { folder: place, remove } = freshFolder();
const at = (name: string): string => join(place, name);
const backup = (from: string, to: string) => runScript('infra/local/backup.ts', [at(to)], { HARBOUR_FOLDER: at(from) });
const restore = (from: string, to: string) => runScript('infra/local/restore.ts', [at(from)], { HARBOUR_FOLDER: at(to) });
const manifestOf = (name: string): Manifest => JSON.parse(readFileSync(at(`${name}/manifest.json`), 'utf8')) as Manifest;

let host: HostProcess;
let cast: Cast;
let order: View;
let query: View;
let rows: number;
type Log = { readonly origin: string; readonly url: string; readonly size: number; readonly earlier: readonly Log[] };
let log: Log;
/** What the log that a host has begun is called below its address. */
const begunBy = ({ origin }: Log): string => origin.slice(origin.indexOf('/'));
let begun: string;

beforeAll(async () => {
  host = await startHost(at('host'));
  cast = await assemble(host.origin);
  const made = await toEntitlement(cast, embedded, () => undefined);
  order = made.order;
  const asked = await ask(cast, made.entitlement, question(embedded));
  query = asked.query;
  rows = asked.result.rows.length;
  log = await cast.buyer.get('/v1/disclosure/log');
  // The journey goes on while the copy is taken.
  const [taken] = await Promise.all([backup('host', 'copy'), accept(cast, order, () => undefined)]);
  if (taken.code !== 0) throw new Error(taken.err);
});
afterAll(async () => {
  await host.kill('SIGKILL');
  remove();
});

describe('a backup that was taken while the host was at work', () => {
  it('is a folder that only its owner may read, with a manifest of every file in it', () => {
    const { files } = manifestOf('copy');
    const found = readdirSync(at('copy'), { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
    expect(found).toHaveLength(files.length + 1);
    expect(statSync(at('copy')).mode & 0o777).toBe(0o700);
    expect(statSync(at('copy/secret')).mode & 0o777).toBe(0o600);
    expect(files.map((f) => f.path)).toEqual(expect.arrayContaining(['harbour.sqlite', 'openid/openid.sqlite', 'secret']));
  });

  it('becomes another host that has the records, the objects and the ended ledger, and begins a ledger of its own', async () => {
    expect(await restore('copy', 'second')).toMatchObject({ code: 0, err: '' });
    const second = await startHost(at('second'));
    try {
      const buyer = await signIn(second.origin, cast.buyer.person);
      const restored = await buyer.get(`/v1/orders/${order.id}`);
      expect(restored.version).toBeGreaterThanOrEqual(order.version);
      expect((await buyer.get<{ rows: readonly unknown[] }>(`/v1/queries/${query.id}/result`)).rows).toHaveLength(rows);
      const again = await assemble(second.origin);
      // What the lost host has published after the backup nobody here knows: its log ends, and another begins.
      const restoredLog = await until('another log begins', async () => {
        const found = await buyer.get<Log>('/v1/disclosure/log');
        return found.size > 0 ? found : undefined;
      });
      expect(restoredLog.origin).toMatch(new RegExp(`^${new URL(second.origin).host}/log/2-[0-9a-f]{8}$`));
      begun = begunBy(restoredLog);
      expect(restoredLog.earlier).toMatchObject([{ origin: log.origin }]);
      expect(restoredLog.earlier[0]?.size).toBeGreaterThanOrEqual(log.size);
      const logs = await Promise.all([`${second.origin}/log/`, restoredLog.url].map(async (url) => visit(webSource(url))));
      expect(logs.map(({ problems }) => problems)).toEqual([[], []]);
      expect(logs[1]?.entries[0]).toMatchObject({ kind: 'log', disclosed: { after: [{ origin: log.origin }] } });
      const published = logs[0]?.entries.find((entry) => entry.record === order.id)?.event ?? '';
      const receipt = await buyer.download(`/v1/disclosure/receipts?event=${published}`);
      expect(Buffer.from(receipt).toString()).toContain(`\n\n${log.origin}\n`);
      await ask(again, String(restored.data['entitlement']), question(embedded));
    } finally {
      await second.kill('SIGKILL');
    }
  });

  it('becomes a third host, whose ledger has another name than the second one’s', async () => {
    await restore('copy', 'another');
    const third = await startHost(at('another'));
    try {
      const told = (await (await fetch(`${third.origin}/v1/disclosure/log`)).json()) as Log;
      expect(begunBy(told)).toMatch(/^\/log\/2-/);
      expect(begunBy(told)).not.toBe(begun);
    } finally {
      await third.kill('SIGKILL');
    }
  });

  it('is not put over a folder that is in use or not empty', async () => {
    expect(await restore('copy', 'host')).toMatchObject({ code: 1, err: expect.stringContaining('正在使用') });
    writeFileSync(at('note'), 'mine');
    expect(await restore('copy', '.')).toMatchObject({ code: 1, err: expect.stringContaining('is not empty') });
  });

  it('is not written over anything either', async () => {
    expect(await backup('host', 'copy')).toMatchObject({ code: 1, err: expect.stringContaining('is not empty') });
  });

  it('is refused whole when a file in it is cut short, and leaves nothing behind', async () => {
    expect(await backup('host', 'damaged')).toMatchObject({ code: 0 });
    const object = manifestOf('damaged').files.find((f) => f.path.startsWith('objects'));
    truncateSync(at(`damaged/${object?.path ?? ''}`), 1);
    expect(await restore('damaged', 'third')).toMatchObject({ code: 1, err: expect.stringContaining('differs from the manifest') });
    expect(readdirSync(place).filter((name) => name.startsWith('third'))).toEqual([]);
  });

  it('is not taken where there is no host', async () => {
    expect(await backup('nowhere', 'empty')).toMatchObject({ code: 1, err: expect.stringContaining('There are no records') });
  });
});

describe('a folder', () => {
  it('takes one host at a time, and says so to the second', async () => {
    const second = await runScript('infra/local/start.mjs', [], { PORT: '0', HARBOUR_FOLDER: at('host') });
    expect(second).toMatchObject({ code: 1, err: expect.stringMatching(/正在使用.*Another process/) });
  });
});
