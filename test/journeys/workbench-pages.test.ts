import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Host } from '../../infra/local/host.ts';
import type { View } from '../../infra/local/journey/client.ts';
import { assemble, type Cast } from '../../infra/local/journey/journey.ts';
import { describeUnless } from '../support/availability.ts';
import { goTo, isWithin, openBrowser, openWatchedPage, signInAs } from '../support/browser.ts';
import { derivedProduct, secret, twoTables, type TwoTables } from '../support/derived.ts';
import { openTestHost } from '../support/host.ts';
import { becomes, listed, memberOf } from '../support/trading.ts';

const browser = await openBrowser();
const [opened, missing] = typeof browser === 'string' ? [undefined, browser] : [browser];

describeUnless(missing, 'the workbench, in a real browser', () => {
  let host: Host;
  let cast: Cast;
  let tables: TwoTables;
  let derivation: string;
  let listing: View;
  let broken: string[] = [];

  beforeAll(async () => {
    host = await openTestHost();
    cast = await assemble(host.origin);
    tables = await twoTables(cast);
  }, 60_000);
  afterAll(async () => {
    await opened?.close();
    await host.close();
  });
  afterEach(() => {
    expect(broken).toEqual([]);
    broken = [];
  });

  const signIn = async (person: string, width?: number): Promise<Page> => {
    const page = await openWatchedPage(opened, (what) => broken.push(what), width);
    await signInAs(page, host.origin, person);
    return page;
  };
  const go = (page: Page, path: string): Promise<void> => goTo(page, `${host.origin}${path}`);
  const sourceOf = (page: Page, title: string) => page.locator('.card.source', { hasText: title });

  it('leads an operator without a scenario to file one', async () => {
    const page = await signIn(memberOf('xiangtai', 'operator.agent'));
    await go(page, '/derivations/new');
    await page.getByRole('link', { name: '申报场景' }).waitFor();
  }, 60_000);

  it('lets an operator choose tables, try a text, be led to its fault, and submit it', async () => {
    const page = await signIn(cast.agent.person, 360);
    await go(page, `/datasets/${tables.datasets[0].id}`);
    await page.getByRole('link', { name: '新建数据加工' }).click();
    await page.getByLabel('名称（中文）').fill('按年龄段的乘车');
    await page.getByLabel('名称（英文）').fill('Rides by band');
    const rides = sourceOf(page, '公交刷卡记录');
    expect(await rides.getByRole('checkbox').isChecked()).toBe(true);
    await sourceOf(page, '公交卡登记').getByRole('checkbox').check();
    await rides.getByLabel('在 SQL 中的短名').fill('rides');
    await sourceOf(page, '公交卡登记').getByLabel('在 SQL 中的短名').fill('cards');
    expect(await rides.getByLabel('主体列').locator('option').allInnerTexts()).toEqual([
      expect.stringContaining('rider · VARCHAR · 个人信息'),
    ]);

    await page.getByRole('button', { name: '试运行', exact: true }).click();
    await page.getByText('请填写 SQL').waitFor();
    await page.getByLabel('加工语句（SQL）').fill('SELECT rides.rider, now() AS n\nFROM rides');
    await page.getByRole('button', { name: '试运行', exact: true }).click();
    await page.getByRole('button', { name: '在编辑框中定位' }).click();
    expect(
      await page.evaluate(
        'document.getSelection().toString() || document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)',
      ),
    ).toBe('now');

    await page
      .getByLabel('加工语句（SQL）')
      .fill(
        'SELECT rides.rider AS who, cards.band, sum(rides.fare) AS spent\nFROM rides JOIN cards ON rides.rider = cards.rider\nGROUP BY 1, 2',
      );
    await page.getByLabel('加工语句（SQL）').press('Control+Enter');
    await page.getByText('虚构数据', { exact: true }).waitFor();
    expect(await page.locator('.trial tbody').first().locator('tr').allInnerTexts()).toEqual([
      expect.stringMatching(/who.*主体[^]*来源单位已申报[^]*rides\.rider/),
      expect.stringMatching(/band[^]*cards\.band/),
      expect.stringMatching(/spent[^]*rides\.fare/),
    ]);
    expect(await page.getByRole('checkbox', { name: 'who' }).isChecked()).toBe(true);
    expect(await isWithin(page)).toBe(true);
    await page.getByRole('button', { name: '保存并提交' }).click();
    await page.locator('.timeline').getByText('已试运行待审').waitFor();
    derivation = page.url().split('/').at(-1) ?? '';
    expect(await isWithin(page)).toBe(true);
  }, 60_000);

  it('gives a faulty draft back with the place of its fault, to be mended in the workbench', async () => {
    await cast.case.act({ id: derivation }, 'derivations', 'return', { reason: '请改用平均值。' });
    const page = await signIn(cast.agent.person);
    await go(page, `/derivations/${derivation}`);
    await page.getByText('请改用平均值。').waitFor();
    await page.getByRole('link', { name: '在工作台修改' }).click();
    await page.getByText('以此另建').waitFor();
    const text = page.getByLabel('加工语句（SQL）');
    const sql = await text.inputValue();
    await text.fill(sql.replace('sum', 'summe'));
    await page.getByRole('button', { name: '保存并提交' }).click();
    await page.locator('.notice.refused mark').getByText('summe').waitFor();
    await page.getByRole('link', { name: '在工作台修改' }).click();
    await text.fill(sql);
    await page.getByRole('button', { name: '保存并提交' }).click();
    await page.locator('.timeline').getByText('已试运行待审').first().waitFor();
  }, 60_000);

  it('shows officers what it would make, and its operator when it is ready, where it comes from and where it goes', async () => {
    const officer = await signIn(cast.case.person);
    await go(officer, `/derivations/${derivation}`);
    await officer.getByText('cards.band').first().waitFor();
    await officer.locator('[data-action="approve"]').waitFor();
    for (const one of [cast.case, cast.lead]) await one.act({ id: derivation }, 'derivations', 'approve');
    await becomes(cast.agent, 'derivations', derivation, 'ready');
    const page = await signIn(cast.agent.person, 360);
    await go(page, `/derivations/${derivation}`);
    await page.locator('#lineage .stop.here').waitFor();
    expect(await page.locator('#lineage .stop').count()).toBe(5);
    expect(await isWithin(page)).toBe(true);
    expect(await page.content()).not.toContain(secret);
  }, 60_000);

  it('lets a product be made of it, begun with its entity and with noise', async () => {
    const page = await signIn(cast.agent.person);
    await go(page, `/derivations/${derivation}`);
    await page.getByRole('link', { name: '新建数据产品' }).click();
    await page.getByText('须加噪声作答').waitFor();
    expect(await page.getByLabel('产品的基础').locator('option:checked').innerText()).toBe('按年龄段的乘车');
    await page.getByRole('textbox', { name: '中文' }).fill('分年龄段乘车统计');
    await page.getByRole('textbox', { name: '英文' }).fill('Rides by age');
    await page.getByLabel('摘要').fill('由两项数据资源加工。');
    await page.getByLabel('使用类别').selectOption('INDUSTRY');
    await page.getByLabel('许可用途').fill('内部经营分析');
    await page.getByLabel('使用者').fill('需方员工');
    await page.getByLabel('期限').fill('365');
    await page.getByLabel('查询次数').fill('100');
    await page.getByRole('button', { name: '保存', exact: true }).click();
    await page.getByRole('heading', { name: '分年龄段乘车统计' }).waitFor();
    const made = await cast.agent.get(`/v1/products/${page.url().split('/').at(-1)}`);
    expect(made.data).toMatchObject({ derivation, rule: { entity: 'who', privacy: { cellsPerEntity: 4 } } });
    listing = await listed(cast, await cast.agent.create('products', derivedProduct(tables, derivation)));
  }, 60_000);

  it('tells a buyer how much of the lineage they may not see', async () => {
    const page = await signIn(cast.buyer.person, 360);
    await go(page, `/listings/${listing.id}`);
    await page.getByText('另有 3 项您无权查看').waitFor();
    expect(await page.locator('#lineage .level.none').count()).toBe(2);
    expect(await isWithin(page)).toBe(true);
  }, 60_000);
});
