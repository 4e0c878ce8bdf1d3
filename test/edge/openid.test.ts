import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { organisations } from '../../infra/local/demo/people.ts';
import type { DemonstrationOrganisation } from '../../infra/local/demo/staff.ts';
import { openProvider, type OpenProvider } from '../../infra/local/openid/provider.ts';
import { openVerifier } from '../../shared/vendor/openid.ts';
import { openVisitor } from '../support/openid-visitor.ts';

const ending: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ending.toReversed()) await end();
});

const listening = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ending.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'openid-'));
  ending.push(() => rmSync(folder, { recursive: true }));
  return folder;
};
const startHost = async (people: readonly DemonstrationOrganisation[]) => {
  const server = createServer();
  const origin = await listening(server);
  const folder = temporaryFolder();
  const clients = [{ id: 'portal', redirects: [`${origin}/callback`], afterSignOut: [`${origin}/`] }];
  const failures: unknown[] = [];
  const provider = await openProvider({ issuer: `${origin}/oidc`, folder, people, clients, failed: (error) => failures.push(error) });
  ending.push(() => provider.close());
  server.on('request', (incoming, response) => void provider.handle(incoming, response));
  return { origin, folder, provider, failures };
};
const verifierOf = ({ issuer, audience, jwks }: Pick<OpenProvider, 'issuer' | 'audience' | 'jwks'>, now?: () => Date) =>
  openVerifier({ issuer, audience, jwks, ...(now ? { now } : {}) });
const demoToken = (origin: string, person: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${origin}/oidc/demo-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ person }),
  });

const eightHoursAnd = (over: number) => () => new Date(Date.now() + (8 * 3600 + over) * 1000);
const startProcess = async (folder: string, port: string): Promise<{ readonly origin: string; readonly child: ChildProcess }> => {
  const script = new URL('../support/openid-host.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--no-warnings', script, folder, port], { stdio: ['ignore', 'pipe', 'inherit'] });
  ending.push(() => child.kill('SIGKILL'));
  const origin = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(line.toString().trim()));
    child.once('exit', (code) => reject(new Error(`the host ended with ${code}`)));
  });
  return { origin, child };
};

describe('a demonstration host', () => {
  let host: Awaited<ReturnType<typeof startHost>>;
  beforeAll(async () => {
    host = await startHost(organisations);
  });
  afterAll(() => expect(host.failures).toEqual([]));

  test('signs a person in with one click, and gives the portal a token that the verifier takes', async () => {
    const visitor = openVisitor(host.origin);
    const { to, verifier } = await visitor.ask();
    const shown = await visitor.go(to.href);
    const page = await shown.text();
    expect(page).toContain('这是演示主机');
    expect(page).toContain('王磊 · 单位管理员');

    const back = await visitor.callback(await visitor.submit(to, { person: 'wang-lei' }));
    expect(back.href).toContain(`${host.origin}/callback?code=`);
    expect(back.searchParams.get('state')).toBe('state-1');
    const code = back.searchParams.get('code') ?? '';
    const tokens = (await (await visitor.redeem(code, verifier)).json()) as Record<string, string | number>;
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 8 * 3600 });

    expect(await (await fetch(`${host.provider.issuer}/jwks`)).json()).toEqual(host.provider.jwks);
    expect(host.provider.jwks.keys.some((key) => 'd' in key)).toBe(false);
    const discovered = (await (await fetch(`${host.provider.issuer}/.well-known/openid-configuration`)).json()) as { jwks_uri: string };
    const verify = openVerifier({ issuer: host.provider.issuer, audience: host.provider.audience, jwksUri: discovered.jwks_uri });
    const access = String(tokens['access_token']);
    expect(await verify(access)).toEqual({ person: 'wang-lei', name: '王磊', email: 'wang.lei@example.cn' });
    expect(await verify(String(tokens['id_token']))).toBeUndefined();

    expect(await verifierOf(host.provider, eightHoursAnd(-60))(access)).toBeDefined();
    expect(await verifierOf(host.provider, eightHoursAnd(60))(access)).toBeUndefined();
    expect(await verifierOf({ ...host.provider, audience: ['portal'] })(access)).toBeUndefined();
    expect(await verifierOf({ ...host.provider, issuer: 'http://127.0.0.1:1/oidc' })(access)).toBeUndefined();
  });

  test('gives no token for a code that is used twice, or without the verifier it was asked with', async () => {
    const visitor = openVisitor(host.origin);
    const first = await visitor.ask();
    const code = (await visitor.callback(await visitor.submit(first.to, { person: 'zou-hao' }))).searchParams.get('code') ?? '';
    expect((await visitor.redeem(code, first.verifier)).status).toBe(200);
    expect((await visitor.redeem(code, first.verifier)).status).toBe(400);

    const second = await visitor.ask();
    expect(second.to.pathname).toBe('/callback');
    expect((await visitor.redeem(second.to.searchParams.get('code') ?? '', first.verifier)).status).toBe(400);
  });

  test('asks again who it is when the portal wants another person, and forgets the person after signing out', async () => {
    const visitor = openVisitor(host.origin);
    await visitor.signIn({ person: 'zou-hao' });
    const other = await visitor.ask({ prompt: 'login' });
    expect(other.to.pathname).toContain('/oidc/interaction/');
    const back = await visitor.callback(await visitor.submit(other.to, { person: 'li-na' }));
    const tokens = (await (await visitor.redeem(back.searchParams.get('code') ?? '', other.verifier)).json()) as { access_token: string };
    expect(await verifierOf(host.provider)(tokens.access_token)).toMatchObject({ person: 'li-na' });

    const asked = await visitor.go(`/oidc/session/end?client_id=portal&post_logout_redirect_uri=${host.origin}/`);
    const page = await asked.text();
    expect(page).toContain('确定退出数港吗');
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const left = await visitor.submit('/oidc/session/end/confirm', { xsrf, logout: 'yes' });
    expect(visitor.location(left).href).toBe(`${host.origin}/`);
    expect((await visitor.ask({ prompt: 'none' })).to.searchParams.get('error')).toBe('login_required');
  });

  test('finds people by organisation and role, and takes nobody whom it does not list', async () => {
    const visitor = openVisitor(host.origin);
    const { to } = await visitor.ask();
    const found = await (await visitor.go(`${to.href}?q=${encodeURIComponent('交易中心 出纳')}`)).text();
    expect([...found.matchAll(/name="person" value="([^"]+)"/g)].map(([, id]) => id)).toEqual(['qiao-mu', 'yu-ying']);
    expect(await (await visitor.go(`${to.href}?q=${encodeURIComponent('"><script>')}`)).text()).toContain(
      'value="&quot;&gt;&lt;script&gt;"',
    );
    expect((await visitor.submit(to, { person: 'nobody' })).status).toBe(422);
    const cancelled = await visitor.callback(await visitor.submit(to, { act: 'cancel' }));
    expect(cancelled.searchParams.get('error')).toBe('access_denied');
  });

  test('serves pages that need nothing from elsewhere and run no script, by a policy that says so', async () => {
    const visitor = openVisitor(host.origin);
    const { to } = await visitor.ask();
    const shown = await visitor.go(to.href);
    const page = await shown.text();
    const style = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? '';
    const policy = shown.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page).not.toMatch(/<script|\bsrc=|\bhref=|url\(/);
    expect(shown.headers.get('cache-control')).toBe('no-store');
  });

  test('leads nobody to an address that the portal has not registered, and asks every client for PKCE', async () => {
    const visitor = openVisitor(host.origin);
    const query = 'client_id=portal&response_type=code&scope=openid';
    const elsewhere = await visitor.go(`/oidc/auth?${query}&redirect_uri=https://evil.example/callback`);
    expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([400, null]);
    const unproved = await visitor.go(`/oidc/auth?${query}&redirect_uri=${host.origin}/callback`);
    expect(visitor.location(unproved).searchParams.get('error')).toBe('invalid_request');
  });

  test('answers a sign-in page only to the browser that began to sign in', async () => {
    const [visitor, other] = [openVisitor(host.origin), openVisitor(host.origin)];
    const { to } = await visitor.ask();
    expect((await other.go(to.href)).status).toBe(400);
    expect((await other.submit(to, { person: 'wang-lei' })).status).toBe(400);
    expect((await visitor.submit(to, { person: 'x'.repeat(9000) })).status).toBe(413);
  });

  test('mints a token without a page for callers on this machine', async () => {
    const answer = await demoToken(host.origin, 'zhang-guoqiang');
    const { access_token: token, expires_in: seconds } = (await answer.json()) as { access_token: string; expires_in: number };
    expect([answer.status, seconds]).toEqual([200, 8 * 3600]);
    expect(await verifierOf(host.provider)(token)).toEqual({
      person: 'zhang-guoqiang',
      name: '张国强',
      email: 'zhang.guoqiang@example.cn',
    });

    expect((await demoToken(host.origin, 'nobody')).status).toBe(400);
    expect((await demoToken(host.origin, 'wang-lei', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await demoToken(host.origin, 'wang-lei', { 'x-forwarded-for': '203.0.113.7' })).status).toBe(403);
    expect((await fetch(`${host.origin}/oidc/demo-token`)).status).toBe(405);
  });

  test('answers under no other name than its own', async () => {
    const status = await new Promise((resolve) => {
      const asking = request(`${host.origin}/oidc/jwks`, { headers: { host: 'rebound.example' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asking.end();
    });
    expect(status).toBe(421);
  });
});

describe('a host without demonstration people', () => {
  let host: Awaited<ReturnType<typeof startHost>>;
  const mayor = { email: 'Mayor@example.cn', password: 'three rivers meet here' };
  beforeAll(async () => {
    host = await startHost([]);
  });
  afterAll(() => expect(host.failures).toEqual([]));

  test('makes a person known by name, address and password, who can then enter again as the same person', async () => {
    const first = await openVisitor(host.origin).signIn({ act: 'enrol', name: '周市长', ...mayor });
    const made = await verifierOf(host.provider)(first.access_token);
    expect(made).toEqual({ person: expect.stringMatching(/^p-[0-9a-f]{16}$/), name: '周市长' });
    const second = await openVisitor(host.origin).signIn({ act: 'enter', ...mayor });
    expect(await verifierOf(host.provider)(second.access_token)).toEqual(made);
  });

  test('lets nobody else on this machine read what it keeps', () => {
    expect(statSync(join(host.folder, 'openid.sqlite')).mode & 0o777).toBe(0o600);
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['a wrong password', { act: 'enter', ...mayor, password: 'three rivers meet there' }, '邮箱与密码不符'],
    ['an unknown address', { act: 'enter', ...mayor, email: 'nobody@example.cn' }, '邮箱与密码不符'],
    ['an address that is taken', { act: 'enrol', name: '冒名', ...mayor }, '该邮箱已登记'],
    ['a short password', { act: 'enrol', name: '新人', email: 'new@example.cn', password: 'short' }, '不少于 12 个字符'],
    ['a demonstration person', { person: 'wang-lei' }, '邮箱与密码不符'],
  ])('refuses %s', async (_name, form, sentence) => {
    const visitor = openVisitor(host.origin);
    const { to } = await visitor.ask();
    const answer = await visitor.submit(to, form);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain(sentence);
  });

  test('makes whoever guesses at a password wait, even with the right one', async () => {
    const visitor = openVisitor(host.origin);
    const { to } = await visitor.ask();
    const victim = { email: 'victim@example.cn', password: 'correct horse battery' };
    await openVisitor(host.origin).signIn({ act: 'enrol', name: '受害人', ...victim });
    await Promise.all([1, 2, 3, 4, 5].map((n) => visitor.submit(to, { act: 'enter', ...victim, password: `wrong password ${n}` })));
    expect(await (await visitor.submit(to, { act: 'enter', ...victim })).text()).toContain('请一分钟后再试');
  });

  test('mints no demonstration token', async () => {
    expect((await demoToken(host.origin, 'wang-lei')).status).toBe(404);
  });
});

describe('a host that is killed', () => {
  test('keeps its keys, the session of the browser, and a code that was on its way', async () => {
    const folder = temporaryFolder();
    const first = await startProcess(folder, '0');
    const visitor = openVisitor(first.origin);
    const tokens = await visitor.signIn({ person: 'wang-lei' });
    const onItsWay = await visitor.ask();
    const ended = new Promise((resolve) => first.child.once('exit', resolve));
    first.child.kill('SIGKILL');
    await ended;

    const second = await startProcess(folder, new URL(first.origin).port);
    const verify = openVerifier({ issuer: `${second.origin}/oidc`, audience: ['data-harbour'], jwksUri: `${second.origin}/oidc/jwks` });
    expect(await verify(tokens.access_token)).toMatchObject({ person: 'wang-lei' });
    const code = onItsWay.to.searchParams.get('code') ?? '';
    expect((await visitor.redeem(code, onItsWay.verifier)).status).toBe(200);
    expect((await visitor.redeem(code, onItsWay.verifier)).status).toBe(400);
    const silent = await visitor.ask({ prompt: 'none' });
    expect(silent.to.searchParams.get('code')).toEqual(expect.any(String));
  });
});
