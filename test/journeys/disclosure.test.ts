import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Entry } from '../../contracts/disclosure.ts';
import type { Standing } from '../../functions/disclosure/ledger.ts';
import type { Host } from '../../infra/local/host.ts';
import { organisations } from '../../infra/local/demo/people.ts';
import { accept, ask, assemble, revoke, toEntitlement, type Cast } from '../../infra/local/journey/journey.ts';
import { question } from '../../infra/local/journey/material.ts';
import { readKeys, openLog, verifyEntries } from '../../verifier/log.js';
import { verifyReceipt } from '../../verifier/receipt.js';
import { webSource, type Source } from '../../verifier/source.js';
import type { Session } from '../../infra/local/journey/client.ts';
import { freshFolder, openTestHost } from '../support/host.ts';
import { disclosures, visit } from '../support/ledger.ts';
import { historyOf, material, quiet, sessionOf, tries } from '../support/trading.ts';

type Log = { readonly origin: string; readonly url: string; readonly size: number; readonly keys: readonly string[] };

const { folder, remove } = freshFolder();
const sql = question(material);
const secrets = { purpose: '评估网点布局与服务需求。', reason: '演示：授权撤销', claim: '内部复核发现的问题' };
let host: Host;
let cast: Cast;
let made: Awaited<ReturnType<typeof toEntitlement>>;
/** Where each record of the trade is, and who may read the whole of its history. */
let records: readonly (readonly [plural: string, kind: string, id: string])[];

const all = async (): Promise<readonly Entry[]> => disclosures(host.origin);
const source = (): Source => webSource(`${host.origin}/log/`);
const file = async (path: string): Promise<Response> => fetch(`${host.origin}/log/${path}`);
const receipt = async (session: Session, event: string) =>
  verifyReceipt(await session.download(`/v1/disclosure/receipts?event=${event}`), { keys: await readKeys(source()), witnesses: [] });
const openedIn = async (session: Session, event: string): Promise<readonly string[]> =>
  (await receipt(session, event)).receipt.openings.map((o) => o.field).toSorted();

beforeAll(async () => {
  host = await openTestHost({ HARBOUR_FOLDER: folder });
  cast = await assemble(host.origin);
  made = await toEntitlement(cast, material, quiet);
  const { query } = await ask(cast, made.entitlement, sql);
  await accept(cast, made.order, quiet);
  await revoke(cast, made.grant, made.entitlement, query, sql, quiet);
  await cast.venueLead.act(made.listing, 'listings', 'suspend', { reason: secrets.claim });
  await host.idle();
  const order = await cast.buyer.get(`/v1/orders/${made.order.id}`);
  const assessment = String((await cast.agent.get(`/v1/scenarios/${made.scenario.id}`)).data['assessment']);
  records = [
    ['resources', 'resource', made.resource.id],
    ['agreements', 'agreement', String(made.grant.links['agreement'])],
    ['grants', 'grant', made.grant.id],
    ['scenarios', 'scenario', made.scenario.id],
    ['assessments', 'assessment', assessment],
    ['datasets', 'dataset', made.dataset.id],
    ['products', 'product', String(made.listing.data['product'])],
    ['listings', 'listing', made.listing.id],
    ['contracts', 'contract', String(order.data['contract'])],
    ['orders', 'order', order.id],
    ['entitlements', 'entitlement', made.entitlement],
    ['queries', 'query', query.id],
  ];
}, 60_000);
afterAll(async () => {
  await host.close();
  remove();
});

describe('the public ledger', () => {
  it('holds every disclosed event of the trade once, in the order in which it happened, and nothing else of it', async () => {
    const entries = await all();
    const auditor = await sessionOf(host.origin, 'audit', 'auditor');
    let total = 0;
    for (const [plural, kind, id] of records) {
      const disclosed = (await historyOf(auditor, plural, id)).filter((line) => line.disclosed).map((line) => `${kind}.${id}.${line.n}`);
      expect([kind, entries.filter((e) => e.kind === kind && e.record === id).map((e) => e.event)]).toEqual([kind, disclosed]);
      total += disclosed.length;
    }
    expect(total).toBeGreaterThanOrEqual(13);
    expect(new Set(entries.map((e) => e.event)).size).toBe(entries.length);
    expect(entries.filter((e) => e.kind === 'organisation')).toHaveLength(organisations.length);
  });

  it('is served as plain files that the verifier accepts, and nothing that is missing is called forbidden', async () => {
    const log = await openLog(source());
    await verifyEntries(log);
    const told = await cast.buyer.get<Log>('/v1/disclosure/log');
    expect(told).toMatchObject({ origin: log.checkpoint.origin, size: log.checkpoint.size, url: `${host.origin}/log/` });
    expect(told.keys).toEqual((await (await file('verifier-keys')).text()).trim().split('\n'));
    expect((await file('checkpoint')).headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const { size } = log.checkpoint;
    const tile = await file(`tile/0/000.p/${size}`);
    expect([tile.status, tile.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
    expect(tile.headers.get('cache-control')).toContain('immutable');
    const tag = (await file('checkpoint')).headers.get('etag') ?? '';
    const again = async (known: string): Promise<number> =>
      (await fetch(`${host.origin}/log/checkpoint`, { headers: { 'if-none-match': known } })).status;
    expect([await again(tag), await again(`W/${tag}`), await again(`"x", ${tag}`), await again('"x"')]).toEqual([304, 304, 304, 200]);
    for (const path of [`tile/0/000.p/${size + 1}`, 'tile/0/000', 'tile', '', '..%2fsecret', '.incoming', 'checkpoint/x'])
      expect([path, (await file(path)).status]).toEqual([path, 404]);
  });

  it('gives everyone a receipt of an entry, and those entitled what opens its commitments', async () => {
    const entries = await all();
    for (const { event } of entries.slice(-12)) {
      const { receipt: proven } = await receipt(cast.buyer, event);
      expect(proven.entry).toEqual(entries.find((e) => e.event === event));
    }
    const signed = entries.find((e) => e.kind === 'contract' && e.action === 'sign') ?? entries[0];
    const event = signed?.event ?? '';
    const buyers = await openedIn(cast.buyer, event);
    expect(buyers).toEqual(expect.arrayContaining(['buyer', 'digest', 'seller']));
    expect(await openedIn(await sessionOf(host.origin, 'audit', 'auditor'), event)).toEqual(expect.arrayContaining([...buyers]));
    expect(await openedIn(cast.agent, event)).toEqual(expect.arrayContaining(['digest']));
    expect(await openedIn(cast.steward, event)).toEqual([]);
  });

  it('says since when a record stands in it', async () => {
    const { items } = await cast.buyer.get<{ items: readonly Standing[] }>(
      `/v1/disclosure/standing?kind=listing&record=${made.listing.id}`,
    );
    const entries = (await all()).filter((e) => e.record === made.listing.id);
    expect(items.map((i) => i.event)).toEqual(entries.map((e) => e.event));
    for (const { sequenced } of items) expect(Date.parse(sequenced?.since ?? '')).toBeLessThanOrEqual(Date.now());
    expect(await cast.buyer.get(`/v1/disclosure/standing?kind=listing&record=none`)).toEqual({ items: [] });
  });

  it('says nothing of a buyer’s purpose and questions, of reasons, of people, of the parties of a trade, or of prices that are not public', async () => {
    const text = JSON.stringify(await all());
    const people = organisations.flatMap((o) => o.people);
    const personal = [...people.map((p) => p.email), ...people.map((p) => p.name), ...people.map((p) => `"${p.id}"`)];
    for (const secret of [...Object.values(secrets), sql, 'SELECT', '@', 'HK', ...personal])
      expect([secret, text.includes(secret)]).toEqual([secret, false]);
    const contract = (await all()).filter((e) => e.kind === 'contract');
    expect(contract.map((e) => Object.keys(e.disclosed).toSorted())).toEqual([['id', 'signedAt']]);
    const trades = (await all()).filter((e) => e.kind === 'order');
    expect(trades.map((e) => Object.keys(e.disclosed).toSorted())).toEqual(trades.map(() => ['id', 'priceFen', 'product', 'status']));
    for (const trade of trades) expect(JSON.stringify(trade)).not.toContain(cast.buyer.organisation);
  });

  it('survives the end of its host, and goes on where it stood', async () => {
    const { noted, entries } = await visit(source());
    await host.close();
    host = await openTestHost({ HARBOUR_FOLDER: folder });
    cast = await assemble(host.origin);
    expect((await tries(cast.agent, 'listings', made.listing.id, 'delist', { reason: secrets.claim })).status).toBe(200);
    expect((await tries(cast.venueLead, 'listings', made.listing.id, 'delist', { reason: secrets.claim })).status).toBe(200);
    await host.idle();
    const after = await visit(source(), noted);
    expect(after.problems).toEqual([]);
    expect(after.entries.slice(0, entries.length)).toEqual(entries);
    expect(after.entries.slice(entries.length).map((e) => [e.kind, e.action])).toContainEqual(['listing', 'delist']);
  });
});
