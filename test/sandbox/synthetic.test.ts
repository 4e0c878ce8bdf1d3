import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import { rehearse } from '../../functions/sandbox/rehearsal.ts';
import { synthesise } from '../../functions/sandbox/synthetic.ts';
import { columns, forms, rules } from './forms.ts';
import { trialOf } from '../../functions/sandbox/preview.ts';

const rule = AnalysisRule.parse({
  dimensions: [
    { column: 'g', domain: ['north', 'south'] },
    { column: 'h', grain: { bin: 10 }, domain: { from: '20', to: '50' } },
    { column: 't', grain: 'day' },
  ],
  measures: [{ column: 'd', clamp: { min: '-5', max: '7.5' } }],
  entity: 'e',
});

test('a sample is of the rule’s own domains, grains and clamps', () => {
  const { rows, columns: named } = synthesise(rule, columns, { where: null });
  expect(named.map(({ name, type }) => `${name} ${type}`)).toEqual(['g VARCHAR', 'h BIGINT', 't TIMESTAMP', 'd DECIMAL(18,2)', 'e BIGINT']);
  expect(new Set(rows.map(([g]) => g))).toEqual(new Set(['north', 'south']));
  expect(new Set(rows.map(([, h]) => h))).toEqual(new Set(['20', '30', '40']));
  for (const row of rows) expect(Math.abs(Number(row[3]) - 1.25)).toBeLessThanOrEqual(6.25);
});

test('the same rule and question give the same sample, and another seed another', () => {
  const sample = (seed?: number) => JSON.stringify(synthesise(rule, columns, { where: null }, seed));
  expect(sample()).toBe(sample());
  expect(sample(2)).not.toBe(sample(3));
});

test('every cell has as many people as the rule demands, up to what a sample holds', () => {
  const entitiesOf = (change: object): number => {
    const { rows, entities } = synthesise(AnalysisRule.parse({ ...rule, ...change }), columns, { where: null });
    const cells = Map.groupBy(rows, ([g, h, t]) => JSON.stringify([g, h, t]));
    for (const cell of cells.values()) expect(new Set(cell.map((row) => row.at(-1))).size).toBe(entities);
    return entities;
  };
  expect(entitiesOf({})).toBe(10);
  expect(entitiesOf({ dominancePercent: 1 })).toBe(200);
  expect(entitiesOf({ minEntities: 1_000_000 })).toBe(300);
});

test('whatever the rule accepts can be rehearsed on its sample, and nothing in it fails', async () => {
  let answered = 0;
  const asked = rules.chain((each) => fc.record({ rule: fc.constant(each), form: forms(each) }));
  await fc.assert(
    fc.asyncProperty(asked, async (question) => {
      const { sql, sample } = trialOf(question.form, question.rule, columns);
      const rows = await rehearse(sql, sample);
      expect(rows).not.toBeNull();
      answered += rows === null || rows.length === 0 ? 0 : 1;
    }),
    { numRuns: 60, seed: 20_261_124 },
  );
  expect(answered).toBeGreaterThan(20);
}, 30_000);
