import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Download, Page } from 'playwright-core';
import { accept, ask, assemble, toEntitlement } from '../../infra/local/journey/journey.ts';
import { until, type Session } from '../../infra/local/journey/client.ts';
import { question } from '../../infra/local/journey/material.ts';
import { describeUnless } from '../support/availability.ts';
import { goTo, isWithin, openBrowser, openWatchedPage, signInAs } from '../support/browser.ts';
import { freshFolder, startHost, type HostProcess } from '../support/host.ts';
import { material, quiet } from '../support/trading.ts';

const browser = await openBrowser();
const [opened, missing] = typeof browser === 'string' ? [undefined, browser] : [browser];

describeUnless(missing, 'the pages of the public ledger, in a real browser', () => {
  const { folder, remove } = freshFolder();
  let host: HostProcess;
  let traded: Awaited<ReturnType<typeof toEntitlement>>;
  let buyer: Session;
  let operator: string;
  let contract: string;
  let broken: string[] = [];

  beforeAll(async () => {
    host = await startHost(folder);
    const cast = await assemble(host.origin);
    traded = await toEntitlement(cast, material, quiet);
    await ask(cast, traded.entitlement, question(material));
    await accept(cast, traded.order, quiet);
    buyer = cast.buyer;
    operator = cast.agent.organisation;
    contract = String((await cast.buyer.get(`/v1/orders/${traded.order.id}`)).data['contract']);
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

  /** A browser of one's own, with nobody signed in; scripts that fail and policies that are broken count against the test. */
  const openPage = async (width = 1440): Promise<Page> => {
    return openWatchedPage(opened, (what) => broken.push(what), width);
  };
  const go = (page: Page, path: string): Promise<void> => goTo(page, `${host.origin}${path}`);
  const saved = async (page: Page, press: () => Promise<void>): Promise<Download> => {
    const [file] = await Promise.all([page.waitForEvent('download'), press()]);
    return file;
  };
  const textOf = async (file: Download): Promise<string> => readFileSync(await file.path(), 'utf8');
  const signIn = async (person: string): Promise<Page> => {
    const page = await openPage();
    await signInAs(page, host.origin, person);
    return page;
  };
  /** The receipt of the contract's signature, as its buyer downloads it from the record's timeline. */
  const receiptOfBuyer = async (): Promise<string> => {
    const page = await signIn('he-xin');
    await go(page, `/contracts/${contract}`);
    await page.locator('.timeline').getByText('已入账').waitFor();
    return textOf(await saved(page, () => page.locator('.timeline').getByRole('button', { name: '下载入账凭证' }).click()));
  };
  const said = (page: Page): Promise<string> => page.locator('main .notice').innerText();

  it('lead a citizen from an authorisation to who is behind it, to its entries and to how often the data were used', async () => {
    const page = await openPage(360);
    await go(page, '/disclosure');
    await page.getByRole('link', { name: '公开登记簿' }).click();
    await page.getByLabel('检索登记簿').fill(material.title.zh.slice(0, 2));
    await page.getByRole('button', { name: '检索' }).click();
    const grant = page.locator('.card', { hasText: '数据授权' }).first();
    await grant.getByText('生效').waitFor();
    await grant.getByText('公开内容').click();
    await grant.locator('dl').getByText('期限终止日').waitFor();
    await grant.getByRole('link', { name: '凤城数据运营有限公司' }).first().click();
    await page.getByRole('heading', { level: 1, name: '凤城数据运营有限公司' }).waitFor();
    expect(await page.getByRole('link', { name: '订阅（Atom）' }).count()).toBe(0);
    await page.getByRole('link', { name: '查看全部条目' }).click();
    await page.getByLabel('类别').selectOption({ label: '数据授权' });
    await page.getByRole('button', { name: '检索' }).click();
    await page.waitForURL(/organisation=/);
    await page.waitForURL(/kind=grant/);
    await page.locator('main[aria-busy="false"]').waitFor();
    expect(await page.getByRole('link', { name: '订阅（Atom）' }).getAttribute('href')).toContain('kind=grant');
    await page.locator('.entries').getByRole('link', { name: /^#/ }).click();
    await page.getByRole('heading', { level: 1, name: /^账本条目 #\d+$/ }).waitFor();
    expect(await isWithin(page)).toBe(true);

    await go(page, `/resources/${traded.resource.id}`);
    await page.getByRole('link', { name: '公开使用日志' }).click();
    await page.getByText('这项资源尚无可公布的使用。').waitFor(); // it is shown a day later
    await page.getByLabel('查找数据资源').fill(material.title.zh.slice(0, 2));
    await page.getByRole('button', { name: '查找' }).click();
    await page.locator('.card').getByRole('link').click();
    expect(new URL(page.url()).searchParams.get('resource')).toBe(traded.resource.id);
    expect(await isWithin(page)).toBe(true);
  }, 60_000);

  it('speak English when asked, on each of them, and fit a narrow screen', async () => {
    const page = await openPage(360);
    await page.goto(`${host.origin}/`);
    await page.getByRole('button', { name: '切换到英文' }).click();
    for (const [path, title] of [
      ['', 'Disclosure ledger'],
      ['/register?register=prices', 'Public register'],
      [`/usage?resource=${traded.resource.id}`, 'Open usage log'],
      [`/verify?kind=grant&record=${traded.grant.id}`, 'Verify a receipt'],
      ['/entries/0', 'Ledger entry #0'],
    ] as const) {
      await go(page, `/disclosure${path}`);
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(title);
      expect(
        await page.locator('main [data-zh]').evaluateAll((nodes) => nodes.filter((node) => node.getAttribute('data-en') === '')),
      ).toEqual([]);
      expect([path, await isWithin(page)]).toEqual([path, true]);
    }
    await go(page, '/disclosure/entries/999999');
    await page.getByRole('alert').getByText('not_found').waitFor();
  }, 60_000);

  it('hand over a register as a table that a spreadsheet of a Chinese reader shows', async () => {
    const page = await openPage();
    await go(page, '/disclosure/register?register=prices');
    const text = await textOf(await saved(page, () => page.getByRole('button', { name: '导出 CSV' }).click()));
    const [heads = '', line = ''] = text.split('\r\n');
    expect(heads).toMatch(/^\uFEFF类别,名称,编号,.*价格（元）/);
    expect(line).toContain(`订单,${material.title.zh},${traded.order.id}`);
    expect(line).toContain(',38800,');
  }, 60_000);

  it('verify in a fresh browser, signed out, what the buyer downloaded with its openings, from its file and pasted', async () => {
    const receipt = await receiptOfBuyer();
    const page = await openPage();
    await go(page, '/disclosure/verify');
    const file = join(folder, 'contract.tlog-proof');
    writeFileSync(file, receipt);
    await page.getByLabel('选择凭证文件').setInputFiles(file);
    await page.locator('.notice.good').waitFor();
    const shown = await said(page);
    expect(shown).toContain('核验通过');
    expect(shown).toContain('现行账本是签发时账本的延续');
    expect(shown).toContain('不公开、仅凭此凭证可证明的内容');
    expect(shown).toContain('需方');
    await page.reload();
    await page.getByLabel('或将文件拖放到此处').fill(receipt.trimEnd().replaceAll('\n', '\r\n'));
    await page.getByRole('button', { name: '在本机核验' }).click();
    await page.locator('.notice.good').waitFor();
  }, 60_000);

  it('say plainly in both languages what is wrong with a receipt that was changed, dropped or pasted', async () => {
    const { items } = await buyer.get<{ items: readonly { event: string }[] }>(`/v1/disclosure/standing?kind=contract&record=${contract}`);
    const receipt = Buffer.from(await buyer.download(`/v1/disclosure/receipts?event=${items[0]?.event}`)).toString();
    const [version = '', extra = '', ...rest] = receipt.split('\n');
    const told = JSON.parse(Buffer.from(extra.slice('extra '.length), 'base64').toString()) as {
      entry: string;
      openings: { field: string; salt: string; value: unknown }[];
    };
    const changed = (content: object): string =>
      [version, `extra ${Buffer.from(JSON.stringify(content)).toString('base64')}`, ...rest].join('\n');
    const page = await openPage();
    await go(page, '/disclosure/verify');
    const drop = async (text: string): Promise<void> => {
      const data = await page.evaluateHandle(
        `(() => { const data = new DataTransfer(); data.items.add(new File([${JSON.stringify(text)}], 'r.tlog-proof')); return data; })()`,
      );
      await page.dispatchEvent('form.drop', 'drop', { dataTransfer: data });
    };
    await drop(changed({ ...told, entry: told.entry.replace('"signed"', '"signet"').replace('.sign', '.sigm') }));
    await page.locator('.notice.refused').waitFor();
    expect(await said(page)).toContain('凭证不能证明该条目在日志中。');
    await page.getByRole('button', { name: '切换到英文' }).click();
    expect(await said(page)).toContain('Do not rely on this receipt');

    const openings = told.openings.map((one) => (one.field === 'buyer' ? { ...one, value: 'somebody-else' } : one));
    const paste = async (text: string, code: string): Promise<string> => {
      await page.getByLabel('Or drop the file here').fill(text);
      await page.getByRole('button', { name: 'Verify on this device' }).click();
      await page.locator('.notice.refused').getByText(code).waitFor();
      return said(page);
    };
    expect(await paste(changed({ ...told, openings }), 'opening_mismatch')).toContain('Buyer');
    const last = receipt.trimEnd();
    expect(await paste(`${last.slice(0, -8)}${last.at(-8) === 'A' ? 'B' : 'A'}${last.slice(-7)}`, 'signature_invalid')).toContain(
      'Not verified',
    );
    expect(await paste('nothing of the kind', 'receipt_malformed')).toContain('This is no whole receipt');
    await page.getByLabel('Verifier key').fill('no-key');
    expect(await paste(receipt, 'key_malformed')).toContain('It could not be verified');
  }, 60_000);

  it('let an operator tell what a disclosure asks for, and lead from its figures to the entries that they rest on', async () => {
    const page = await signIn('zou-hao');
    await go(page, `/disclosure-duties/duty:${operator}`);
    await page.locator('[data-action="openAdHoc"]').click();
    await page.getByLabel('理由').selectOption({ label: '数据来源中断' });
    await page.getByLabel('发生时间').fill(new Date(Date.now() + 8 * 3_600_000 - 60_000).toISOString().slice(0, 16)); // as clocks in Shanghai show it
    await page.locator('form.form').getByRole('button', { name: '启动临时披露' }).click();
    await page.locator('.timeline').getByText('启动临时披露').waitFor();
    await go(page, '/disclosure-records?scope=queue');
    await page.getByRole('link', { name: /^临时信息披露/ }).click();
    await page.locator('[data-action="complete"]').click();
    const told = page.getByRole('group', { name: '说明事项' });
    expect(await told.locator('select').evaluateAll((all) => all.map((one) => (one as unknown as { value: string }).value))).toEqual([
      'FACT',
      'EFFECT',
      'MEASURES',
    ]);
    for (const text of await told.getByLabel('内容').all()) await text.fill('如实说明。');
    await page.locator('form.form').getByRole('button', { name: '填写说明' }).click();
    await page.locator('.timeline').getByText('填写说明').waitFor();
    expect(await page.getByText('尚未填写。').count()).toBe(0);
    await until('the figures are counted', async () => {
      await page.reload();
      await page.locator('main[aria-busy="false"] h1').waitFor();
      return (await page.locator('.basis a').count()) > 0 || undefined;
    });
    await page.locator('.basis a').first().click();
    await page.getByRole('heading', { level: 1, name: /^账本条目 #\d+$/ }).waitFor();
  }, 60_000);

  it('verify on the device all that the ledger holds of a record', async () => {
    const page = await openPage();
    await go(page, `/grants/${traded.grant.id}`);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).not.toBe('');
    await go(page, `/disclosure/verify?kind=grant&record=${traded.grant.id}`);
    const entered = (await (await fetch(`${host.origin}/v1/disclosure/standing?kind=grant&record=${traded.grant.id}`)).json()) as {
      items: readonly object[];
    };
    expect(await page.locator('.notice.good').count()).toBe(entered.items.length);
    expect(entered.items.length).toBeGreaterThan(0);
    await go(page, '/disclosure/verify?kind=grant&record=nothing');
    await page.getByText('这条记录尚无入账事项。').waitFor();
  }, 60_000);
});
