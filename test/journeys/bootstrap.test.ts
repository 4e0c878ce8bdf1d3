import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '../../infra/local/journey/client.ts';
import { runScript } from '../support/command.ts';
import { freshFolder, startHost, type HostProcess } from '../support/host.ts';
import { disclosures } from '../support/ledger.ts';
import { openVisitor } from '../support/openid-visitor.ts';

type Me = { readonly person: string; readonly memberships: readonly { readonly type: string; readonly roles: readonly string[] }[] };

// Each test starts processes, which takes its time where the machine has other work.
jest.setTimeout(120_000);

const { folder, remove } = freshFolder();
const env = { HARBOUR_DEMO: 'off', HARBOUR_FOLDER: folder };
const people = [
  { name: '周文华', email: 'zhou@example.cn', password: 'three rivers meet there' },
  { name: '徐丽娟', email: 'xu@example.cn', password: 'seven bridges over water' },
] as const;
const organisation = [
  '--name-zh',
  '泰州市数据局',
  '--name-en',
  'Taizhou Data Bureau',
  '--region',
  '3212',
  '--credit-code',
  '11321200PDY000028K',
];
const bootstrap = (administrators: readonly string[], more: readonly string[] = organisation) =>
  runScript('infra/local/bootstrap.ts', [...more, ...administrators.flatMap((a) => ['--admin', a])], env);

const hosts: HostProcess[] = [];
const start = async (): Promise<HostProcess> => {
  const host = await startHost(folder, env);
  hosts.push(host);
  return host;
};
const as = async ({ origin }: HostProcess, act: 'enrol' | 'enter', person: (typeof people)[number]) => {
  const { access_token: token } = await openVisitor(origin).signIn({ act, ...person });
  return async <T>(path: string): Promise<T> =>
    (await fetch(`${origin}${path}`, { headers: { authorization: `Bearer ${token}` } })).json() as Promise<T>;
};
afterAll(async () => {
  for (const host of hosts) await host.kill('SIGKILL');
  remove();
});

describe('a first run without demonstration data', () => {
  const administrators: string[] = [];

  it('says how the first authority comes to be, and lets people register to learn their ids', async () => {
    const host = await start();
    const said = (): string => host.said.join('\n');
    for (const person of people) {
      const me = await (await as(host, 'enrol', person))<Me>('/v1/me');
      expect(me.memberships).toEqual([]);
      administrators.push(`${me.person},${person.name},${person.email}`);
    }
    expect(said()).toContain('npm run bootstrap');
    expect(said()).toContain('本机尚无任何单位');
  });

  it('founds nothing while the host runs', async () => {
    expect(await bootstrap(administrators)).toMatchObject({ code: 1, err: expect.stringContaining('stop it first') });
    await hosts[0]?.kill('SIGTERM');
  });

  it.each([
    ['with nobody to administer it, and no terminal to ask at', () => bootstrap([]), 'npm run bootstrap -- --name-zh'],
    ['with a person who has not registered', () => bootstrap([administrators[0] ?? '', 'p-nobody,王,wang@example.cn']), 'p-nobody'],
    ['with one person twice', () => bootstrap([administrators[0] ?? '', administrators[0] ?? '']), '两'],
    [
      'under a credit code whose check digit is wrong',
      () => bootstrap(administrators, organisation.with(7, '11321200PDY000028L')),
      '信用代码',
    ],
    ['in another city', () => bootstrap(administrators, organisation.with(5, '3201')), 'region'],
  ])('founds no authority %s', async (_case, attempt, says) => {
    const { code, err } = await attempt();
    expect(code).toBe(1);
    expect(err).toContain(says);
  });

  it('founds the authority once, and the ledger says so', async () => {
    expect(await bootstrap(administrators)).toMatchObject({ code: 0, err: '' });
    expect(await bootstrap(administrators)).toMatchObject({ code: 1, err: expect.stringContaining('已设立') });
    const host = await start();
    for (const person of people) {
      const me = await (await as(host, 'enter', person))<Me>('/v1/me');
      expect(me.memberships).toMatchObject([{ type: 'DATA_AUTHORITY', roles: ['org.admin'] }]);
    }
    const told = await until('the founding stands in the ledger', async () => (await disclosures(host.origin)).at(0));
    expect(told).toMatchObject({ kind: 'organisation', action: 'found', disclosed: { creditCode: '11321200PDY000028K' } });
    expect(host.said.join('\n')).not.toContain('npm run bootstrap');
  });
});
