import type { Browser, Page } from 'playwright-core';

type Router = { readonly go: (path: string) => Promise<void> };

/** What Lambda needs and people's browsers do not have: it would hide what they would see. */
const lax = new Set(['--single-process', '--disable-web-security', '--allow-running-insecure-content', '--disable-site-isolation-trials']);
/** Graphics by a processor that has none: a page is drawn the same without, in two thirds of the time. */
const graphics = /gpu|gl=|angle|swiftshader/;

/**
 * A real browser, headless, from npm alone; or why there is none here. The package is made for Lambda, and brings its own libraries only where
 * it believes to be there.
 */
export const openBrowser = async (): Promise<Browser | string> => {
  process.env['AWS_EXECUTION_ENV'] = 'AWS_Lambda_nodejs24.x';
  try {
    const { default: packed } = await import('@sparticuz/chromium');
    const { chromium } = await import('playwright-core');
    const args = [...packed.args.filter((arg) => !lax.has(arg) && !graphics.test(arg)), '--disable-gpu'];
    return await chromium.launch({ executablePath: await packed.executablePath(), args, headless: true });
  } catch (error) {
    return `no browser can be started here: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
  } finally {
    delete process.env['AWS_EXECUTION_ENV'];
  }
};

/** A browser of one's own, with nobody signed in; scripts that fail and policies that are broken are told to `broken`. */
export const openWatchedPage = async (browser: Browser | undefined, broken: (what: string) => void, width = 1440): Promise<Page> => {
  const context = await browser?.newContext({ viewport: { width, height: 900 }, locale: 'zh-CN', acceptDownloads: true });
  if (!context) throw new Error('no browser');
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  page.on('pageerror', (error) => broken(error.message));
  page.on('console', (said) => {
    if (said.type() === 'error' && said.text().includes('Content Security Policy')) broken(said.text());
  });
  return page;
};

/** Signs a demonstration person in, and waits for what is theirs to do. */
export const signInAs = async (page: Page, origin: string, person: string): Promise<void> => {
  await page.goto(`${origin}/`);
  await page.getByRole('banner').getByRole('button', { name: '登录', exact: true }).click();
  await page.locator(`button[name="person"][value="${person}"]`).click();
  await page.getByRole('heading', { name: '待我办理' }).waitFor();
};

/** Opens a page of the portal, and waits until it is drawn: anew, or from the page that is open as its links do. */
export const goTo = async (page: Page, url: string): Promise<void> => {
  const { origin } = new URL(url);
  if (page.url().startsWith(`${origin}/`))
    await page.evaluate(async ({ router, path }) => (await (import(router) as Promise<Router>)).go(path), {
      router: `${origin}/router.js`,
      path: url.slice(origin.length),
    });
  else await page.goto(url);
  await page.locator('main[aria-busy="false"] h1').waitFor();
};
/** Whether nothing of a page is wider than its window. */
export const isWithin = (page: Page): Promise<boolean> => page.evaluate('document.documentElement.scrollWidth <= innerWidth');
