import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leafHash, verifyInclusion } from '../../functions/disclosure/merkle.ts';
import type { Host } from '../../infra/local/host.ts';
import { organisations } from '../../infra/local/demo/people.ts';
import { accept, ask, assemble, revoke, toEntitlement, type Cast } from '../../infra/local/journey/journey.ts';
import { question } from '../../infra/local/journey/material.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { freshFolder, openTestHost } from '../support/host.ts';
import { historyOf, material, quiet, sessionOf, tries } from '../support/trading.ts';

type Head = { readonly size: number; readonly root: string };
type Entry = {
  readonly event: string;
  readonly kind: string;
  readonly record: string;
  readonly action: string;
  readonly at: string;
  readonly disclosed: Readonly<Record<string, unknown>>;
};

const { folder, remove } = freshFolder();
const sql = question(material);
const secrets = { purpose: '评估网点布局与服务需求。', reason: '演示：授权撤销', claim: '内部复核发现的问题' };
let host: Host;
let cast: Cast;
let made: Awaited<ReturnType<typeof toEntitlement>>;
/** Where each record of the trade is, and who may read the whole of its history. */
let records: readonly (readonly [plural: string, kind: string, id: string])[];

const read = async <T>(path: string): Promise<T> => (await (await fetch(`${host.origin}/v1/disclosure/${path}`)).json()) as T;
const all = async (): Promise<readonly Entry[]> => {
  const entries: Entry[] = [];
  for (let from: number | undefined = 0; from !== undefined;) {
    const page: { items: readonly { index: number; entry: Entry }[]; next?: number } = await read(`entries?from=${from}`);
    expect(page.items.map((i) => i.index)).toEqual(page.items.map((_, n) => (from ?? 0) + n));
    entries.push(...page.items.map((i) => i.entry));
    from = page.next;
  }
  return entries;
};
const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');
const verified = async (entry: Entry): Promise<boolean> => {
  const {
    head,
    index,
    entry: proven,
    proof,
  } = await read<{ head: Head; index: number; entry: Entry; proof: readonly string[] }>(`proof?event=${entry.event}`);
  expect(proven).toEqual(entry);
  return verifyInclusion(leafHash(Buffer.from(canonical(entry))), index, head.size, proof.map(bytes), bytes(head.root));
};

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

  it('proves each of its entries to anyone against its root, and none that was changed', async () => {
    const entries = await all();
    for (const entry of entries) expect([entry.event, await verified(entry)]).toEqual([entry.event, true]);
    const { head, index, entry, proof } = await read<{ head: Head; index: number; entry: Entry; proof: readonly string[] }>(
      `proof?event=${entries.at(-1)?.event}`,
    );
    const changed = leafHash(Buffer.from(canonical({ ...entry, at: '2020-01-01T00:00:00.000Z' })));
    expect(verifyInclusion(changed, index, head.size, proof.map(bytes), bytes(head.root))).toBe(false);
  });

  it('says nothing of a buyer’s purpose and questions, of reasons, of people, of the parties of a trade, or of prices that are not public', async () => {
    const text = JSON.stringify(await all());
    const people = organisations.flatMap((o) => o.people);
    const personal = [...people.map((p) => p.email), ...people.map((p) => p.name), ...people.map((p) => `"${p.id}"`)];
    for (const secret of [...Object.values(secrets), sql, 'SELECT', '@', 'HK', ...personal])
      expect([secret, text.includes(secret)]).toEqual([secret, false]);
    const contract = (await all()).filter((e) => e.kind === 'contract');
    expect(contract.map((e) => Object.keys(e.disclosed).toSorted())).toEqual([['digest', 'id', 'signedAt']]);
    const trades = (await all()).filter((e) => e.kind === 'order');
    expect(trades.map((e) => Object.keys(e.disclosed).toSorted())).toEqual(trades.map(() => ['id', 'priceFen', 'product', 'status']));
    for (const trade of trades) expect(JSON.stringify(trade)).not.toContain(cast.buyer.organisation);
  });

  it('survives the end of its host, and goes on where it stood', async () => {
    const [before, entries] = [await read<Head>('head'), await all()];
    await host.close();
    host = await openTestHost({ HARBOUR_FOLDER: folder });
    expect(await read<Head>('head')).toEqual(before);
    expect(await all()).toEqual(entries);
    cast = await assemble(host.origin);
    expect((await tries(cast.agent, 'listings', made.listing.id, 'delist', { reason: secrets.claim })).status).toBe(200);
    expect((await tries(cast.venueLead, 'listings', made.listing.id, 'delist', { reason: secrets.claim })).status).toBe(200);
    await host.idle();
    const after = await all();
    expect(after.slice(0, entries.length)).toEqual(entries);
    expect(after.slice(entries.length).map((e) => [e.kind, e.action])).toEqual([['listing', 'delist']]);
    for (const entry of after) expect([entry.event, await verified(entry)]).toEqual([entry.event, true]);
  });
});
