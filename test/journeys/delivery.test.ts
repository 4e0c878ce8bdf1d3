import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import { until, type Session, type View } from '../../infra/local/journey/client.ts';
import { assemble, type Cast } from '../../infra/local/journey/journey.ts';
import { readCsv } from '../../functions/sandbox/csv-rows.ts';
import { digest } from '../../shared/kernel/digest.ts';
import { describeUnless } from '../support/availability.ts';
import { openBrowser, openWatchedPage, signInAs } from '../support/browser.ts';
import { callService, pollService, type Answer, type Service } from '../support/calls.ts';
import { openHeldWorks } from '../support/held-works.ts';
import { freshFolder, openTestHost } from '../support/host.ts';
import { becomes, entitled, historyOf, key, listAnother, sessionOf, supply, tries, wants, type Supply } from '../support/trading.ts';

type Rolled = { readonly month: string; readonly accessKey: string; readonly usage: Readonly<Record<string, number>> };

const browser = await openBrowser();
const [opened, missing] = typeof browser === 'string' ? [undefined, browser] : [browser];
const { folder, remove } = freshFolder();
const drawn: string[] = [];
const { works, hold, letGo } = openHeldWorks();
const callPriceFen = 250;
let host: Host;
let cast: Cast;
let chain: Supply;
let entitlement: string;
let template: View;
let product: string;

const districts = ['海陵区', '姜堰区', '兴化市', '靖江市', '泰兴市'];
const question = {
  title: { zh: '分区出行量', en: 'Trips by district' },
  summary: '按出发区县统计。',
  sql: 'SELECT from_district, count(*) AS trips FROM data WHERE from_district = $district GROUP BY from_district',
  parameters: [{ name: 'district', title: { zh: '区县', en: 'District' }, type: 'text', values: districts }],
};
const approvedTemplate = async (of: string): Promise<View> => {
  const drafted = await cast.agent.create('templates', { ...question, product: of });
  await cast.agent.act(drafted, 'templates', 'submit');
  await cast.case.act(drafted, 'templates', 'approve');
  return cast.lead.act(drafted, 'templates', 'approve');
};
const openService = async (over: object = {}, who: Session = cast.buyer): Promise<Service> => {
  const made = await who.create('access-keys', {
    entitlement,
    template: template.id,
    title: '网点选址系统',
    perMinute: 300,
    ...over,
  });
  const { body } = await who.send<{ token: string }>('POST', `/v1/access-keys/${made.id}/token`, {});
  drawn.push(body.token);
  return { id: made.id, token: body.token };
};
const call = (service: Service, district: string | undefined, request?: string, waitSeconds?: number) =>
  callService(host.origin, service, district === undefined ? [] : [{ name: 'district', value: district }], request, waitSeconds);
const poll = (service: Service, path: string) => pollService(host.origin, service, path);
const usageOf = async (who: Session, of = entitlement): Promise<readonly Rolled[]> => {
  await host.idle();
  return (await who.get<{ items: readonly Rolled[] }>(`/v1/usage?entitlement=${of}`)).items;
};
const counted = async ({ id }: Service): Promise<Rolled['usage'] | undefined> =>
  (await usageOf(cast.buyer)).find(({ accessKey }) => accessKey === id)?.usage;

beforeAll(async () => {
  host = await openTestHost({ HARBOUR_FOLDER: folder }, { works });
  cast = await assemble(host.origin);
  chain = await supply(cast);
  const listing = await listAnother(cast, chain, { queries: 60, callPriceFen });
  product = String(listing.data['product']);
  ({ entitlement } = await entitled(cast, listing));
  template = await approvedTemplate(product);
}, 60_000);
afterAll(async () => {
  await opened?.close();
  await host.close();
  remove();
});

describe('a product as a service', () => {
  let service: Service;
  const request = randomUUID();

  it('is made of what its page offers: the approved templates of the product', async () => {
    const { items } = await cast.buyer.get<{ items: readonly { readonly id: string }[] }>(`/v1/products/${product}/templates`);
    expect(items.map(({ id }) => id)).toEqual([template.id]);
  });

  it('answers a call that brings the token, with what a query would be answered', async () => {
    service = await openService();
    const { status, body } = await call(service, '海陵区', request);
    expect([status, body.code]).toEqual([200, undefined]);
    expect(body.rows).toHaveLength(1);
    const asked = await cast.buyer.get(`/v1/queries/${body.id}`);
    expect(asked.data).toMatchObject({ template: template.id, service: { accessKey: service.id, requestId: request } });
    expect((await cast.buyer.get<Answer>(`/v1/queries/${body.id}/result`)).rows).toEqual(body.rows);
  });

  it('answers the same request again, also when both are sent at once, and meters it once', async () => {
    const twin = randomUUID();
    const all = await Promise.all([twin, twin, twin, twin.toUpperCase(), request].map(async (id) => call(service, '海陵区', id)));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(all.map(({ body }) => body.id))).toEqual(new Set([`${service.id}.${twin}`, `${service.id}.${request}`]));
    expect(await counted(service)).toMatchObject({ calls: 2, released: 2, rows: 2 });
    expect((await counted(service))?.['bytes']).toBeGreaterThan(10);
  });

  it('refuses another content under the same request', async () => {
    expect((await call(service, '姜堰区', request)).body.code).toBe('key_reused');
  });

  it('is asked by one who is named: the request id is a UUID', async () => {
    expect((await call(service, '海陵区', 'request-1')).body.code).toBe('key_required');
  });

  it('tells where to ask again, if it is not to be waited for', async () => {
    const { status, headers, body } = await call(service, '姜堰区', randomUUID(), 0);
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(body.location);
    const answer = await until('it is answered', async () => {
      const polled = await poll(service, body.location ?? '');
      return polled.status === 200 ? polled : undefined;
    });
    expect(answer.body.rows).toHaveLength(1);
  });

  it.each([
    [[], 'argument_missing'],
    [[{ name: 'district', value: '南京市' }], 'argument_out_of_bounds'],
    [[{ name: 'district', value: "' OR 1=1 --" }], 'argument_out_of_bounds'],
    [[{ name: 'street', value: '海陵区' }], 'argument_unknown'],
    ['海陵区', 'invalid_input'],
  ])('refuses %j as %s, in both languages, and counts nothing', async (given, code) => {
    const before = await counted(service);
    const { status, body } = await callService(host.origin, service, given);
    const { detail, code: told } = body;
    expect([status, told]).toEqual([422, code]);
    expect(detail?.zh).toMatch(/[一-鿿]/);
    expect(detail?.en).toMatch(/^[A-Z]/);
    expect(await counted(service)).toEqual(before);
  });
});

describe('a key', () => {
  it('shows its token once', async () => {
    const { id } = await openService();
    const again = await cast.buyer.send<Answer>('POST', `/v1/access-keys/${id}/token`, {});
    expect(again.body.code).toBe('token_drawn');
  });

  it('opens nothing with another token, with none, or for another service', async () => {
    const [one, other] = [await openService(), await openService()];
    const codes = await Promise.all([
      call({ id: one.id, token: other.token }, '海陵区'),
      call({ id: one.id, token: 'x' }, '海陵区'),
      call({ id: 'nothing', token: one.token }, '海陵区'),
    ]);
    expect(codes.map(({ status, body }) => [status, body.code])).toEqual(Array.from({ length: 3 }, () => [401, 'service_token_invalid']));
    const signedIn = await cast.buyer.send<Answer>('POST', `/v1/services/${one.id}`, { arguments: [] }, key());
    expect(signedIn.body.code).toBe('service_token_invalid');
  });

  it('does not sign its holder in', async () => {
    const { token } = await openService();
    const answer = await fetch(`${host.origin}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(401);
  });

  it('cannot be made for another’s contract, nor for a template of another product', async () => {
    const foreign = await approvedTemplate(chain.product);
    const input = { entitlement, template: foreign.id, title: '他用', perMinute: 10 };
    expect((await wants(cast.buyer, 'access-keys', input)).body).toMatchObject({
      code: 'reference_not_found',
      about: { reference: 'template' },
    });
    const stranger = await sessionOf(host.origin, 'fengcheng', 'operator.agent');
    expect((await wants(stranger, 'access-keys', { ...input, template: template.id })).body.code).toBe('not_permitted');
    const tooFast = await wants(cast.buyer, 'access-keys', { ...input, template: template.id, perMinute: 301 });
    expect(tooFast.body).toMatchObject({ code: 'rate_over_bound', about: { most: 300 } });
  });

  it('may be called as often in a minute as it says, and then is told when to come again', async () => {
    const slow = await openService({ perMinute: 1 });
    const all = await Promise.all(Array.from({ length: 5 }, async () => call(slow, undefined)));
    const late = all.filter(({ status }) => status === 429);
    expect(late.length).toBeGreaterThanOrEqual(3); // a minute may have passed between two of them
    for (const { headers, body } of late) {
      expect(body.code).toBe('rate_limited');
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    }
  });

  it('that is revoked opens nothing more, and what was left of its block goes back to the contract', async () => {
    const quota = async (): Promise<number> => {
      await host.idle();
      const left = await host.ports.records.left(`queries#${entitlement}`);
      return left ?? 0;
    };
    const service = await openService();
    const before = await quota();
    expect((await call(service, '兴化市')).status).toBe(200);
    expect(await quota()).toBeLessThan(before - 1);
    expect((await tries(cast.venueLead, 'access-keys', service.id, 'revoke', { reason: '密钥疑似泄露。' })).status).toBe(200);
    expect((await call(service, '兴化市')).body.code).toBe('access_key_not_live');
    expect(await quota()).toBe(before - 1);

    // Nothing is lost or won where calls and the revocation meet.
    const busy = await openService();
    hold();
    const calls = Array.from({ length: 12 }, async () => call(busy, '兴化市', randomUUID(), 0));
    await Promise.race(calls);
    const [revoked, ...met] = await Promise.all([
      cast.buyer.send('POST', `/v1/access-keys/${busy.id}/revoke`, { reason: '密钥已轮换。' }, key()),
      ...calls,
    ]);
    expect(revoked.status).toBe(200);
    expect(await quota()).toBe(before - 1 - met.filter(({ status }) => status === 202).length);
    await letGo();
    await host.idle();
  });
});

describe('the authority over a service', () => {
  it('refuses the next call where the right to use is suspended, and says which link is not live', async () => {
    const service = await openService();
    hold();
    const running = await call(service, '靖江市', randomUUID(), 0);
    expect(running.status).toBe(202);
    expect((await tries(cast.lead, 'entitlements', entitlement, 'suspend', { reason: '疑似再识别。' })).status).toBe(200);
    const refused = await call(service, '海陵区');
    expect(refused).toMatchObject({ status: 403, body: { code: 'authority_broken', about: { kind: 'entitlement', id: entitlement } } });
    await letGo();
    // What was running is withheld, and metered as such.
    await becomes(await sessionOf(host.origin, 'audit', 'auditor'), 'queries', running.body.id ?? '', 'withheld');
    await cast.case.act({ id: entitlement }, 'entitlements', 'resume');
    await cast.lead.act({ id: entitlement }, 'entitlements', 'resume');
    expect((await poll(service, running.body.location ?? '')).body).toMatchObject({ code: 'authority_broken' });
    expect(await counted(service)).toMatchObject({ calls: 1, withheld: 1 });
  });

  it('ends with its template', async () => {
    const short = await approvedTemplate(product);
    const service = await openService({ template: short.id });
    expect((await call(service, '海陵区')).status).toBe(200);
    await cast.agent.act(short, 'templates', 'retire', { reason: '口径已调整。' });
    await cast.case.act(short, 'templates', 'retire', { reason: '口径已调整。' });
    expect((await call(service, '海陵区')).body).toMatchObject({ code: 'authority_broken', about: { kind: 'template', id: short.id } });
  });

  it('is that of whoever drew its token: when they lose their role it opens nothing, and a colleague makes another', async () => {
    const [colleague, admin] = [await sessionOf(host.origin, 'bank', 'buyer.agent', 1), await sessionOf(host.origin, 'bank', 'org.admin')];
    const service = await openService({}, colleague);
    const { body } = await call(service, '海陵区');
    expect((await historyOf(cast.buyer, 'queries', String(body.id)))[0]?.by).toBe(colleague.person);
    const membership = `${colleague.organisation}:${colleague.person}`;
    expect((await tries(admin, 'memberships', membership, 'end', { reason: '调离岗位。' })).body.code).toBeUndefined();
    expect(await call(service, '海陵区')).toMatchObject({ status: 403, body: { code: 'not_a_member' } });
    expect((await call(await openService(), '海陵区')).status).toBe(200);
  });
});

describe('the quota of a contract', () => {
  it('is never exceeded by 200 calls sent at once, and is used to its last', async () => {
    const quota = 12;
    const { entitlement: small } = await entitled(cast, await listAnother(cast, chain, { queries: quota }));
    const { data } = await cast.buyer.get(`/v1/entitlements/${small}`);
    const of = await approvedTemplate(String(data['product']));
    const [one, other] = [
      await openService({ entitlement: small, template: of.id }),
      await openService({ entitlement: small, template: of.id }),
    ];
    hold();
    const all = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => call(n % 2 === 0 ? one : other, districts[n % districts.length], randomUUID(), 0)),
    );
    expect(new Set(all.map(({ status, body }) => body.code ?? status))).toEqual(new Set([202, 'quota_exhausted']));
    const admitted = all.filter(({ status }) => status === 202).length;
    expect(admitted).toBeLessThanOrEqual(quota);
    const held = await Promise.all([one, other].map(async ({ id }) => cast.buyer.get(`/v1/access-keys/${id}`)));
    const left = await Promise.all(
      held.map(async ({ id, data: { block } }) => (await host.ports.records.left(`queries#service#${id}#${String(block)}`)) ?? 0),
    );
    expect(admitted + left.reduce((sum, n) => sum + n, 0)).toBe(quota);
    expect(await host.ports.records.left(`queries#${small}`)).toBe(0);
    await letGo();
    const metered = (await usageOf(cast.buyer, small)).reduce((sum, { usage }) => sum + (usage['calls'] ?? 0), 0);
    expect(metered).toBe(admitted);
  });
});

describeUnless(missing, 'the page of a service, in a real browser', () => {
  it('makes a key, shows its token once, and ends it', async () => {
    const broken: string[] = [];
    const page = await openWatchedPage(opened, (what) => broken.push(what), 390);
    await signInAs(page, host.origin, cast.buyer.person);
    await page.goto(`${host.origin}/entitlements/${entitlement}/service`);
    await page.getByLabel('标题').fill('移动端报表');
    await page.getByRole('button', { name: '新建密钥', exact: true }).click();
    await page.getByRole('button', { name: '领取密钥' }).click();
    const token = await page.getByText(/^dhs_/).innerText();
    drawn.push(token);
    const id = page.url().split('/').at(-1) ?? '';
    expect(await page.getByText('curl -X POST').innerText()).toContain(`/v1/services/${id}`);
    expect((await call({ id, token }, '海陵区')).status).toBe(200);
    await host.idle();
    await page.reload();
    await page.getByText('curl -X POST').waitFor();
    expect(await page.getByText(token).count()).toBe(0);
    expect(await page.getByRole('button', { name: '领取密钥' }).count()).toBe(0);
    await page.getByRole('link', { name: '密钥、用量与账单' }).click();
    await page.getByRole('row', { name: '移动端报表' }).getByRole('button', { name: '撤销' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '撤销' }).click();
    await page.getByRole('row', { name: '移动端报表' }).getByText('已撤销').waitFor();
    expect((await call({ id, token }, '海陵区')).body.code).toBe('access_key_not_live');
    expect(broken).toEqual([]);
  });
});

describe('the bill of a month', () => {
  const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7);
  const path = () => `/v1/usage/calls?entitlement=${entitlement}&month=${month}`;
  let bill: View;
  let rows: readonly (readonly string[])[];

  it('is the buyer’s line by line, and a count for operator and venue', async () => {
    rows = readCsv(Buffer.from(await cast.buyer.download(path())).toString()).slice(1);
    const rolled = await usageOf(cast.buyer);
    expect(await usageOf(cast.agent)).toEqual(rolled);
    expect(await usageOf(cast.cashier)).toEqual(rolled);
    const { keys } = await cast.agent.get<{ keys: readonly object[] }>(`/v1/usage?entitlement=${entitlement}`);
    expect(keys).toEqual([]); // what a buyer calls its systems is its own affair
    expect(rolled.reduce((sum, { usage }) => sum + (usage['calls'] ?? 0), 0)).toBe(rows.length);
    for (const who of [cast.agent, cast.cashier]) expect((await who.send<Answer>('GET', path())).body.code).toBe('not_permitted');
    const stranger = await sessionOf(host.origin, 'shipyard', 'buyer.agent');
    for (const asked of [path(), `/v1/usage?entitlement=${entitlement}`])
      expect((await stranger.send<Answer>('GET', asked)).body.code).toBe('not_found');
  });

  it('is drawn up when the month is over, from what was metered and nothing else', async () => {
    expect((await cast.buyer.get(`/v1/usage-bills/${entitlement}.${month}`)).status).toBe('metering');
    await host.close();
    host = await openTestHost({ HARBOUR_FOLDER: folder, HARBOUR_CLOCK: new Date(Date.now() + 32 * 86_400_000).toISOString() }, { works });
    cast = await assemble(host.origin);
    bill = await becomes(cast.buyer, 'usage-bills', `${entitlement}.${month}`, 'issued');
    const of = (outcome: string) => rows.filter((row) => row[3] === outcome).length;
    expect(of('released')).toBeGreaterThan(4);
    expect(bill.data).toMatchObject({
      usage: {
        calls: rows.length,
        released: of('released'),
        withheld: of('withheld'),
        rows: rows.reduce((sum, row) => sum + Number(row[4]), 0),
      },
      amountFen: of('released') * callPriceFen,
    });
    expect(readCsv(Buffer.from(await cast.buyer.download(path())).toString()).slice(1)).toEqual(rows);
  });

  it('is paid to the venue, which divides it as every price', async () => {
    const amountFen = Number(bill.data['amountFen']);
    const remittance = 'HK-2026-BILL-1';
    const wrong = await tries(cast.cashier, 'usage-bills', bill.id, 'confirmPayment', { amountFen: amountFen - 1, remittance });
    expect(wrong.body).toMatchObject({ code: 'amount_differs', about: { dueFen: amountFen } });
    await cast.cashier.act(bill, 'usage-bills', 'confirmPayment', { amountFen, remittance });
    await becomes(cast.buyer, 'usage-bills', bill.id, 'settled');
    const escrow = await cast.cashier.get<{ totalFen: string; items: readonly { fen: string }[] }>(
      `/v1/statement?account=escrow:${bill.id}`,
    );
    expect(escrow).toMatchObject({ totalFen: '0', items: [{ fen: `${amountFen}` }, { fen: `-${amountFen}` }] });
  });

  it('asks for nothing where a call costs nothing', async () => {
    const free = (await cast.cashier.list('usage-bills', 'region')).find(({ id }) => !id.startsWith(entitlement));
    expect(await becomes(cast.buyer, 'usage-bills', String(free?.id), 'settled')).toMatchObject({ data: { amountFen: 0 } });
  });

  it('is where tokens are not: in no table and no file is there one, but for their digests', async () => {
    await host.idle();
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = Buffer.concat(files.map((entry) => readFileSync(join(entry.parentPath, entry.name))));
    expect(drawn.length).toBeGreaterThan(10);
    expect(drawn.filter((token) => bytes.includes(token) || bytes.includes(token.slice(4, 30)))).toEqual([]);
    expect(drawn.filter((token) => !bytes.includes(digest(token)))).toEqual([]);
  });
});
