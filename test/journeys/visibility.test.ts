import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import { organisations } from '../../infra/local/demo/people.ts';
import { until, type Line, type Session, type View } from '../../infra/local/journey/client.ts';
import { accept, ask, assemble, authorise, catalogue, type Cast } from '../../infra/local/journey/journey.ts';
import { catalogueEntry, question, scenarioFile, strongSheet } from '../../infra/local/journey/material.ts';
import type { Problem } from '../../shared/edge/refusal.ts';
import { openTestHost } from '../support/host.ts';
import {
  becomes,
  entitled,
  historyOf,
  key,
  material,
  quiet,
  sessionOf,
  supply,
  toldIn,
  version,
  wants,
  type Supply,
} from '../support/trading.ts';

const sql = question(material);
let host: Host;
let cast: Cast;
let chain: Supply;
let order: View;
let query: View;

const see = async (path: string) => {
  const answer = await fetch(`${host.origin}${path}`);
  return { status: answer.status, text: await answer.text() };
};

/** What is said to someone who wants to create a record. */
const made = async (input: object, plural: string, person: Session) => toldIn(JSON.stringify((await wants(person, plural, input)).body));
/** Whom the history of the order names to a person, by action. */
const namedTo = async (person: Session): Promise<Readonly<Record<string, string | undefined>>> =>
  Object.fromEntries((await historyOf(person, 'orders', order.id)).map((line) => [line.action, line.by]));

beforeAll(async () => {
  host = await openTestHost();
  cast = await assemble(host.origin);
  chain = await supply(cast);
  const trade = await entitled(cast, chain.listing);
  ({ order } = trade);
  ({ query } = await ask(cast, trade.entitlement, sql));
  await accept(cast, order, quiet);
}, 60_000);
afterAll(async () => host.close());

describe('what one may not see does not exist', () => {
  const nothing = 'aaaaaaaaaaaaaaaaaaaaaaaaaa';
  it('in detail, history, uploads, results, and for every action: the very same bytes as for no record', async () => {
    const [stranger, operator] = [
      await sessionOf(host.origin, 'shipyard', 'buyer.agent'),
      await sessionOf(host.origin, 'xiangtai', 'operator.agent'),
    ];
    const contract = String(order.data['contract'] ?? (await cast.buyer.get(`/v1/orders/${order.id}`)).data['contract']);
    const { entitlement } = query.data as unknown as { entitlement: string };
    const foreign: readonly (readonly [plural: string, id: string, actions: readonly string[]])[] = [
      ['orders', order.id, ['cancel', 'accept', 'claimRefund', 'confirmPayment']],
      ['contracts', contract, ['sign', 'decline', 'terminate']],
      ['entitlements', entitlement, ['revoke', 'suspend']],
      ['queries', query.id, ['cancel']],
      ['scenarios', chain.scenario.id, ['edit', 'file', 'withdraw']],
      ['datasets', chain.dataset.id, ['deposit', 'approve']],
      ['memberships', `${cast.buyer.organisation}:${cast.buyer.person}`, ['end', 'propose']],
    ];
    const input: Readonly<Record<string, object>> = {
      'orders cancel': { reason: '不再需要' },
      decline: { reason: '不再需要' },
      terminate: { reason: '不再需要' },
      revoke: { reason: '不再使用' },
      suspend: { reason: '例行核查' },
      end: { reason: '人员离任' },
      propose: { roles: ['buyer.agent'] },
      deposit: { fileName: 'a.csv' },
      sign: { digest: `sha256:${'0'.repeat(64)}` },
      confirmPayment: { amountFen: 1, remittance: 'HK000001' },
      edit: scenarioFile('另一个场景', chain.grant.id),
    };
    for (const person of [stranger, operator]) {
      for (const [plural, id, actions] of foreign) {
        const gets = ['', '/history', '/upload', '/result'];
        for (const tail of gets) {
          const [theirs, none] = [
            await person.send('GET', `/v1/${plural}/${id}${tail}`),
            await person.send('GET', `/v1/${plural}/${nothing}${tail}`),
          ];
          expect([plural, tail, theirs.status, toldIn(JSON.stringify(theirs.body))]).toEqual([
            plural,
            tail,
            404,
            toldIn(JSON.stringify(none.body)),
          ]);
        }
        for (const action of actions) {
          const [theirs, none] = await Promise.all(
            [id, nothing].map((of) =>
              person.send('POST', `/v1/${plural}/${of}/${action}`, input[`${plural} ${action}`] ?? input[action] ?? {}, {
                ...key(),
                ...version(1),
              }),
            ),
          );
          expect([plural, action, theirs?.status, toldIn(JSON.stringify(theirs?.body))]).toEqual([
            plural,
            action,
            404,
            toldIn(JSON.stringify(none?.body)),
          ]);
        }
      }
    }
    expect(await made({ entitlement, sql }, 'queries', stranger)).toBe(await made({ entitlement: nothing, sql }, 'queries', stranger));
    expect(await made(scenarioFile('场景', chain.grant.id), 'scenarios', operator)).toBe(
      await made(scenarioFile('场景', nothing), 'scenarios', operator),
    );
    expect(await made({ scenario: chain.scenario.id, resource: chain.resource.id }, 'datasets', operator)).toBe(
      await made({ scenario: nothing, resource: chain.resource.id }, 'datasets', operator),
    );
  });

  it('nor in any list, for anyone without the role or the region', async () => {
    const people = [
      await sessionOf(host.origin, 'shipyard', 'buyer.agent'),
      await sessionOf(host.origin, 'xiangtai', 'operator.agent'),
      await sessionOf(host.origin, 'jiangyan-data', 'authority.lead'),
      await sessionOf(host.origin, 'health', 'source.cdo'),
    ];
    const plurals = [
      'orders',
      'contracts',
      'entitlements',
      'queries',
      'jobs',
      'scenarios',
      'datasets',
      'assessments',
      'sheets',
      'products',
      'resources',
      'grants',
      'agreements',
      'memberships',
    ];
    const ours = new Set([
      order.id,
      query.id,
      chain.scenario.id,
      chain.dataset.id,
      chain.resource.id,
      chain.grant.id,
      chain.agreement,
      chain.product,
      chain.listing.id,
    ]);
    for (const person of people)
      for (const plural of plurals)
        for (const scope of ['own', 'party', 'region', 'queue'] as const) {
          const { status, body } = await person.send<{ items?: readonly Line[] }>('GET', `/v1/${plural}?scope=${scope}&limit=100`);
          expect([plural, scope, [200, 403].includes(status)]).toEqual([plural, scope, true]);
          expect([plural, scope, (body.items ?? []).filter((item) => ours.has(item.id))]).toEqual([plural, scope, []]);
        }
  });

  it('nor in an account that is another’s', async () => {
    const stranger = await sessionOf(host.origin, 'shipyard', 'buyer.agent');
    for (const account of [
      `buyer:${cast.buyer.organisation}`,
      `operator:${cast.agent.organisation}`,
      `escrow:${order.id}`,
      `bank:${cast.cashier.organisation}`,
      `venue:${cast.cashier.organisation}`,
      'finance:3212',
    ]) {
      const [theirs, none] = [
        await stranger.send('GET', `/v1/statement?account=${account}`),
        await stranger.send('GET', `/v1/statement?account=operator:${nothing}`),
      ];
      expect([account, theirs.status, toldIn(JSON.stringify(theirs.body))]).toEqual([account, 404, toldIn(JSON.stringify(none.body))]);
    }
  });

  it('the question of a buyer is read neither by the operator nor by the venue, and its answer by nobody else', async () => {
    for (const person of [
      cast.agent,
      cast.operatorSignatory,
      cast.venueLead,
      cast.reviewer,
      cast.case,
      cast.lead,
      cast.steward,
      cast.cyberspace,
    ]) {
      expect([person.person, (await person.send('GET', `/v1/queries/${query.id}`)).status]).toEqual([person.person, 404]);
      expect([person.person, (await person.send('GET', `/v1/queries/${query.id}/result`)).status]).toEqual([person.person, 404]);
      for (const scope of ['own', 'party', 'queue', 'region'])
        expect(JSON.stringify((await person.send('GET', `/v1/queries?scope=${scope}`)).body)).not.toContain(query.id);
    }
    const auditor = await sessionOf(host.origin, 'audit', 'auditor');
    expect((await auditor.get(`/v1/queries/${query.id}`)).id).toBe(query.id);
    expect((await auditor.send<Problem>('GET', `/v1/queries/${query.id}/result`)).body.code).toBe('not_permitted');
  });
});

describe('a sealed sheet', () => {
  const fields = ['LAW', 'PRIVACY', 'SECURITY', 'SECTOR', 'ECONOMICS', 'LAW', 'SECTOR'] as const;
  it('is read by nobody but its expert until all are in', async () => {
    const resource = await catalogue(cast, material, quiet);
    const grant = await authorise(cast, material, resource, quiet);
    const scenario = await cast.agent.create('scenarios', scenarioFile('另一应用场景', grant.id));
    await cast.agent.act(scenario, 'scenarios', 'file');
    const assessment = await until('the assessment begins', async () => {
      for (const line of await cast.secretary.list('assessments', 'queue')) {
        const view = await cast.secretary.get(`/v1/assessments/${line.id}`);
        if (view.data['scenario'] === scenario.id) return view;
      }
      return undefined;
    });
    const panel = cast.experts.map((expert, n) => ({
      person: expert.person,
      employer: `employer-${n}`,
      field: fields[n],
      authoritySide: false,
    }));
    await cast.secretary.act(assessment, 'assessments', 'proposePanel', { panel });
    await cast.lead.act(assessment, 'assessments', 'confirmPanel');
    const { sheets } = (await cast.secretary.get(`/v1/assessments/${assessment.id}`)).links as { sheets: readonly string[] };
    const none = {
      employment: false,
      shares: false,
      paidAdvice: false,
      kin: false,
      coAuthor: false,
      competitor: false,
      licence: false,
      supervised: false,
    };
    const secret = '只给评审记录的评语';
    const auditor = await sessionOf(host.origin, 'audit', 'auditor');
    const watchers = [cast.secretary, cast.lead, cast.case, cast.cyberspace, auditor];
    for (const [n, expert] of cast.experts.entries()) {
      const id = sheets[n] ?? '';
      await expert.act({ id }, 'sheets', 'declare', none);
      await expert.act({ id }, 'sheets', 'seal', { sheet: { ...strongSheet(), comment: secret } });
      if (n === cast.experts.length - 1) break;
      for (const person of watchers) {
        const read = await person.send('GET', `/v1/sheets/${id}`);
        const trail = await person.send('GET', `/v1/sheets/${id}/history`);
        expect(JSON.stringify([read.body, trail.body])).not.toMatch(new RegExp(`${secret}|score|recommendation`));
      }
      for (const person of [cast.agent, cast.steward, cast.experts[(n + 1) % 7] as Session])
        expect((await person.send('GET', `/v1/sheets/${id}`)).status).toBe(404);
      expect(JSON.stringify(await expert.get(`/v1/sheets/${id}`))).toContain(secret);
    }
    await becomes(cast.secretary, 'assessments', assessment.id, 'opened');
    const opened = await becomes(cast.secretary, 'sheets', sheets[0] ?? '', 'opened');
    expect(JSON.stringify(opened)).toContain(secret);
    expect((await cast.agent.send('GET', `/v1/sheets/${sheets[0]}`)).status).toBe(404);
  }, 30_000);
});

describe('a visitor', () => {
  const emails = organisations.flatMap((o) => o.people.map((p) => p.email));
  const names = organisations.flatMap((o) => o.people.flatMap((p) => [p.name, `"${p.id}"`]));
  it('reads what is public, and in it no person', async () => {
    const organisation = cast.buyer.organisation;
    const open = [
      `organisations/${organisation}`,
      `organisations/${cast.lead.organisation}`,
      `resources/${chain.resource.id}`,
      `grants/${chain.grant.id}`,
      `agreements/${chain.agreement}`,
      `products/${chain.product}`,
      `listings/${chain.listing.id}`,
    ].flatMap((path) => [path, `${path}/history`]);
    for (const path of [...open, 'market', 'disclosure/entries']) {
      const { status, text } = await see(`/v1/${path}`);
      expect([path, status]).toEqual([path, 200]);
      for (const personal of [...emails, ...names]) expect([path, personal, text.includes(personal)]).toEqual([path, personal, false]);
      expect([path, text.includes('@')]).toEqual([path, false]);
    }
    expect((await see(`/v1/organisations/${organisation}`)).text).not.toContain('administrators');
  });

  it('reads nothing that is not, whatever it is', async () => {
    const closed = [
      `orders/${order.id}`,
      `queries/${query.id}`,
      `scenarios/${chain.scenario.id}`,
      `datasets/${chain.dataset.id}`,
      `memberships/${cast.buyer.organisation}:${cast.buyer.person}`,
      `datasets/${chain.dataset.id}/history`,
    ];
    for (const path of closed) expect([path, (await see(`/v1/${path}`)).status]).toEqual([path, 404]);
    const draft = await cast.steward.create('resources', {
      ...catalogueEntry(material, `JT-${randomUUID().slice(0, 12)}`),
      organisation: cast.steward.organisation,
      stateSecret: false,
    });
    expect((await see(`/v1/resources/${draft.id}`)).status).toBe(404);
  });

  it('does not learn what is being signed before it is signed', async () => {
    const inside = '协议终止的内部理由';
    await cast.grantor.act({ id: chain.agreement }, 'agreements', 'terminate', { reason: inside });
    expect(JSON.stringify(await cast.lead.get(`/v1/agreements/${chain.agreement}`))).toContain(inside);
    const seen = [await see(`/v1/agreements/${chain.agreement}`), await see(`/v1/agreements/${chain.agreement}/history`)]
      .map(({ text }) => text)
      .join('');
    expect(seen).not.toMatch(new RegExp(`${inside}|terminate`));
    expect((await historyOf(cast.lead, 'agreements', chain.agreement)).at(-1)?.action).toBe('terminate');
    const stranger = await sessionOf(host.origin, 'shipyard', 'buyer.agent');
    expect(JSON.stringify(await stranger.get(`/v1/agreements/${chain.agreement}`))).not.toContain(inside);
  });
});

describe('a history', () => {
  it('names persons to their own organisation and to those who oversee, and to others only the seat', async () => {
    const own = await namedTo(cast.buyer);
    expect([own['create'], own['accept'], own['confirmPayment']]).toEqual([cast.buyer.person, cast.buyer.person, undefined]);
    const seller = await namedTo(cast.agent);
    expect([seller['create'], seller['confirmPayment']]).toEqual([undefined, undefined]);
    const auditor = await namedTo(await sessionOf(host.origin, 'audit', 'auditor'));
    expect([auditor['create'], auditor['confirmPayment']]).toEqual([cast.buyer.person, cast.cashier.person]);
  });
});
