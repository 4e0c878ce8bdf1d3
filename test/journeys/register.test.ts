import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import { accept, ask, assemble, revoke, toEntitlement, type Cast } from '../../infra/local/journey/journey.ts';
import { question } from '../../infra/local/journey/material.ts';
import { parseCsv } from '../disclosure/csv.ts';
import { parseXml } from '../disclosure/xml.ts';
import { openTestHost, freshFolder } from '../support/host.ts';
import { disclosures } from '../support/ledger.ts';
import { material, quiet } from '../support/trading.ts';

type Shown = { readonly index: number; readonly event: string; readonly kind: string; readonly record: string; readonly action: string };
type Standing = { readonly kind: string; readonly record: string; readonly disclosed: Readonly<Record<string, unknown>> };

const { folder, remove } = freshFolder();
let host: Host;
let cast: Cast;
let made: Awaited<ReturnType<typeof toEntitlement>>;

const fetched = async (address: string): Promise<Response> => fetch(new URL(address, `${host.origin}/v1/disclosure/`));
const read = async <T>(address: string): Promise<T> => (await (await fetched(address)).json()) as T;
const register = async (name: string, q = ''): Promise<readonly Standing[]> =>
  (await read<{ items: readonly Standing[] }>(`register?register=${name}&q=${encodeURIComponent(q)}`)).items;
/** All entries of a list, page by page. */
const walk = async (filter: string): Promise<readonly Shown[]> => {
  const entries: Shown[] = [];
  for (let before = ''; ;) {
    const page = await read<{ items: readonly Shown[]; next?: number }>(`entries?limit=7${filter}${before}`);
    entries.push(...page.items);
    if (page.next === undefined) return entries;
    before = `&before=${page.next}`;
  }
};

beforeAll(async () => {
  host = await openTestHost({ HARBOUR_FOLDER: folder });
  cast = await assemble(host.origin);
  made = await toEntitlement(cast, material, quiet);
  const { query } = await ask(cast, made.entitlement, question(material));
  await accept(cast, made.order, quiet);
  await revoke(cast, made.grant, made.entitlement, query, question(material), quiet);
  await host.idle();
}, 60_000);
afterAll(async () => {
  await host.close();
  remove();
});

describe('the public register', () => {
  it('shows a visitor every entry of the published log once, newest first', async () => {
    const published = await disclosures(host.origin);
    const shown = (await walk('')).filter(({ kind }) => kind !== 'log');
    expect(shown.map(({ event }) => event)).toEqual(published.map(({ event }) => event).toReversed());
  });

  it('shows what is authorised, decided, on offer and paid, as it stands now', async () => {
    const stands = async (name: string, kind: string) =>
      (await register(name)).filter((one) => one.kind === kind).map(({ record, disclosed }) => [record, disclosed['status']]);
    expect(await stands('authorisations', 'grant')).toEqual([[made.grant.id, 'revoked']]);
    expect(await stands('authorisations', 'agreement')).toEqual([[made.grant.links['agreement'], 'active']]);
    expect(await stands('scenarios', 'scenario')).toEqual([[made.scenario.id, 'approved']]);
    expect(await stands('products', 'listing')).toEqual([[made.listing.id, 'listed']]);
    expect((await register('prices')).map(({ record, disclosed }) => [record, disclosed['priceFen']])).toEqual([
      [made.order.id, made.listing.data['priceFen']],
    ]);
    expect((await register('organisations')).length).toBeGreaterThan(5);
  });

  it('finds a product by words of its title, and tells whose it is', async () => {
    const title = (made.listing.data['title'] as { zh: string }).zh;
    expect((await register('products', title)).map(({ record }) => record)).toContain(made.listing.id);
    const { names } = await read<{ names: Readonly<Record<string, { zh: string }>> }>(`entries?record=${made.listing.id}`);
    expect(names[cast.agent.organisation]?.zh).toBeTruthy();
    expect(await register('products', '没有这样的产品')).toEqual([]);
  });

  it('tells of the operator what concerns it, the trade of its product among it, and nothing of the buyer', async () => {
    const operator = await walk(`&organisation=${cast.agent.organisation}`);
    expect(operator.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['agreement', 'grant', 'scenario', 'product', 'listing', 'order']),
    );
    expect(operator.filter(({ kind }) => kind === 'order').map(({ record }) => record)).toContain(made.order.id);
    const buyer = await walk(`&organisation=${cast.buyer.organisation}`);
    expect(new Set(buyer.map(({ kind }) => kind))).toEqual(new Set(['organisation']));
    const page = await read<{ counts: Readonly<Record<string, number>> }>(`organisations/${cast.agent.organisation}`);
    expect(page.counts['order']).toBe(operator.filter(({ kind }) => kind === 'order').length);
  });

  it('feeds readers in Atom and JSON, and spreadsheets in CSV', async () => {
    const feed = await fetched('feed.atom?kind=grant');
    expect(feed.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
    const entries = parseXml(await feed.text()).children.filter(({ name }) => name === 'entry');
    const json = await fetched('feed.json?kind=grant');
    expect(json.headers.get('content-type')).toBe('application/feed+json; charset=utf-8');
    const { items } = (await json.json()) as { items: readonly { id: string; url: string }[] };
    expect(entries.map(({ children }) => children.find(({ name }) => name === 'id')?.text)).toEqual(items.map(({ id }) => id));
    expect((await read<{ entry: Shown }>(items[0]?.url ?? '')).entry).toMatchObject({ kind: 'grant', action: 'revoke' });
    const csv = await fetched('entries?format=csv&kind=grant');
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="entries.csv"');
    // as bytes, for the text of an answer leaves out its mark of UTF-8
    expect(parseCsv(Buffer.from(await csv.arrayBuffer()).toString())).toHaveLength(1 + items.length);
  });

  it('counts the query that was released for the resource under it, and shows it when it is a day old', async () => {
    const usage = async () => read<{ items: readonly object[]; floor: number }>(`usage?resource=${made.resource.id}`);
    expect((await usage()).items).toEqual([]);
    await host.close();
    host = await openTestHost({ HARBOUR_FOLDER: folder, HARBOUR_CLOCK: new Date(Date.now() + 26 * 3_600_000).toISOString() });
    const { items, floor } = await usage();
    expect(floor).toBeGreaterThan(1);
    expect(items).toEqual([expect.objectContaining({ kind: 'OTHER', scenario: made.scenario.id, count: 1 })]);
    expect(JSON.stringify(await usage())).not.toContain(cast.buyer.organisation);
  });
});
