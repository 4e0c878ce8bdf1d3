import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { assemble, toEntitlement } from '../../infra/local/journey/journey.ts';
import { question } from '../../infra/local/journey/material.ts';
import type { Registry, Schema } from '../../portal/shapes.ts';
import { describeUnless } from '../support/availability.ts';
import { goTo, isWithin, openBrowser, openWatchedPage, signInAs } from '../support/browser.ts';
import { freshFolder, startHost, type HostProcess } from '../support/host.ts';
import { material, quiet } from '../support/trading.ts';

const browser = await openBrowser();
const [opened, missing] = typeof browser === 'string' ? [undefined, browser] : [browser];

describeUnless(missing, 'the pages, in a real browser', () => {
  const { folder, remove } = freshFolder();
  let host: HostProcess;
  let traded: Awaited<ReturnType<typeof toEntitlement>>;
  let broken: string[] = [];

  beforeAll(async () => {
    host = await startHost(folder);
    traded = await toEntitlement(await assemble(host.origin), material, quiet);
  }, 60_000);
  afterAll(async () => {
    await opened?.close();
    await host.kill('SIGTERM');
    remove();
  });
  afterEach(() => {
    expect(broken).toEqual([]);
    broken = [];
  });

  /** A browser of one's own; scripts that fail and policies that are broken count against the test. */
  const openPage = async (width = 1440): Promise<Page> => {
    const page = await openWatchedPage(opened, (what) => broken.push(what), width);
    await page.goto(`${host.origin}/`);
    return page;
  };
  const signIn = async (person: string, width?: number): Promise<Page> => {
    const page = await openPage(width);
    await signInAs(page, host.origin, person);
    return page;
  };
  const go = (page: Page, path: string): Promise<void> => goTo(page, `${host.origin}${path}`);

  it('let a steward enter a resource and submit it, and the case officer find it waiting', async () => {
    const page = await signIn('li-xiaolong');
    await page.getByRole('link', { name: '数据资源' }).click();
    await page.getByRole('button', { name: '保存' }).click();
    expect(await page.getByLabel('法定职责依据').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('代码').fill('JT/BUS-007');
    await page.getByRole('textbox', { name: '中文' }).fill('公交客流统计');
    await page.getByRole('textbox', { name: '英文' }).fill('Bus ridership');
    await page.getByLabel('摘要').fill('分线路、分时段的客流汇总。');
    await page.getByLabel('数据来源').selectOption('PUBLIC_SERVICE');
    await page.getByLabel('更新频率').selectOption('DAILY');
    await page.getByLabel('数据格式').selectOption('TABLE');
    await page.getByLabel('数据分级').selectOption('GENERAL_2');
    await page.getByLabel('法定职责依据').fill('《泰州市公共数据管理办法》第八条');
    await page.getByRole('group', { name: '共享属性' }).getByLabel('属性').selectOption('UNCONDITIONAL');
    await page.getByRole('group', { name: '开放属性' }).getByLabel('属性').selectOption('CONDITIONAL');
    const item = page.getByRole('group', { name: '数据项' });
    await item.getByLabel('名称').fill('line');
    await item.getByLabel('标题').fill('线路');
    await item.getByLabel('个人信息').selectOption('false');
    await page.getByLabel('涉及国家秘密或工作秘密').selectOption('false');
    await page.getByRole('button', { name: '保存' }).click();
    await page.getByRole('alert').getByText('opening_ground_required').waitFor();
    await page.getByRole('group', { name: '开放属性' }).getByLabel('理由').fill('须经评估。');
    await page.getByRole('button', { name: '保存' }).click();

    await page.getByRole('heading', { name: '公交客流统计' }).waitFor();
    await page.locator('[data-action="submit"]').click();
    await page.locator('form.form').getByRole('button', { name: '提交' }).click();
    await page.locator('.timeline').getByText('已提交').waitFor();
    expect(await page.locator('.timeline strong').allInnerTexts()).toEqual(['新建', '提交']);
    const address = page.url();

    const officer = await signIn('wang-zhiyuan', 360);
    await officer.getByRole('link', { name: '公交客流统计' }).click();
    await officer.locator('[data-action="check"]').waitFor();
    expect(officer.url()).toBe(address);
    expect(await isWithin(officer)).toBe(true);
    await officer.goBack();
    await officer.getByRole('heading', { name: '待我办理' }).waitFor();
  }, 60_000);

  it('speak Chinese first and English when asked, without losing what stands in a form, and remember it', async () => {
    const page = await signIn('zou-hao');
    await go(page, '/scenarios/new');
    await page.getByLabel('标题').fill('线网优化');
    await page.getByRole('button', { name: '切换到英文' }).click();
    expect(await page.getByLabel('Title').inputValue()).toBe('线网优化');
    await page.reload();
    await page.getByRole('heading', { name: 'New: Application scenario' }).waitFor();
    expect(await page.title()).toBe('New: Application scenario · Data Harbour');
    expect(await page.getAttribute('html', 'lang')).toBe('en');
  }, 60_000);

  it('show the market to everyone, and find two characters of Chinese', async () => {
    const page = await openPage(360);
    await page.getByLabel('检索数据产品').fill(material.title.zh.slice(2, 4));
    await page.getByRole('button', { name: '检索' }).click();
    await page.getByRole('link', { name: material.title.zh }).waitFor();
    expect(await page.locator('.price').innerText()).toBe('¥38,800.00');
    expect(await page.getByRole('link', { name: '下单' }).count()).toBe(0);
    expect(await isWithin(page)).toBe(true);
    await go(page, `/orders/${traded.order.id}`);
    await page.getByRole('heading', { name: '未找到' }).waitFor();
    await go(page, '/disclosure');
    expect(await page.locator('.entries > li').count()).toBeGreaterThan(5);
  }, 60_000);

  it('let a buyer ask a governed question, and say where a refused one went wrong', async () => {
    const page = await signIn('he-xin');
    await go(page, `/entitlements/${traded.entitlement}`);
    await page.getByRole('link', { name: '打开查询台' }).click();
    await page.getByLabel('查询语句').fill(question(material));
    await page.getByRole('button', { name: '执行查询' }).click();
    await page.locator('.result td').first().waitFor();
    await page.getByLabel('查询语句').fill('SELECT * FROM data');
    await page.getByRole('button', { name: '执行查询' }).click();
    await page.locator('.result mark').waitFor();
    expect(await page.locator('.result pre').innerText()).toBe('SELECT * FROM data');
    expect(await page.locator('.result mark').innerText()).toMatch(/^\*/);
  }, 60_000);

  it('ask again before what cannot be taken back, and show the operators what is parked', async () => {
    const lead = await signIn('zhang-guoqiang');
    await go(lead, `/grants/${traded.grant.id}`);
    await lead.locator('[data-action="revoke"]').click();
    await lead.getByLabel('理由说明').fill('到期前撤销演示');
    await lead.locator('form.form').getByRole('button', { name: '撤销' }).click();
    await lead.getByRole('dialog').getByRole('button', { name: '返回' }).click();
    expect(await lead.locator('.heading .badge').innerText()).toBe('生效');
    await lead.locator('form.form').getByRole('button', { name: '撤销' }).click();
    await lead.getByRole('dialog').getByRole('button', { name: '确认撤销' }).click();
    await lead.locator('.timeline').getByText('已撤销').waitFor();
    const operator = await signIn('fang-zhou');
    await operator.getByRole('link', { name: '运行监控' }).click();
    await operator.getByText('没有搁置的反应。').waitFor();
  }, 60_000);
});

describe('the words of the portal', () => {
  const registry = JSON.parse(readFileSync(new URL('../../contracts/generated/portal.json', import.meta.url), 'utf8')) as Registry;
  const { words, choices, roles, regions, organisationTypes } = registry;
  const known = (...names: readonly string[]): boolean =>
    names.some((name) => [words, choices, roles, regions, organisationTypes].some((list) => name in list));
  /** The names of fields and the values of choices in a form that no word stands for. */
  const wordless = (schema: Schema, field: string): readonly string[] => [
    ...(schema.enum ?? []).filter((value) => !known(`${field}.${value}`, String(value))).map((value) => `${field}.${value}`),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, part]) => [...(known(name) ? [] : [name]), ...wordless(part, name)]),
    ...(schema.items ? wordless(schema.items, field) : []),
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((one) => wordless(one, field)),
  ];

  it('name every field and every choice of every form', () => {
    const forms = Object.values(registry.kinds).flatMap(({ create, actions }) => [
      ...(create ? [create.schema] : []),
      ...Object.values(actions).map(({ schema }) => schema),
    ]);
    expect(forms.length).toBeGreaterThan(50);
    expect([...new Set(forms.flatMap((schema) => wordless(schema, '')))]).toEqual([]);
  });
});
