import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Host } from '../../infra/local/host.ts';
import type { View } from '../../infra/local/journey/client.ts';
import { assemble, type Cast } from '../../infra/local/journey/journey.ts';
import { productOffer } from '../../infra/local/journey/material.ts';
import { describeUnless } from '../support/availability.ts';
import { goTo, isWithin, openBrowser, openWatchedPage, signInAs } from '../support/browser.ts';
import { openHeldWorks } from '../support/held-works.ts';
import { openTestHost } from '../support/host.ts';
import { entitled, key, listed, material, memberOf, sessionOf, supply, tries, type Supply } from '../support/trading.ts';

type Balance = {
  readonly queries: { readonly of: number; readonly left: number };
  readonly budget?: { readonly ofMicro: number; readonly leftMicro: number };
};
type Told = { readonly code?: string; readonly accepted?: boolean; readonly asks?: string };

const browser = await openBrowser();
const [opened, missing] = typeof browser === 'string' ? [undefined, browser] : [browser];
const { works, hold, letGo } = openHeldWorks();
const districts = ['海陵区', '高港区', '姜堰区', '兴化市', '靖江市', '泰兴市'];
let host: Host;
let cast: Cast;
let chain: Supply;
let entitlement: string;
let noised: { readonly entitlement: string; readonly product: string };
let template: View;

const approve = async (of: View): Promise<View> => {
  await cast.agent.act(of, 'templates', 'submit');
  await cast.case.act(of, 'templates', 'approve');
  return cast.lead.act(of, 'templates', 'approve');
};
const question = {
  title: { zh: '分区出行量', en: 'Trips by district' },
  summary: '按到达区县统计某区县出发的出行。',
  sql: 'SELECT to_district, count(*) AS trips FROM data WHERE from_district = $district GROUP BY to_district LIMIT $most',
  parameters: [
    { name: 'district', title: { zh: '出发区县', en: 'From' }, type: 'text', values: districts },
    { name: 'most', title: { zh: '最多行数', en: 'At most' }, type: 'integer', min: '1', max: '50', default: '10' },
  ],
};
/** A product that answers with noise, and templates only. */
const listNoised = async (): Promise<View> => {
  const offer = productOffer(material, { zh: '出行统计（差分隐私）', en: 'Noised trips' }, chain.scenario.id, chain.dataset.id);
  const rule = {
    ...offer.rule,
    dimensions: ['from_district', 'to_district'].map((column) => ({ column, domain: districts })),
    measures: [],
    templatesOnly: true,
    privacy: { epsilonMicro: 50_000, cellsPerEntity: 2, rowsPerCell: 2, datasetBudgetMicro: 10_000_000, buyerBudgetMicro: 1_000_000 },
  };
  const product = await cast.agent.create('products', { ...offer, rule });
  return listed(cast, product);
};

beforeAll(async () => {
  host = await openTestHost({}, { works });
  cast = await assemble(host.origin);
  chain = await supply(cast);
  template = await approve(await cast.agent.create('templates', { ...question, product: chain.product }));
  ({ entitlement } = await entitled(cast, chain.listing));
  const listing = await listNoised();
  const product = String(listing.data['product']);
  await approve(await cast.agent.create('templates', { ...question, product }));
  noised = { entitlement: (await entitled(cast, listing)).entitlement, product };
}, 60_000);
afterAll(async () => {
  await opened?.close();
  await host.close();
});

describe('what stands behind the console', () => {
  const balance = async (of: string) => cast.buyer.get<Balance>(`/v1/entitlements/${of}/allowance`);
  const tried = async (body: object, of = entitlement) =>
    (await cast.buyer.send<Told>('POST', `/v1/entitlements/${of}/preview`, body)).body;

  it('tells a buyer what is left of their own contract, and nobody else', async () => {
    expect(await balance(entitlement)).toEqual({ queries: { of: 100, left: 100 } });
    expect((await balance(noised.entitlement)).budget).toEqual({ ofMicro: 1_000_000, leftMicro: 1_000_000 });
    const stranger = await sessionOf(host.origin, 'shipyard', 'buyer.agent');
    for (const path of ['allowance', 'queries']) {
      const of = `/v1/entitlements/${entitlement}/${path}`;
      expect((await cast.agent.send<Told>('GET', of)).body.code).toBe('not_permitted');
      expect((await stranger.send<Told>('GET', of)).body.code).toBe('not_found');
    }
    expect((await cast.agent.send<Told>('POST', `/v1/entitlements/${entitlement}/preview`, { sql: 'x' })).body.code).toBe('not_permitted');
  });

  it('tries a question under the contract for nothing, by text or by template', async () => {
    expect(await tried({ sql: 'SELECT count(*) AS n FROM data' })).toMatchObject({ accepted: true });
    const given = { template: template.id, arguments: [{ name: 'district', value: '海陵区' }] };
    expect(await tried(given)).toMatchObject({ accepted: true, asks: expect.stringContaining(`'海陵区'`) });
    expect((await tried({ ...given, sql: 'SELECT 1' })).code).toBe('question_required');
    expect((await tried({ ...given, arguments: [] })).code).toBe('argument_missing');
    expect((await tried(given, noised.entitlement)).code).toBe('reference_not_found');
    expect((await tried({ sql: 'SELECT count(*) AS n FROM data' }, noised.entitlement)).code).toBe('template_required');
    expect((await balance(entitlement)).queries.left).toBe(100);
  });

  it('tries nothing where the chain is broken', async () => {
    await tries(cast.lead, 'entitlements', entitlement, 'suspend', { reason: '核查。' });
    expect(await tried({ sql: 'SELECT count(*) AS n FROM data' })).toMatchObject({ code: 'authority_broken' });
    await cast.case.act({ id: entitlement }, 'entitlements', 'resume');
    await cast.lead.act({ id: entitlement }, 'entitlements', 'resume');
  });

  it('lists what was asked page by page, newest first', async () => {
    const asked = async (of: string, query = '') =>
      cast.buyer.get<{ items: readonly { sql: string }[]; cursor?: string }>(`/v1/entitlements/${of}/queries${query}`);
    for (const n of [1, 2, 3])
      await cast.buyer.send('POST', '/v1/queries', { entitlement, sql: `SELECT count(*) AS n${n} FROM data` }, key());
    const first = await asked(entitlement, '?limit=2');
    const second = await asked(entitlement, `?limit=2&cursor=${String(first.cursor)}`);
    expect([...first.items, ...second.items].map(({ sql }) => /n\d/.exec(sql)?.[0])).toEqual(['n3', 'n2', 'n1']);
    expect((await asked(noised.entitlement)).items).toEqual([]);
    const { body } = await cast.buyer.send<Told>('GET', `/v1/entitlements/${entitlement}/queries?cursor=%00`);
    expect(body.code).toBe('invalid_cursor');
  });
});

describeUnless(missing, 'the pages on which one asks, in a real browser', () => {
  let broken: string[] = [];
  afterEach(() => {
    expect(broken).toEqual([]);
    broken = [];
  });
  const go = (page: Page, path: string): Promise<void> => goTo(page, `${host.origin}${path}`);
  const signIn = async (person: string, width?: number): Promise<Page> => {
    const page = await openWatchedPage(opened, (what) => broken.push(what), width);
    await signInAs(page, host.origin, person);
    return page;
  };
  /** The buyer's own, signed in once. */
  let buyers: Promise<Page> | undefined;
  const openConsole = async (of: string, width = 1440): Promise<Page> => {
    const page = await (buyers ??= signIn(cast.buyer.person));
    await page.setViewportSize({ width, height: 900 });
    await go(page, `/entitlements/${of}/console`);
    return page;
  };
  const press = (page: Page, name: string) => page.getByRole('main').getByRole('button', { name, exact: true }).click();
  const left = (page: Page) => page.locator('.balance dd').first().innerText();

  it('let one who has not bought find out whether a product would answer', async () => {
    const visitor = await openWatchedPage(opened, (what) => broken.push(what), 360);
    await go(visitor, '/market');
    const offer = visitor.getByRole('listitem').filter({ has: visitor.getByRole('link', { name: material.title.zh, exact: true }) });
    await offer.getByText('我的问题能否得到回答').click();
    await visitor.getByText('登录后即可试问').waitFor();
    expect(await isWithin(visitor)).toBe(true);

    const page = await signIn(memberOf('shipyard', 'buyer.agent'));
    await go(page, `/listings/${chain.listing.id}/trial`);
    for (const example of ['分组计数', '合计与平均', '主体个数']) {
      await press(page, example);
      await press(page, '试问');
      await page.getByText('可以得到回答。').waitFor();
    }
    await page.getByText('虚构数据').waitFor();
    expect(await page.locator('.invented td').count()).toBeGreaterThan(0);
    expect(await page.getByRole('main').getByRole('link', { name: '下单' }).getAttribute('href')).toBe(
      `/orders/new?listing=${chain.listing.id}`,
    );
    await page.getByLabel('查询语句').fill('SELECT vehicle_id, count(*) AS n FROM data GROUP BY vehicle_id');
    await press(page, '试问');
    expect(await page.locator('.result mark').innerText()).toBe('vehicle_id');
    expect(await page.getByRole('button', { name: '执行查询' }).count()).toBe(0);
  }, 60_000);

  it('let a buyer try, run and export, and open what was asked again', async () => {
    const page = await openConsole(entitlement);
    const before = await left(page);
    const sql = 'SELECT from_district, count(*) AS trips FROM data GROUP BY from_district ORDER BY trips DESC';
    await page.getByLabel('查询语句').fill(sql);
    await press(page, '试问');
    await page.locator('.invented').waitFor();
    expect(await left(page)).toBe(before);
    await press(page, '执行查询');
    await page.getByText('已放行').first().waitFor();
    expect(await page.locator('.result .invented').count()).toBe(0);
    expect(await page.locator('.result tbody tr').first().locator('td').nth(1).getAttribute('class')).toBe('number');
    const saving = page.waitForEvent('download');
    await press(page, '导出 CSV');
    const rows = readFileSync(await (await saving).path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(rows[0]).toContain('from_district,trips');
    expect(rows).toHaveLength(1 + (await page.locator('.result tbody tr').count()));
    await page.locator('.past li').filter({ hasText: 'from_district' }).first().waitFor();
    expect(await left(page)).toBe('96 / 100');

    await page.locator('.past li').filter({ hasText: 'from_district' }).getByRole('link').first().click();
    await page.locator('.result tbody tr').first().waitFor();
    expect(await page.getByLabel('查询语句').inputValue()).toBe(sql);
  }, 60_000);

  it('tell how a query stands, and let it be cancelled', async () => {
    const page = await openConsole(entitlement, 360);
    hold();
    await page.getByLabel('查询语句').fill('SELECT to_district, count(*) AS n FROM data GROUP BY to_district');
    await press(page, '执行查询');
    await page.locator('.running').getByText('排队中').waitFor();
    await page
      .locator('.running')
      .getByText(/已用 \d+ 秒/)
      .waitFor();
    await press(page, '取消查询');
    await page.getByText('查询已取消').waitFor();
    await letGo();
    await page.locator('.past').getByText('已取消').waitFor();
    expect(await isWithin(page)).toBe(true);
  }, 60_000);

  it('show where a refused question went wrong, in the text and in the editor', async () => {
    const page = await openConsole(entitlement);
    await page.getByLabel('查询语句').fill('SELECT from_district,\n  max(fare_fen)\nFROM data GROUP BY 1');
    await press(page, '执行查询');
    await page.locator('.result mark').waitFor();
    expect(await page.locator('.result mark').innerText()).toBe('max');
    await page.getByText('第2行第3个字符').waitFor();
    await page.getByText('修改后请先“试问”').waitFor();
    await press(page, '在编辑框中定位');
    expect(
      await page.evaluate('document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)'),
    ).toBe('max');
  }, 60_000);

  it('let a buyer ask by template, with typed parameters, and again with the same', async () => {
    const page = await openConsole(entitlement);
    await press(page, '用模板提问');
    await press(page, '试问');
    expect(await page.getByLabel('出发区县').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('出发区县').selectOption('海陵区');
    await page.getByLabel('最多行数').fill('51');
    await press(page, '试问');
    expect(await page.getByLabel('最多行数').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('最多行数').fill('3');
    await press(page, '试问');
    await page.getByText('代入参数后的问题').waitFor();
    await press(page, '执行查询');
    await page.locator('.result tbody tr').first().waitFor();
    await page.locator('.past li').filter({ hasText: '分区出行量' }).getByRole('link').click();
    await page.locator('.result tbody tr').first().waitFor();
    expect(await page.getByLabel('出发区县').inputValue()).toBe('海陵区');
    expect(await page.getByLabel('最多行数').inputValue()).toBe('3');
  }, 60_000);

  it('offer no editor where templates alone are answered, and say that answers are noised, also when one is given again', async () => {
    const page = await openConsole(noised.entitlement);
    await page.getByRole('button', { name: '切换到英文' }).click();
    expect(await page.locator('#sql').count()).toBe(0);
    for (const rest of ['ε 0.9 / 1', 'ε 0.9 / 1']) {
      await page.getByLabel('From').selectOption('泰兴市');
      await press(page, 'Run the query');
      await page.getByText('Noise was added to this answer').waitFor();
      await page.locator('.balance').getByText(rest).waitFor();
      await page.getByLabel('From').selectOption('海陵区');
      await press(page, 'Try it');
      await page.getByText('It can be answered.').waitFor();
      await page.getByText('Invented data').waitFor();
    }
    expect(await page.locator('.past li').count()).toBe(2);
  }, 60_000);

  it('let an operator declare the parameters that stand in a template, and try it before it is submitted', async () => {
    const page = await signIn(cast.agent.person);
    await go(page, `/templates/new?product=${chain.product}`);
    await page.getByRole('textbox', { name: '中文' }).fill('某区出行');
    await page.getByRole('textbox', { name: '英文' }).fill('Trips of one');
    await page.getByLabel('摘要').fill('按出发区县统计。');
    await page.getByLabel('查询语句').fill("SELECT count(*) AS n FROM data WHERE from_district = $district AND to_district <> '$not'");
    await press(page, '声明参数 $district');
    await page.getByText('已声明').waitFor();
    expect(await page.getByRole('button', { name: /声明参数/ }).count()).toBe(0);
    const entry = page.locator('.entry');
    await entry.getByRole('textbox', { name: '中文' }).fill('区县');
    await entry.getByRole('textbox', { name: '英文' }).fill('District');
    await entry.getByLabel('类型').selectOption('text');
    await press(page, '保存');
    await page.getByRole('heading', { name: '某区出行' }).waitFor();
    await page.getByLabel('区县').fill('海陵区');
    await press(page, '试问');
    await page.locator('.result').getByText('不接受').first().waitFor();
    expect(await page.locator('.result mark').innerText()).toMatch(/<>/);
  }, 60_000);

  it('let an auditor narrow down what was asked, and an overseer stop it at once', async () => {
    const auditor = await signIn(memberOf('audit', 'auditor'));
    await go(auditor, '/audit');
    await auditor.getByLabel('产品').selectOption(noised.product);
    await auditor.waitForURL(/product=/);
    await auditor.locator('main[aria-busy="false"] .audit tbody tr').first().waitFor();
    expect(await auditor.locator('.audit tbody tr').count()).toBe(2);
    expect(await auditor.locator('.audit td.number:nth-child(8)').allInnerTexts()).toEqual(['—', '0.1']); // the first was paid for, the same again was not
    await auditor.getByLabel('产品').selectOption('');
    await auditor.getByLabel('产品').selectOption(chain.product);
    await auditor
      .locator('.audit td.number:last-child')
      .filter({ hasText: /\d+ \/ \d+ · \d+ ms/ })
      .first()
      .waitFor();

    const lead = await signIn(cast.lead.person);
    await go(lead, '/halt?kind=entitlement');
    await lead.getByLabel('在列表中查找').fill('没有这样的');
    await lead.getByText('已列出的事项中没有符合的').waitFor();
    await lead.getByLabel('在列表中查找').fill(noised.entitlement);
    await lead.getByRole('listitem').filter({ hasText: noised.entitlement }).getByRole('button', { name: '立即停用' }).click();
    await lead.getByRole('dialog').getByLabel('理由').fill('疑似再识别。');
    await lead.getByRole('dialog').getByRole('button', { name: '立即停用' }).click();
    await lead.getByText('已停用，其下的使用一律中断').waitFor();
    const page = await openConsole(noised.entitlement);
    await page.locator('.past li').first().getByRole('link').click();
    await page.getByText('authority_broken').waitFor();
  }, 60_000);
});
