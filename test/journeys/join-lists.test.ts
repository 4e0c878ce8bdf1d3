import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import { assemble, assess, authorise, catalogue, list, load, trade, type Cast } from '../../infra/local/journey/journey.ts';
import type { Session, View } from '../../infra/local/journey/client.ts';
import type { Material } from '../../infra/local/journey/material.ts';
import { describeUnless } from '../support/availability.ts';
import { openBrowser, openWatchedPage, signInAs } from '../support/browser.ts';
import { openTestHost } from '../support/host.ts';
import { becomes, historyOf, quiet, sessionOf, tries, wants } from '../support/trading.ts';

const browser = await openBrowser();
const [opened, missing] = typeof browser === 'string' ? [undefined, browser] : [browser];
/** 20 schools of 15 pupils, in two districts; one pupil is the only one of a school. */
const secret = 7_777;
const pupils = Array.from({ length: 300 }, (_, n) => `${n % 2 === 0 ? '海陵' : '高港'},S${Math.floor(n / 15)},${100 + n},P${n}`);
const material: Material = {
  title: { zh: '学生补助统计', en: 'Grants to pupils' },
  fileName: 'grants.csv',
  header: ['district', 'school', 'grant', 'pupil'],
  content: () => Readable.from([`district,school,grant,pupil\n${[...pupils, `海陵,S900,${secret},P900`].join('\n')}\n`]),
  dimensions: ['district'],
  measures: ['grant'],
  entity: 'pupil',
  joinable: ['school'],
};
const schools = (count: number) => Array.from({ length: count }, (_, n) => `S${n}`);

let host: Host;
let cast: Cast;
let listing: View;
let entitlement: string;

const named = (name: string, who: Session = cast.buyer, under = entitlement) =>
  wants(who, 'join-lists', { entitlement: under, name, column: 'school' });
/** Puts keys where the host says, and submits them. */
const putUp = async (id: string, keys: readonly string[] | Buffer, who: Session = cast.buyer): Promise<View> => {
  const { body: place } = await who.send<{ url: string; method: string }>('POST', `/v1/join-lists/${id}/upload`, {});
  const content = Buffer.isBuffer(keys) ? keys : `${keys.join('\n')}\n`;
  await fetch(place.url, { method: place.method, body: content });
  await who.act({ id }, 'join-lists', 'submit');
  return becomes(who, 'join-lists', id, 'ready', 'refused');
};
const bring = async (name: string, keys: readonly string[], who: Session = cast.buyer, under = entitlement): Promise<View> =>
  putUp((await named(name, who, under)).body.id, keys, who);
const ask = async (sql: string, who: Session = cast.buyer, under = entitlement): Promise<string | readonly (readonly unknown[])[]> => {
  const { id } = await who.create('queries', { entitlement: under, sql });
  const query = await becomes(who, 'queries', id, 'released', 'refused', 'withheld');
  if (query.status !== 'released') return query.status === 'refused' ? String(query.data['code']) : query.status;
  return (await who.get<{ rows: readonly (readonly unknown[])[] }>(`/v1/queries/${id}/result`)).rows;
};
const joined = (name: string, shown = 'sum("grant")') => `SELECT ${shown} FROM data JOIN ${name} ON data.school = ${name}.key`;
const sum = (count: number) => Array.from({ length: count * 15 }, (_, n) => 100 + n).reduce((all, each) => all + each, 0);

beforeAll(async () => {
  host = await openTestHost();
  cast = await assemble(host.origin);
  const resource = await catalogue(cast, material, quiet);
  const scenario = await assess(cast, material, await authorise(cast, material, resource, quiet), quiet);
  listing = await list(cast, material, scenario, await load(cast, material, scenario, resource, quiet), quiet);
  entitlement = String((await trade(cast, listing, quiet)).data['entitlement']);
}, 90_000);
afterAll(async () => {
  await opened?.close();
  await host.close();
});

describe('a list that a buyer brings', () => {
  it('is what questions of its contract may be joined with, once it is admitted', async () => {
    expect((await bring('mine', schools(10))).status).toBe('ready');
    expect(await ask(joined('mine'))).toEqual([[sum(10)]]);
    expect(await ask(joined('theirs'))).toBe('list_unknown');
  });

  it('is tried beside a question before it is there', async () => {
    const { body } = await cast.buyer.send<{ accepted: boolean; predicates: readonly string[]; sample: { rows: unknown } }>(
      'POST',
      `/v1/listings/${listing.id}/preview`,
      { sql: joined('any_other', 'count(*)') },
    );
    expect(body).toMatchObject({
      accepted: true,
      predicates: [expect.stringContaining('list_0')],
      sample: { rows: [[expect.any(Number)]] },
    });
  });

  it('tells its buyer neither how many of its keys stand in the data nor how many lists there are', async () => {
    const view = await cast.buyer.get(`/v1/join-lists/${entitlement}.mine`);
    expect(Object.keys(view.data).toSorted()).toEqual(['attempt', 'column', 'entitlement', 'name', 'product']);
    expect(JSON.stringify(await historyOf(cast.buyer, 'join-lists', view.id))).not.toMatch(/version":\s*\d+,"object|S1\b/);
  });

  it('keeps nothing of what was put up but the keys that stand in the data', async () => {
    await host.idle();
    expect(await host.ports.blobs.list('quarantine/')).toEqual([]);
  });

  it.each([
    ['not text', Buffer.from([0x53, 0xba, 0xa3, 0x0a]), { code: 'list_unreadable' }],
    ['with a control character', ['S1', 'S\u0007'], { code: 'list_unreadable', line: 2 }],
    ['of empty lines', ['', ' '], { code: 'list_missing' }],
  ])('%s is refused with its line and what to do, and may be put up again', async (_name, keys, refusal) => {
    const { body } = await named(`bad_${refusal.code}${'line' in refusal ? '_at' : ''}`);
    const refused = await putUp(body.id, keys);
    expect(refused.data).toMatchObject({ ...refusal, zh: expect.stringMatching(/[一-鿿]/), en: expect.any(String) });
    expect((await putUp(body.id, schools(8))).status).toBe('ready');
  });

  it('is made for a column that the rule names, under a contract of one’s own, once by each name', async () => {
    expect((await wants(cast.buyer, 'join-lists', { entitlement, name: 'wrong', column: 'district' })).status).toBe(201);
    expect((await tries(cast.buyer, 'join-lists', `${entitlement}.wrong`, 'submit')).body.code).toBe('column_not_joinable');
    expect((await named('mine')).body.code).toBe('already_exists');
    for (const name of ['data', 'My List', 'x;drop']) expect((await named(name)).body.code).toBe('invalid_input');
    const yard = await sessionOf(host.origin, 'shipyard', 'buyer.agent');
    expect((await named('mine', yard)).status).toBe(422);
    for (const person of [yard, cast.agent, cast.venueLead])
      expect((await person.send('POST', `/v1/join-lists/${entitlement}.mine/upload`, {})).status).toBeGreaterThanOrEqual(403);
  });

  it('costs a query of the contract each time, whatever comes of it', async () => {
    const left = async () => host.ports.records.left(`queries#${entitlement}`);
    const before = (await left()) ?? 0;
    const { body } = await named('costly');
    await putUp(body.id, ['S1', 'S\u0007']);
    await putUp(body.id, schools(6));
    expect(await left()).toBe(before - 2);
  });

  it('serves no question once it is retired', async () => {
    await bring('brief', schools(7));
    await tries(cast.buyer, 'join-lists', `${entitlement}.brief`, 'retire', { reason: '不再使用' });
    expect(await ask(joined('brief'))).toBe('list_unknown');
  });

  it('is on record for the auditor, by version and without keys', async () => {
    const auditor = await sessionOf(host.origin, 'audit', 'auditor');
    const view = await auditor.get(`/v1/join-lists/${entitlement}.mine`);
    expect(view.data).toMatchObject({ version: 1, column: 'school' });
    expect(JSON.stringify(view)).not.toContain('S1');
  });
});

describe('two buyers whose lists differ by one school of one pupil', () => {
  let yard: Cast;
  let other: string;
  beforeAll(async () => {
    yard = {
      ...cast,
      buyer: await sessionOf(host.origin, 'shipyard', 'buyer.agent'),
      buyerSignatory: await sessionOf(host.origin, 'shipyard', 'buyer.signatory'),
    };
    other = String((await trade(yard, listing, quiet)).data['entitlement']);
  }, 60_000);

  it('do not learn what it gets, though both lists are admitted', async () => {
    await bring('with_it', [...schools(12), 'S900']);
    await bring('without_it', schools(12), yard.buyer, other);
    const answers = [await ask(joined('with_it')), await ask(joined('without_it'), yard.buyer, other)];
    expect(answers.filter((told) => told === 'query_failed')).toHaveLength(1);
    expect(JSON.stringify(answers)).not.toContain(String(secret));
  });

  it('do not learn it either from a list and the whole', async () => {
    await bring('all_but_one', schools(20), yard.buyer, other);
    const answers = [await ask('SELECT sum("grant") FROM data'), await ask(joined('all_but_one'), yard.buyer, other)];
    const [whole, rest] = answers.map((told) => (typeof told === 'string' ? undefined : Number(told[0]?.[0])));
    expect(whole === undefined || rest === undefined || whole - rest !== secret).toBe(true);
    expect(answers).toContain('query_failed');
  });
});

describeUnless(missing, 'the page of a list', () => {
  it('takes the keys, follows until they are admitted, and says how to ask with them', async () => {
    const broken: string[] = [];
    const page = await openWatchedPage(opened, (what) => broken.push(what), 390);
    await signInAs(page, host.origin, cast.buyer.person);
    await page.goto(`${host.origin}/entitlements/${entitlement}`);
    await page.getByRole('link', { name: '新建连接名单' }).click();
    await page.getByLabel('名称（必填）').fill('by_page');
    await page.getByLabel('列（必填）').fill('school');
    await page.locator('form button[type=submit]').click();
    await page.getByLabel('名单（每行一个值）').fill(schools(9).join('\n'));
    await page.getByRole('button', { name: '提交名单' }).click();
    await page.getByRole('heading', { name: '如何使用' }).waitFor();
    expect(await page.locator('pre').first().textContent()).toContain('JOIN by_page ON data."school" = by_page.key');
    expect(broken).toEqual([]);
  }, 60_000);
});
