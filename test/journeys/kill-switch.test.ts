import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEngine, type Engine } from '../../functions/sandbox/engine.ts';
import type { Host } from '../../infra/local/host.ts';
import { until, type Session, type View } from '../../infra/local/journey/client.ts';
import { assemble, type Cast } from '../../infra/local/journey/journey.ts';
import { question } from '../../infra/local/journey/material.ts';
import { openWorks } from '../../infra/local/works.ts';
import { noScanner } from '../../shared/vendor/malware.ts';
import { openTestHost } from '../support/host.ts';
import { becomes, entitled, material, sessionOf, supply, tries, type Supply } from '../support/trading.ts';

/** The real engine with its real processes, given a query without end once it is told to be slow. */
const openSlowEngine = () => {
  const engine = openEngine();
  let slow = false;
  const running = new Set<object>();
  const runQuery: Engine['runQuery'] = async (order) => {
    running.add(order);
    const sql = slow ? 'SELECT count(*) FROM range(1000000000000) t(i) WHERE hash(i) = 1' : order.sql;
    return engine.runQuery({ ...order, sql }).finally(() => running.delete(order));
  };
  return {
    engine: { ...engine, runQuery } satisfies Engine,
    slowDown: (on: boolean): void => {
      slow = on;
    },
    running: (): number => running.size,
  };
};

let host: Host;
let cast: Cast;
let chain: Supply;
let entitlement: string;
let secondLead: Session;
let auditor: Session;
const { engine, slowDown, running } = openSlowEngine();
const sql = question(material);

beforeAll(async () => {
  host = await openTestHost({}, { works: (ports, folder) => openWorks(ports, folder, noScanner, engine) });
  cast = await assemble(host.origin);
  chain = await supply(cast);
  ({ entitlement } = await entitled(cast, chain.listing));
  secondLead = await sessionOf(host.origin, 'data-bureau', 'authority.lead', 1);
  auditor = await sessionOf(host.origin, 'audit', 'auditor');
}, 60_000);
afterAll(async () => host.close());

/** A question whose query is running in the engine. */
const asking = async (): Promise<View> => {
  slowDown(true);
  const asked = await cast.buyer.create('queries', { entitlement, sql });
  await until('it runs', async () => (running() === 1 ? true : undefined));
  return asked;
};
const stops: readonly (readonly [what: string, plural: string, action: string, back: string, id: () => string, link: string])[] = [
  ['a product', 'products', 'suspend', 'resume', () => chain.product, 'product'],
  ['a dataset', 'datasets', 'seal', 'unseal', () => chain.dataset.id, 'dataset'],
  ['a buyer', 'organisations', 'suspend', 'reinstate', () => cast.buyer.organisation, 'organisation'],
  ['a right to use', 'entitlements', 'suspend', 'resume', () => entitlement, 'entitlement'],
];

describe('one action', () => {
  it.each(stops)(
    'stops %s at once, the running query included',
    async (_what, plural, action, back, id, link) => {
      const asked = await asking();
      const stopped = await tries(cast.lead, plural, id(), action, { reason: '疑似泄露，立即停用。' });
      expect(stopped.status).toBe(200);
      await until('the engine has let go', async () => (running() === 0 ? true : undefined));
      slowDown(false);
      await host.idle();
      // The buyer that is stopped cannot look; the auditor can.
      const query = await becomes(auditor, 'queries', asked.id, 'withheld');
      expect(query.data['link']).toMatchObject({ kind: link, id: id() });
      const again =
        link === 'organisation'
          ? undefined
          : await cast.buyer.send('POST', '/v1/queries', { entitlement, sql }, { 'idempotency-key': `after-${link}` });
      expect(again?.status ?? 403).toBe(403);
      for (const person of [cast.case, secondLead]) expect((await tries(person, plural, id(), back)).status).toBe(200);
    },
    30_000,
  );

  it('is not the buyer’s, the operator’s agent’s or the venue reviewer’s to take', async () => {
    for (const person of [cast.buyer, cast.agent, cast.reviewer]) {
      const refused = await tries(person, 'products', chain.product, 'suspend', { reason: '试试能否停用该产品。' });
      expect(refused.body.code).toBe('not_permitted');
    }
  });
});

describe('the audit of queries', () => {
  type Trace = {
    readonly id: string;
    readonly sql: string;
    readonly outcome: string;
    readonly ruleVersion: number | null;
    readonly code: string | null;
  };
  const traces = async (): Promise<readonly Trace[]> => (await auditor.get<{ items: readonly Trace[] }>('/v1/audit/queries')).items;

  it('shows each question with its text, rule version and outcome, and never a row', async () => {
    slowDown(false);
    const released = await cast.buyer.create('queries', { entitlement, sql });
    await becomes(auditor, 'queries', released.id, 'released');
    const refused = await cast.buyer.create('queries', { entitlement, sql: 'SELECT * FROM data' });
    await becomes(auditor, 'queries', refused.id, 'refused');
    const found = await traces();
    expect(found.find(({ id }) => id === released.id)).toMatchObject({
      sql,
      outcome: 'released',
      ruleVersion: 1,
      code: null,
      // Beside the four that were stopped before they were told.
      answersBefore: expect.any(Number),
      answersCompared: expect.any(Number),
      comparisonMs: expect.any(Number),
    });
    expect(found.find(({ id }) => id === refused.id)).toMatchObject({ sql: 'SELECT * FROM data', outcome: 'refused', ruleVersion: 1 });
    const { rows } = await cast.buyer.get<{ rows: readonly (readonly unknown[])[] }>(`/v1/queries/${released.id}/result`);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(JSON.stringify(found)).not.toContain(JSON.stringify(row).slice(1, -1));
  }, 30_000);

  it('is narrowed by outcome, comes as CSV, and is the auditor’s alone', async () => {
    const { items } = await auditor.get<{ items: readonly Trace[] }>('/v1/audit/queries?outcome=withheld');
    expect(items.map(({ outcome }) => outcome)).toEqual(stops.map(() => 'withheld'));
    const csv = Buffer.from(await auditor.download('/v1/audit/queries?format=csv')).toString();
    expect(csv.split('\r\n').filter((line) => line.includes('withheld'))).toHaveLength(stops.length);
    for (const person of [cast.buyer, cast.agent, cast.lead, cast.case, cast.venueLead]) {
      expect((await person.send<{ code: string }>('GET', '/v1/audit/queries')).body.code).toBe('not_permitted');
    }
  });
});
