import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import { until, type Session, type View } from '../../infra/local/journey/client.ts';
import { assemble, type Cast } from '../../infra/local/journey/journey.ts';
import { catalogueEntry, productOffer, scenarioFile } from '../../infra/local/journey/material.ts';
import { whenCreating, when, refusal } from '../support/decisions.ts';
import { liveOf, recordOf } from '../support/fixtures.ts';
import { openTestHost } from '../support/host.ts';
import { people } from '../support/people.ts';
import {
  historyOf,
  key,
  material,
  orderSigned,
  priceFen,
  sessionOf,
  supply,
  termsFor,
  tries,
  wants,
  type Supply,
} from '../support/trading.ts';

let host: Host;
let cast: Cast;
let chain: Supply;
/** The lead of a district's data bureau, who has nothing to do with the city's. */
let districtLead: Session;

beforeAll(async () => {
  host = await openTestHost();
  cast = await assemble(host.origin);
  chain = await supply(cast);
  districtLead = await sessionOf(host.origin, 'jiangyan-data', 'authority.lead');
}, 60_000);
afterAll(async () => host.close());

const code = ({ status, body }: { readonly status: number; readonly body: { readonly code?: string } }) =>
  `${status} ${body.code ?? ''}`.trim();
const administrator = (person: string) => ({ person, name: '某人', email: `${person}@example.cn` });
const application = (creditCode: string, region: string, ...administrators: readonly string[]) => ({
  name: { zh: '数据公司', en: 'Data company' },
  type: 'DATA_AUTHORITY',
  region,
  creditCode,
  administrators: administrators.map(administrator),
});

describe('whoever applies for an organisation', () => {
  it('cannot have a district verify what would act for the city', async () => {
    const { buyer } = cast;
    const sent = (region: string) => application('91350100M000100Y43', region, buyer.person, 'someone-else');
    const applied = await buyer.create('organisations', sent('321204'));
    await districtLead.act(applied, 'organisations', 'reject', { reason: '材料不齐' });
    expect(code(await tries(buyer, 'organisations', applied.id, 'resubmit', sent('3212')))).toBe('422 invalid_input');
    expect((await buyer.act(applied, 'organisations', 'resubmit', sent('321204'))).status).toBe('applied');
    await districtLead.act(applied, 'organisations', 'reject', { reason: '材料不齐' });
  });

  it('does not have it verified by one whom it would make its administrator', async () => {
    const applied = await cast.buyer.create(
      'organisations',
      application('91350100M000100Y43', '321204', cast.buyer.person, districtLead.person),
    );
    expect(code(await tries(districtLead, 'organisations', applied.id, 'verify'))).toBe('403 own_work');
  });
});

describe('an officer of a district', () => {
  it('reads of the city’s public records what everyone reads: no administrator, no clause, no name of a person, no public account', async () => {
    const { data } = await districtLead.get(`/v1/organisations/${cast.agent.organisation}`);
    expect(data).not.toHaveProperty('administrators');
    expect((await districtLead.get(`/v1/agreements/${chain.agreement}`)).data).not.toHaveProperty('clauses');
    for (const [plural, id] of [
      ['grants', chain.grant.id],
      ['listings', chain.listing.id],
    ] as const) {
      expect((await historyOf(districtLead, plural, id)).filter((line) => line.by !== undefined)).toEqual([]);
      expect((await historyOf(cast.lead, plural, id)).some((line) => line.by !== undefined)).toBe(true);
    }
    expect((await districtLead.send('GET', '/v1/statement?account=finance:3212')).status).toBe(404);
    expect((await cast.lead.send('GET', '/v1/statement?account=finance:321204')).status).toBe(200);
  });

  it('does not grant the city’s data', async () => {
    const officer = await sessionOf(host.origin, 'jiangyan-data', 'authority.case');
    expect(code(await wants(officer, 'agreements', await termsFor(cast, chain.resource)))).toBe('403 not_permitted');
  });
});

describe('the term of an agreement', () => {
  it('is five years at most, in whatever year it is said to begin', async () => {
    const endless = await termsFor(cast, chain.resource, { termStart: '0004-01-01', termEnd: '2999-12-31' });
    expect(code(await wants(cast.organiser, 'agreements', endless))).toBe('422 term_too_long');
  });

  it('has begun before anything under it is live', async () => {
    const later = await termsFor(cast, chain.resource, { termStart: '2090-01-01', termEnd: '2094-12-31' });
    const drafted = await cast.organiser.create('agreements', later);
    await cast.operatorSignatory.act(drafted, 'agreements', 'sign');
    await cast.secondOrganiser.act(drafted, 'agreements', 'sign');
    expect(code(await tries(cast.grantor, 'agreements', drafted.id, 'activate'))).toBe('422 term_invalid');
  });
});

describe('an operator who would single people out', () => {
  const offered = (over: object) => {
    const offer = productOffer(material, material.title, chain.scenario.id, chain.dataset.id);
    return wants(cast.agent, 'products', { ...offer, rule: { ...offer.rule, ...over } });
  };

  it('does not count rows for persons: the entity is named, and is no number of the row', async () => {
    expect(code(await offered({ entity: null }))).toBe('422 rule_too_weak');
    expect(code(await offered({ entity: 'trip_id' }))).toBe('422 rule_too_weak');
    expect((await offered({ entity: 'vehicle_id' })).status).toBe(201);
  });

  it('does not group by what the source has declared personal, though no scan would find it', async () => {
    expect(code(await offered({ entity: null, dimensions: [{ column: 'vehicle_id' }] }))).toBe('422 column_personal');
  });

  it('may count rows where each is one person’s', () => {
    const columns = [{ name: 'id', type: 'VARCHAR', nullPermille: 0, personal: 'resident_id', unique: true }];
    const dataset = liveOf('dataset', { id: 'dataset-1', links: { scenario: 'scenario-1' }, data: { columns } });
    const rule = { dimensions: [], measures: [], entity: null, minEntities: 10, dominancePercent: 50, maxRows: 1000, maxPredicates: 8 };
    const decision = whenCreating(people['operator agent'], 'product', {
      input: { scenario: 'scenario-1', dataset: 'dataset-1', rule },
      refs: { dataset, scenario: liveOf('scenario', { id: 'scenario-1' }) },
    });
    expect(refusal(decision)).toBeUndefined();
  });
});

describe('one person under two memberships', () => {
  it('does not confirm the payment of their own order', async () => {
    const order = await orderSigned(cast, chain.listing);
    const { organisation } = cast.cashier;
    const [one, other] = [await sessionOf(host.origin, 'venue', 'org.admin'), await sessionOf(host.origin, 'venue', 'org.admin', 1)];
    const input = { organisation, ...administrator(cast.buyer.person), roles: ['venue.cashier'] };
    const appointed = await one.create('memberships', input);
    await other.act(appointed, 'memberships', 'confirm');
    const paid = await cast.buyer.send<{ code: string }>(
      'POST',
      `/v1/orders/${order.id}/confirmPayment`,
      { amountFen: priceFen, remittance: `ICBC-${randomUUID().slice(0, 13)}` },
      { ...key(), 'if-match': `"${order.version}"`, 'harbour-organisation': organisation },
    );
    expect(code(paid)).toBe('403 own_work');
    await other.act(appointed, 'memberships', 'end', { reason: '人员离任' });
  });

  it('does not sit on the panel for a file of their own, nor choose a panel and sit on it', async () => {
    const scenario = await cast.agent.create('scenarios', scenarioFile('另一应用场景', chain.grant.id));
    await cast.agent.act(scenario, 'scenarios', 'file');
    const assessment = await until<View>('an assessment begins', async () => {
      const views = await Promise.all(
        (await cast.secretary.list('assessments', 'queue')).map((l) => cast.secretary.get(`/v1/assessments/${l.id}`)),
      );
      return views.find((view) => view.data['scenario'] === scenario.id);
    });
    const fields = ['LAW', 'PRIVACY', 'SECURITY', 'SECTOR', 'ECONOMICS'];
    const panelWith = (person: string) =>
      fields.map((field, n) => ({
        person: n === 0 ? person : String(cast.experts[n]?.person),
        employer: `employer-${n}`,
        field,
        authoritySide: false,
      }));
    for (const person of [cast.agent.person, cast.secretary.person])
      expect(code(await tries(cast.secretary, 'assessments', assessment.id, 'proposePanel', { panel: panelWith(person) }))).toBe(
        '422 panel_conflict',
      );
  });

  it('does not decide on a scenario that they filed or scored', () => {
    const { cyberspace } = people;
    const opened = recordOf('assessment', 'opened', { data: { advised: 'APPROVED' } });
    const scenario = (did: object) => liveOf('scenario', { did: { create: ['maker'], ...did } });
    const sheet = (did: object) => liveOf('sheet', { did: { create: ['maker'], ...did } });
    const decides = (filed: object, scored: object) =>
      refusal(when(cyberspace, 'approve', opened, { refs: { scenario: scenario(filed), sheets: [sheet(scored)] } }));
    expect(decides({ file: [cyberspace.id] }, {})).toBe('own_work');
    expect(decides({}, { seal: [cyberspace.id] })).toBe('own_work');
    expect(decides({}, {})).toBeUndefined();
  });
});

describe('a catalogue entry', () => {
  it('is never larger than what the store takes as one item, with its pending change', async () => {
    const entry = { ...catalogueEntry(material, 'JT-HUGE'), organisation: cast.steward.organisation, stateSecret: false };
    const fields = (length: number) =>
      Array.from({ length: 500 }, (_, n) => ({ name: `列${n}`, title: '长'.repeat(length), personal: false }));
    expect(code(await wants(cast.steward, 'resources', { ...entry, fields: fields(200) }))).toBe('422 invalid_input');
    expect((await wants(cast.steward, 'resources', { ...entry, fields: fields(60) })).status).toBe(201);
  });
});

describe('a body without end', () => {
  it('is cut off, whoever sends it', async () => {
    const socket = connect(Number(new URL(host.origin).port), '127.0.0.1');
    const cut = new Promise<string>((resolve) => socket.once('close', () => resolve('cut off')));
    socket.on('error', () => undefined); // the other side hangs up while this one writes
    socket.resume();
    socket.write('POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = `100000\r\n${'a'.repeat(0x100000)}\r\n`; // 1 MB
    let came = 'sent';
    for (let sent = 0; sent < 100 && came === 'sent'; sent += 1)
      came = await Promise.race([cut, new Promise<string>((resolve) => socket.write(chunk, (error) => !error && resolve('sent')))]);
    socket.destroy();
    expect(came).toBe('cut off');
  });
});
