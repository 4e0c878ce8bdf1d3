import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import type { Session, View } from '../../infra/local/journey/client.ts';
import { ask, assemble, trade, type Cast } from '../../infra/local/journey/journey.ts';
import {
  approvedDerivation,
  derivationOf,
  derivedProduct,
  derivedSql,
  listening,
  secret,
  twoTables,
  type TwoTables,
} from '../support/derived.ts';
import { openHeldWorks } from '../support/held-works.ts';
import { openTestHost } from '../support/host.ts';
import { openSlowPuts } from '../support/slow-puts.ts';
import { becomes, key, listed, material, quiet, sessionOf, supply, tries, wants } from '../support/trading.ts';

type Trial = {
  readonly accepted: boolean;
  readonly refused?: string;
  readonly at?: { readonly line: number; readonly text: string };
  readonly columns?: readonly { readonly name: string; readonly type: string; readonly personal: string | null }[];
  readonly entity?: string;
  readonly sample?: { readonly synthetic: boolean; readonly rows: readonly unknown[] };
};
type Lineage = {
  readonly nodes: readonly { readonly kind: string; readonly id: string }[];
  readonly edges: readonly object[];
  readonly hidden: number;
  readonly columns: readonly { readonly name: string; readonly madeOf: readonly { readonly column: string }[] }[];
};

const held = openHeldWorks();
const slow = openSlowPuts('sandbox/');
let host: Host;
let cast: Cast;
let tables: TwoTables;
let heard: ReturnType<typeof listening>;

beforeAll(async () => {
  host = await openTestHost({}, { works: held.works, stores: slow.stores });
  cast = await assemble(host.origin);
  heard = listening(cast.agent);
  tables = await twoTables(cast);
}, 60_000);
afterAll(async () => {
  heard.stop();
  await host.close();
});

const preview = async (body: object, who: Session = cast.agent) => {
  const { status, body: told } = await who.send<Trial & { readonly code?: string }>('POST', '/v1/derivations/preview', body);
  return { status, ...told };
};
const sources = () => derivationOf(tables).datasets;
const draft = (over: object = {}): Promise<View> => cast.agent.create('derivations', derivationOf(tables, over));
const faultOf = async ({ id }: View) => (await becomes(cast.agent, 'derivations', id, 'draft')).data['fault'];
const lineageOf = async (who: Session, kind: string, id: string) => {
  const { status, body } = await who.send<Lineage>('GET', `/v1/lineage/${kind}/${id}`);
  return { status, ...body, kinds: status === 200 ? new Set(body.nodes.map((node) => node.kind)) : new Set() };
};

describe('an operator at the workbench', () => {
  it('tries a text over invented rows, and reads what it would make', async () => {
    const trial = await preview({ datasets: sources(), sql: derivedSql });
    expect(trial).toMatchObject({ accepted: true, entity: 'who', sample: { synthetic: true } });
    expect(trial.columns?.map(({ name, type, personal }) => [name, type, personal])).toEqual([
      ['who', 'VARCHAR', 'declared'],
      ['band', 'VARCHAR', null],
      ['trips', 'BIGINT', null],
      ['spent', 'DECIMAL(38,0)', null],
      ['no_number', 'INTEGER', null],
      ['by_zero', 'DOUBLE', null],
    ]);
    expect(trial.sample?.rows.length).toBeGreaterThan(0);
  });

  it.each([
    ['SELECT rides.rider FROM', 'syntax_error'],
    ["SELECT rider FROM read_csv('/etc/passwd')", 'derivation_clause'],
    ['SELECT rides.rider, (SELECT max(age) FROM cards) AS m FROM rides', 'subquery_not_allowed'],
    ['SELECT rides.rider FROM rides JOIN cards ON rides.fare = cards.age', 'join_not_by_entity'],
    ['SELECT rides.rider FROM rides, cards', 'join_not_by_entity'],
    ['SELECT sum(rides.fare) AS s FROM rides', 'entity_not_grouped'],
    ['SELECT rides.rider, note, count(*) AS n FROM rides GROUP BY rides.rider', 'column_not_grouped'],
    ['SELECT rides.note AS rider, rides.fare FROM rides', 'entity_not_kept'],
  ])('is told where %s goes wrong: %s', async (sql, code) => {
    expect(await preview({ datasets: sources(), sql })).toMatchObject({ status: 200, accepted: false, refused: code, at: { line: 1 } });
  });

  it('uses their own loaded datasets of one scenario only, by an entity that tells of persons', async () => {
    const [first, second] = sources();
    const stranger = await sessionOf(host.origin, 'xiangtai', 'operator.agent');
    expect((await preview({ datasets: sources(), sql: derivedSql }, stranger)).code).toBe('not_found');
    expect((await wants(stranger, 'derivations', derivationOf(tables))).body.code).toBe('reference_not_found');
    const elsewhere = await supply(cast);
    const foreign = { name: 'cards', dataset: elsewhere.dataset.id, entity: material.entity };
    expect((await wants(cast.agent, 'derivations', derivationOf(tables, { datasets: [first, foreign] }))).body.code).toBe(
      'resource_outside_scenario',
    );
    const requested = await cast.agent.create('datasets', { scenario: tables.scenario.id, resource: tables.resources[0].id, layout: [] });
    const unloaded = [{ name: 'rides', dataset: requested.id, entity: null }];
    expect((await preview({ datasets: unloaded, sql: 'SELECT rider FROM rides' })).code).toBe('not_found');
    expect((await wants(cast.agent, 'derivations', derivationOf(tables, { datasets: unloaded }))).body.code).toBe('dataset_not_live');
    for (const entity of [null, 'age'])
      expect(
        (await wants(cast.agent, 'derivations', derivationOf(tables, { datasets: [first, { ...second, entity }] }))).body,
      ).toMatchObject({
        code: 'source_entity_required',
        about: { source: 'cards' },
      });
    expect((await preview({ datasets: [{ ...first, entity: 'fare' }], sql: 'SELECT fare, note FROM rides' })).refused).toBe(
      'source_entity_personal',
    );
    expect((await preview({ datasets: sources(), sql: derivedSql }, cast.buyer)).code).toBe('not_permitted');
  }, 60_000);

  it('gets a draft back with its fault and the place of it, where it was submitted all the same', async () => {
    const drafted = await draft({ sql: 'SELECT rides.rider,\n  now() AS n FROM rides' });
    await cast.agent.act(drafted, 'derivations', 'submit');
    expect(await faultOf(drafted)).toMatchObject({ code: 'derivation_function_unknown', at: 22, en: expect.stringContaining('line 2') });
  });
});

describe('work on a derivation', () => {
  it('is called off by its operator, who gets the draft back', async () => {
    const drafted = await draft();
    held.hold();
    await cast.agent.act(drafted, 'derivations', 'submit');
    await host.idle();
    const job = { id: `rehearse:${drafted.id}:2` };
    await cast.agent.act(job, 'jobs', 'cancel');
    expect(await faultOf(drafted)).toMatchObject({ code: 'query_cancelled' });
    await held.letGo();
    await host.idle();
    expect((await cast.agent.get(`/v1/derivations/${drafted.id}`)).status).toBe('draft');
  });
});

describe('a table of two datasets', () => {
  let derivation: View;
  let product: View;
  let listing: View;
  let entitlement: string;
  const question = 'SELECT band, count(distinct who) AS people, sum(spent) AS fen FROM data GROUP BY band';
  const asks = () => cast.buyer.send<{ code?: string; about?: object }>('POST', '/v1/queries', { entitlement, sql: question }, key());

  it('is approved by two officers who read its columns, and derived by the worker', async () => {
    derivation = await draft();
    await cast.agent.act(derivation, 'derivations', 'submit');
    const { data } = await becomes(cast.case, 'derivations', derivation.id, 'rehearsed');
    expect(data['columns']).toContainEqual(
      expect.objectContaining({
        name: 'spent',
        madeOf: [{ dataset: tables.datasets[0].id, resource: tables.resources[0].id, column: 'fare' }],
      }),
    );
    expect((await tries(cast.agent, 'derivations', derivation.id, 'approve')).body.code).toBe('not_permitted');
    await cast.case.act(derivation, 'derivations', 'approve');
    expect((await tries(cast.case, 'derivations', derivation.id, 'approve')).status).toBeGreaterThanOrEqual(400);
    await cast.lead.act(derivation, 'derivations', 'approve');
    await becomes(cast.case, 'derivations', derivation.id, 'ready');
  });

  it('tells its operator nothing of its rows, not even how many, and those who run the sandbox how many', async () => {
    const own = (await cast.agent.get(`/v1/derivations/${derivation.id}`)).data;
    for (const field of ['rows', 'bytes', 'digest', 'object']) expect(own).not.toHaveProperty(field);
    expect(JSON.stringify(own['columns'])).not.toMatch(/unique|Permille/);
    const seen = (await cast.case.get(`/v1/derivations/${derivation.id}`)).data;
    expect(seen['rows']).toBe(120);
    // What cannot be worked out is nothing, and no failure.
    expect(seen['columns']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'no_number', nullPermille: 1000 }),
        expect.objectContaining({ name: 'by_zero', nullPermille: 1000 }),
      ]),
    );
  });

  it('is sold as a product only under privacy, for the entity that it kept', async () => {
    const offer = derivedProduct(tables, derivation.id);
    const { privacy, ...exact } = offer.rule;
    const code = async (rule: object) => (await wants(cast.agent, 'products', { ...offer, rule })).body.code;
    expect(privacy).toBeDefined();
    expect(await code(exact)).toBe('rule_too_weak');
    expect(await code({ ...offer.rule, entity: null })).toBe('rule_too_weak');
    expect(await code({ ...offer.rule, dimensions: [{ column: 'who', domain: ['a'] }], entity: 'band' })).toBe('column_personal');
    product = await cast.agent.create('products', offer);
    listing = await listed(cast, product);
    entitlement = String((await trade(cast, listing, quiet)).data['entitlement']);
  }, 60_000);

  it('answers with noise, paid for, and for whatever its public domain names', async () => {
    const { query, result } = await ask(cast, entitlement, question);
    expect(query.data['charged']).toBeGreaterThan(0);
    expect(new Set(result.rows.map(([band]) => band))).toEqual(new Set(['old', 'unknown', 'young']));
    const people = new Map(result.rows.map(([band, count]) => [band, Number(count)]));
    expect(Math.abs((people.get('young') ?? 0) - 80)).toBeLessThan(75); // wrong once in a million
  });

  it('is traced from resource to listing, by each as far as they may see', async () => {
    const whole = await lineageOf(cast.case, 'listing', listing.id);
    expect(whole.hidden).toBe(0);
    expect(whole.kinds).toEqual(new Set(['resource', 'dataset', 'derivation', 'product', 'listing']));
    expect(whole.nodes).toHaveLength(7);
    expect(whole.edges).toHaveLength(6);
    const own = await lineageOf(cast.agent, 'product', product.id);
    expect(own.columns.find(({ name }) => name === 'spent')?.madeOf).toMatchObject([{ column: 'fare' }]);
    const steward = await lineageOf(cast.steward, 'resource', tables.resources[0].id);
    expect(steward.kinds).toContain('dataset');
    const bought = await lineageOf(cast.buyer, 'listing', listing.id);
    expect(bought.kinds).not.toContain('derivation');
    expect(bought.hidden).toBeGreaterThan(0);
    expect(bought.columns).toEqual([]);
    expect((await lineageOf(cast.buyer, 'derivation', derivation.id)).status).toBe(404);
    expect((await lineageOf(cast.agent, 'query', 'x')).status).toBe(422);
  });

  it('stops with what it is made of: at the next request nothing is answered, and nothing is derived', async () => {
    const waiting = await draft();
    held.hold();
    const submitted = await cast.agent.act(waiting, 'derivations', 'submit');
    expect(submitted.status).toBe('submitted');
    await cast.cdo.act(tables.datasets[1], 'datasets', 'seal', { reason: '来源核查。' });
    expect((await asks()).body).toMatchObject({ code: 'authority_broken', about: { kind: 'dataset', id: tables.datasets[1].id } });
    expect((await preview({ datasets: sources(), sql: derivedSql })).code).toBe('not_found');
    await held.letGo();
    expect(await faultOf(waiting)).toMatchObject({ code: 'dataset_not_live' });
    expect((await tries(cast.agent, 'derivations', waiting.id, 'submit')).body.code).toBe('dataset_not_live');
    for (const officer of [cast.case, cast.lead]) await officer.act(tables.datasets[1], 'datasets', 'unseal');
    await cast.lead.act(derivation, 'derivations', 'seal', { reason: '加工核查。' });
    expect((await asks()).body).toMatchObject({ code: 'authority_broken', about: { kind: 'derivation', id: derivation.id } });
    for (const officer of [cast.case, cast.lead]) await officer.act(derivation, 'derivations', 'unseal');
    expect((await asks()).status).toBe(201);
  }, 60_000);

  it('is not kept where a dataset is sealed while it is derived', async () => {
    const drafted = await draft();
    slow.hold();
    await approvedDerivation(cast, drafted);
    await slow.reached();
    await cast.cdo.act(tables.datasets[0], 'datasets', 'seal', { reason: '来源核查。' });
    slow.letGo();
    expect(await faultOf(drafted)).toMatchObject({ code: 'dataset_not_live' });
    expect(await host.ports.blobs.list(`sandbox/${drafted.id}/`)).toEqual([]);
    for (const officer of [cast.case, cast.lead]) await officer.act(tables.datasets[0], 'datasets', 'unseal');
  }, 60_000);

  it('ends with a grant above it: the next question names the grant, and the next derivation is not run', async () => {
    const drafted = await draft();
    held.hold();
    await cast.agent.act(drafted, 'derivations', 'submit');
    await held.letGo();
    await becomes(cast.case, 'derivations', drafted.id, 'rehearsed');
    held.hold();
    await cast.case.act(drafted, 'derivations', 'approve');
    await cast.lead.act(drafted, 'derivations', 'approve');
    await cast.lead.act(tables.grants[1], 'grants', 'revoke', { reason: '来源撤回。' });
    expect((await asks()).body).toMatchObject({ code: 'authority_broken', about: { kind: 'grant', id: tables.grants[1].id } });
    await held.letGo();
    expect(await faultOf(drafted)).toMatchObject({ code: 'authority_broken' });
  }, 60_000);

  it('has shown its operator no row, in no answer and no refusal', () => {
    expect(heard.heard.length).toBeGreaterThan(100);
    expect(heard.heard.filter((body) => body.includes(secret))).toEqual([]);
  });
});
