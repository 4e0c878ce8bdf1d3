import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import type { Preview } from '../../functions/sandbox/preview.ts';
import { preview } from '../../functions/sandbox/preview.ts';
import { previewRoutes, provideTrials } from '../../functions/sandbox/preview-route.ts';
import { rehearseDerivation } from '../../functions/sandbox/derivation-rehearsal.ts';
import { rehearse } from '../../functions/sandbox/rehearsal.ts';
import type { Call, Route } from '../../shared/edge/context.ts';
import type { Ref, Stored } from '../../shared/kernel/process.ts';
import { recordOf } from '../support/fixtures.ts';

const columns = [
  { name: 'borough', type: 'VARCHAR' },
  { name: 'pickup', type: 'TIMESTAMP' },
  { name: 'fare', type: 'DECIMAL(18,2)' },
  { name: 'rider', type: 'BIGINT' },
  { name: 'phone', type: 'VARCHAR', personal: 'mobile', unique: false, nullPermille: 0 },
];
const rule = AnalysisRule.parse({
  dimensions: [{ column: 'borough' }, { column: 'pickup', grain: 'day' }],
  measures: [{ column: 'fare' }],
  entity: 'rider',
});

const previewRoute = previewRoutes[0] as Route;
let parser: Awaited<ReturnType<typeof openParser>>;
beforeAll(async () => {
  parser = await openParser();
});
afterAll(() => parser.close());

const ask = (sql: string, under = rule): Promise<Preview> => preview(sql, under, columns, { parse: parser.parse, rehearse });

describe('one who has not bought asks whether a question can be answered', () => {
  test('and is told the query as it would run, its conditions, its cost, and what an answer looks like', async () => {
    const sql = `select borough, count(*) as trips, avg(fare) from data
      where borough in ('Hailing', 'Gaogang') and pickup >= '2024-01-01' group by borough order by trips desc`;
    expect(await ask(sql)).toMatchObject({
      accepted: true,
      sql: expect.stringMatching(/^WITH source AS .* HAVING count\(entity\) >= 10 /),
      predicates: [`("borough") IN ('Hailing', 'Gaogang')`, `("pickup") >= TIMESTAMP '2024-01-01 00:00:00'`],
      cost: { queries: 1 },
      sample: {
        synthetic: true,
        entitiesPerCell: 10,
        columns: ['borough', 'trips', 'avg_fare'],
        rows: expect.arrayContaining([['Hailing', expect.any(Number), expect.any(Number)]]),
      },
    });
  });

  test('and is told what is refused, and where', async () => {
    expect(await ask('select rider, count(*) from data group by 1')).toMatchObject({
      accepted: false,
      refused: 'entity_predicate',
      at: { line: 1, column: 8, text: 'rider' },
      en: expect.stringContaining('line 1, character 8'),
    });
  });

  test('and of columns that the rule does not speak of, learns not even that they exist', async () => {
    const there = await ask("select count(*) from data where phone = 'x'");
    const absent = await ask("select count(*) from data where phano = 'x'");
    expect(JSON.parse(JSON.stringify(there).replaceAll('phone', 'phano'))).toEqual(absent);
  });

  test('and hears of a rule that no longer suffices', async () => {
    expect(await ask('select count(*) from data', { ...rule, entity: null })).toMatchObject({
      accepted: false,
      refused: 'rule_entity_required',
      about: 'phone',
    });
  });

  test('and under a privacy budget learns how much of it the answer would take', async () => {
    const privacy = { epsilonMicro: 1000, cellsPerEntity: 2, rowsPerCell: 5, datasetBudgetMicro: 900_000, buyerBudgetMicro: 100_000 };
    const dimensions = [{ column: 'borough', domain: ['a', 'b', 'c'] }];
    const noised = AnalysisRule.parse({ ...rule, dimensions, measures: [{ column: 'fare', clamp: { min: '0', max: '90' } }], privacy });
    // Two statistics for the average, in two cells at most.
    expect(await ask('select borough, avg(fare) from data group by 1', noised)).toMatchObject({
      accepted: true,
      cost: { queries: 1, budget: { epsilonMicro: 4000, ofMicro: 100_000 } },
    });
  });

  test('and where more people are demanded than a sample holds, still sees the form of an answer', async () => {
    expect(await ask('select count(*) from data', { ...rule, minEntities: 100_000 })).toMatchObject({
      sql: expect.stringContaining('>= 100000'),
      sample: { entitiesPerCell: 300, rows: [[7200]] },
    });
  });
});

describe('the route', () => {
  const profiled = columns.map((column) => ({ nullPermille: 0, personal: null, unique: false, ...column }));
  const dataset = recordOf('dataset', 'loaded', { data: { columns: profiled } });
  const product = recordOf('product', 'approved', { data: { rule } });
  const listing = recordOf('listing', 'listed', { data: { product: product.id } });
  /** A request over records as a door would load them. */
  const call = (records: readonly Stored[], sql: string): Call => {
    const load = async (refs: readonly Ref[]) => refs.map((ref) => records.find(({ kind }) => kind === ref.kind));
    return { params: { id: listing.id }, body: { sql }, ports: { door: { load } } } as unknown as Call;
  };

  test('is for the signed-in, and unavailable where a host has no engine', async () => {
    expect(previewRoute.open).toBe(false);
    await expect(previewRoute.answers(call([listing, product, dataset], 'select count(*) from data'))).rejects.toMatchObject({
      refused: { code: 'unavailable' },
    });
  });

  test('answers for a listed product by its rule', async () => {
    provideTrials(async () => ({ parse: parser.parse, rehearse, rehearseDerivation }));
    const reply = await previewRoute.answers(call([listing, product, dataset], 'select count(*) from data'));
    expect(reply).toMatchObject({ status: 200, body: { accepted: true, cost: { queries: 1 }, sample: { rows: [[240]] } } });
  });

  test('knows nothing of what is not on offer', async () => {
    provideTrials(async () => ({ parse: parser.parse, rehearse, rehearseDerivation }));
    for (const records of [
      [],
      [recordOf('listing', 'suspended'), product, dataset],
      [listing, recordOf('product', 'suspended'), dataset],
      [listing, product, recordOf('dataset', 'sealed')],
    ]) {
      await expect(previewRoute.answers(call(records, 'select count(*) from data'))).rejects.toMatchObject({
        refused: { code: 'not_found' },
      });
    }
  });
});
