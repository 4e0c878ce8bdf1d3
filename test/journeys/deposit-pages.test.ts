import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page, Route } from 'playwright-core';
import type { Host } from '../../infra/local/host.ts';
import type { View } from '../../infra/local/journey/client.ts';
import { assemble, assess, authorise, catalogue, type Cast } from '../../infra/local/journey/journey.ts';
import { describeUnless } from '../support/availability.ts';
import { goTo, openBrowser, openWatchedPage, signInAs } from '../support/browser.ts';
import { freshFolder, openTestHost } from '../support/host.ts';
import { material, quiet } from '../support/trading.ts';

const browser = await openBrowser();
const [opened, missing] = typeof browser === 'string' ? [undefined, browser] : [browser];

describeUnless(missing, 'the page of a dataset, in a real browser', () => {
  let host: Host;
  let cast: Cast;
  let dataset: View;
  let broken: string[] = [];
  const rows = Array.from({ length: 300 }, (_, n) => `v${n},海陵区,姜堰区,${1000 + n},138${String(10_000_000 + n * 7919)}`);
  const content = Buffer.from(`vehicle_id,from_district,to_district,distance_m,contact\n${rows.join('\n')}\n`);
  const partBytes = Math.ceil(content.length / 4);
  const { folder, remove } = freshFolder();
  const file = join(folder, 'trips.csv');

  beforeAll(async () => {
    writeFileSync(file, content);
    host = await openTestHost();
    cast = await assemble(host.origin);
    const resource = await catalogue(cast, material, quiet);
    const scenario = await assess(cast, material, await authorise(cast, material, resource, quiet), quiet);
    dataset = await cast.agent.create('datasets', { scenario: scenario.id, resource: resource.id, layout: ['vehicle_id'] });
  }, 60_000);
  afterAll(async () => {
    await opened?.close();
    await host.close();
    remove();
  });
  afterEach(() => {
    expect(broken).toEqual([]);
    broken = [];
  });

  /** The dataset before someone's eyes, where the host asks for parts as small as the test's file needs. */
  const openDataset = async (person: string, width?: number): Promise<Page> => {
    const page = await openWatchedPage(opened, (what) => broken.push(what), width);
    await page.route('**/upload?*', inSmallParts);
    await page.route('**/upload', inSmallParts);
    await signInAs(page, host.origin, person);
    await goTo(page, `${host.origin}/datasets/${dataset.id}`);
    return page;
  };
  const inSmallParts = async (route: Route): Promise<void> => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...((await response.json()) as object), partBytes } });
  };
  const choose = async (page: Page, button: string): Promise<void> => {
    await page.getByLabel('数据文件').setInputFiles(file);
    await page.getByRole('button', { name: button, exact: true }).click();
  };

  it('takes a file in parts, tries again after a break, and goes on after a reload where it was stopped', async () => {
    const page = await openDataset(cast.steward.person);
    let puts = 0;
    const stalled = Promise.withResolvers<void>();
    await page.route('**/uploads/**', async (route) => {
      puts += 1;
      if (puts === 2) return route.abort(); // the line breaks once
      if (puts === 4) return stalled.resolve(); // and then nothing moves any more
      return route.continue();
    });
    await choose(page, '上传并交存');
    await stalled.promise;
    await page.getByRole('button', { name: '停止', exact: true }).click();
    await page.getByText('上传已停止').waitFor();
    expect((await cast.steward.get<{ parts: number[] }>(`/v1/datasets/${dataset.id}/upload`)).parts).toEqual([1, 2]);

    await page.reload();
    await page.getByText('上次上传“trips.csv”未完成').waitFor();
    await choose(page, '继续上传并交存');
    await page.getByRole('heading', { name: '检查结果' }).waitFor();
    expect(puts).toBe(6); // and not the two that lie there
    const { data } = await cast.steward.get(`/v1/datasets/${dataset.id}`);
    expect(data).toMatchObject({ parts: 4, stated: { bytes: content.length }, inspection: { rows: 300, bytes: content.length } });
  }, 60_000);

  it('shows what the inspection found, that no scan has run, and what disagrees with the catalogue', async () => {
    const page = await openDataset(cast.case.person, 360);
    await page.getByText('未进行恶意代码扫描').waitFor();
    await page.getByText('未配置扫描程序').waitFor();
    await page.getByText('目录未申报个人信息').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await page.locator('[data-action="check"]').click();
    await page.locator('form.form').getByRole('button', { name: '核验' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '确认核验' }).click();
    await page.getByText('findings_not_accepted').waitFor();
    await page.getByLabel('对不一致情形的说明').fill('来源单位已说明。');
    await page.locator('form.form').getByRole('button', { name: '核验' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '确认核验' }).click();
    await page.locator('.timeline').getByText('已核验').waitFor();
  }, 60_000);
});
