import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import type { Parameter } from '../../contracts/template.ts';
import { compile } from '../../functions/sandbox/gate.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import { bind } from '../../functions/sandbox/template-arguments.ts';
import { templateFault } from '../../functions/sandbox/template-text.ts';
import { becomes, refusal, when, whenCreating } from '../support/decisions.ts';
import { liveOf, recordOf, seenOf } from '../support/fixtures.ts';
import { people } from '../support/people.ts';

const columns = [
  { name: 'district', type: 'VARCHAR' },
  { name: 'day', type: 'DATE' },
  { name: 'age', type: 'BIGINT' },
  { name: 'fare', type: 'DECIMAL(18,2)' },
  { name: 'person', type: 'BIGINT' },
];
const rule = AnalysisRule.parse({
  dimensions: [{ column: 'district' }, { column: 'day', grain: 'day' }, { column: 'age' }, { column: 'fare', grain: { bin: 0.5 } }],
  measures: [],
  entity: 'person',
});
let parser: Awaited<ReturnType<typeof openParser>>;
beforeAll(async () => {
  parser = await openParser();
});
afterAll(() => parser.close());

const parameter = (name: string, type: Parameter['type'], over: Partial<Parameter> = {}): Parameter => ({
  name,
  title: { zh: '参数', en: 'Parameter' },
  type,
  ...over,
});
const template = {
  sql: `SELECT district, count(*) AS trips FROM data
    WHERE district IN ($a, $b) AND day BETWEEN $from AND $to AND age >= $age AND floor(fare / 0.5) * 0.5 < $fare
    GROUP BY district ORDER BY trips DESC LIMIT $most`,
  parameters: [
    parameter('a', 'text'),
    parameter('b', 'text', { default: '高港' }),
    parameter('from', 'date', { min: '2020-01-01', max: '2030-12-31' }),
    parameter('to', 'date', { default: '2026-01-01' }),
    parameter('age', 'integer', { min: '-5', max: '150' }),
    parameter('fare', 'decimal', { default: '3' }),
    parameter('most', 'integer', { min: '1', max: '100', default: '10' }),
  ],
};
const given = (over: Readonly<Record<string, string>> = {}) =>
  Object.entries({ a: '海陵', from: '2025-01-01', age: '18', ...over }).map(([name, value]) => ({ name, value }));
const fault = (sql: string, parameters: readonly Parameter[] = []) => templateFault({ input: { sql, parameters } });

/** What a question asks, with the values that were put in left out. */
const shapeOf = async (sql: string): Promise<string> => {
  const compiled = await compile(sql, rule, columns, parser.parse);
  if ('refused' in compiled) return compiled.refused;
  const { form } = compiled;
  return JSON.stringify({ ...form, limit: form.limit === null }, (key, value: unknown) => (key === 'text' ? '' : value));
};

describe('a template', () => {
  it('may vary what is compared, listed, spanned and counted', async () => {
    expect(templateFault({ input: template })).toBeUndefined();
    const bound = bind(template, given());
    expect(bound).toEqual({ sql: expect.stringContaining(`district IN ( '海陵' ,  '高港' ) AND day BETWEEN  DATE '2025-01-01'  AND`) });
    expect(await shapeOf('sql' in bound ? bound.sql : '')).toContain('"kind":"in"');
  });

  it.each([
    ['a comment', `SELECT count(*) FROM data -- $a`, 'template_unreadable'],
    ['a block comment', `SELECT count(*) FROM data WHERE district = /* */ $a`, 'template_unreadable'],
    ['a dollar quote', `SELECT count(*) FROM data WHERE district = $$x$$`, 'template_unreadable'],
    ['an escape', `SELECT count(*) FROM data WHERE district = E'\\'' AND district = $a`, 'template_unreadable'],
    ['an open quote', `SELECT count(*) FROM data WHERE district = '$a`, 'template_unreadable'],
    ['a value that touches another', `SELECT count(*) FROM data WHERE district = $a'x'`, 'template_unreadable'],
    ['a cast', `SELECT count(*) FROM data WHERE district = $a::DATE`, 'template_unreadable'],
    ['a placeholder that is not declared', `SELECT count(*) FROM data WHERE district = $z AND district = $a`, 'placeholder_undeclared'],
    ['a parameter that is not used', `SELECT count(*) FROM data WHERE district = '$a'`, 'parameter_unused'],
    ['a placeholder for a column', `SELECT $a, count(*) FROM data GROUP BY 1`, 'placeholder_misplaced'],
    ['a placeholder for an order', `SELECT district, count(*) FROM data GROUP BY district ORDER BY $a`, 'placeholder_misplaced'],
    ['a placeholder for a group', `SELECT district, count(*) FROM data GROUP BY $a`, 'placeholder_misplaced'],
    ['a placeholder for a grain', `SELECT count(*) FROM data WHERE date_trunc($a, day) = DATE '2025-01-01'`, 'placeholder_misplaced'],
    ['a placeholder for a condition', `SELECT count(*) FROM data WHERE district = 'x' AND $a`, 'placeholder_misplaced'],
    ['a placeholder in a call', `SELECT count(*) FROM data WHERE district = concat(district, $a)`, 'placeholder_misplaced'],
    ['a placeholder after a sign', `SELECT count(*) FROM data WHERE age = - $a`, 'placeholder_misplaced'],
  ])('may not hold %s', (_what, sql, code) => {
    const verdict = fault(sql, [parameter('a', 'text')]);
    expect(typeof verdict === 'object' ? verdict.code : verdict).toBe(code);
  });

  it.each([
    ['text bounds', parameter('a', 'text', { min: '1' })],
    ['a list of numbers', parameter('a', 'integer', { values: ['1'] })],
    ['a list that repeats itself', parameter('a', 'text', { values: ['x', 'x'] })],
    ['a list with an unseen sign', parameter('a', 'text', { values: ['x\u202e'] })],
    ['a day that is none', parameter('a', 'date', { min: '2025-02-30' })],
    ['bounds the wrong way round', parameter('a', 'decimal', { min: '10', max: '9.9' })],
    ['a default outside its bounds', parameter('a', 'integer', { max: '9', default: '10' })],
    ['a default outside its list', parameter('a', 'text', { values: ['x'], default: 'y' })],
  ])('may not declare %s', (_what, declared) => {
    expect(fault('SELECT count(*) FROM data WHERE district = $a', [declared])).toEqual({
      code: 'parameter_bounds',
      about: { parameter: 'a' },
    });
  });

  it('names each parameter once, and stays short whatever is put in', () => {
    const twice = [parameter('a', 'text'), parameter('a', 'date')];
    expect(fault('SELECT count(*) FROM data WHERE district = $a', twice)).toEqual({
      code: 'parameter_repeated',
      about: { parameter: 'a' },
    });
    const often = `SELECT count(*) FROM data WHERE ${Array.from({ length: 25 }, () => 'district = $a').join(' OR ')}`;
    expect(fault(often, [parameter('a', 'text')])).toBe('template_too_long');
    expect(fault(often, [parameter('a', 'text', { values: ['海陵'] })])).toBeUndefined();
  });
});

describe('arguments', () => {
  it.each([
    [{ z: '1' }, 'argument_unknown', 'z'],
    [{ from: '2025-02-29' }, 'argument_invalid', 'from'],
    [{ from: '2019-12-31' }, 'argument_out_of_bounds', 'from'],
    [{ age: '18.0' }, 'argument_invalid', 'age'],
    [{ age: '0x10' }, 'argument_invalid', 'age'],
    [{ age: '1e3' }, 'argument_invalid', 'age'],
    [{ age: '007' }, 'argument_invalid', 'age'],
    [{ age: '9'.repeat(19) }, 'argument_invalid', 'age'],
    [{ age: '151' }, 'argument_out_of_bounds', 'age'],
    [{ fare: 'NaN' }, 'argument_invalid', 'fare'],
    [{ fare: '-0.0' }, 'argument_invalid', 'fare'],
    [{ fare: `0.${'1'.repeat(10)}` }, 'argument_invalid', 'fare'],
    [{ a: 'x\0' }, 'argument_invalid', 'a'],
    [{ a: '\u202e' }, 'argument_invalid', 'a'],
    [{ a: 'x\ny' }, 'argument_invalid', 'a'],
    [{ a: '\ud800' }, 'argument_invalid', 'a'],
    [{ most: '101' }, 'argument_out_of_bounds', 'most'],
  ])('%j are refused as %s', (over, code, name) => {
    expect(bind(template, given(over as Record<string, string>))).toEqual({ refused: { code, about: { parameter: name } } });
  });

  it('are refused where one is missing or given twice', () => {
    expect(bind(template, [])).toEqual({ refused: { code: 'argument_missing', about: { parameter: 'a' } } });
    expect(bind(template, [...given(), { name: 'a', value: '姜堰' }])).toEqual({
      refused: { code: 'argument_repeated', about: { parameter: 'a' } },
    });
  });

  it('of whatever kind ask the same question', async () => {
    const usual = bind(template, given());
    const shape = await shapeOf('sql' in usual ? usual.sql : '');
    const hostile = fc.oneof(
      fc.constantFrom(`' OR 1=1 --`, `'; DROP TABLE data; --`, `' UNION SELECT person FROM data --`, `''`, `\\'`, `$a`, `$$`, `/*`, `*/`),
      fc.constantFrom(`" OR ""="`, `％27`, `ʼ`, `＇ OR 1=1`, `'||(SELECT 1)||'`, `E'\\x27'`, `DATE '2025-01-01'`, `' AND district IN ('`),
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: fc.constantFrom("'", '"', '\\', '-', '*', '/', '$', ' ', 'x', '('), maxLength: 200 }),
    );
    const amount = fc
      .tuple(fc.integer({ min: -999_999_999, max: 999_999_999 }), fc.integer({ min: 0, max: 1_999_999 }))
      .map(([units, half]) => `${units}.${half % 2 === 0 ? '0' : '5'}`);
    const arbitrary = fc.record({
      a: hostile,
      b: hostile,
      age: fc.oneof(fc.integer({ min: -5, max: 150 }).map(String), hostile),
      fare: fc.oneof(amount, hostile),
      from: fc.oneof(fc.constantFrom('2024-02-29', '2030-12-31'), hostile),
    });
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(arbitrary, async (over) => {
        const bound = bind(template, given(over));
        if ('refused' in bound) return;
        asked += 1;
        expect(await shapeOf(bound.sql)).toBe(shape);
      }),
      { numRuns: 400 },
    );
    for (const a of [`' OR 1=1 --`, `'; DROP TABLE data; --`, `$b`, `'||(SELECT 1)||'`, `😀'`]) {
      const bound = bind(template, given({ a }));
      expect(await shapeOf('sql' in bound ? bound.sql : '')).toBe(shape);
    }
    expect(asked).toBeGreaterThan(20);
  });
});

describe('a question by a template', () => {
  const product = 'product-1';
  const body = { ...template, title: { zh: '出行量', en: 'Trips' }, summary: '按区统计。', product };
  const approved = seenOf(recordOf('template', 'approved', { data: body, version: 7 }));
  const entitlement = liveOf('entitlement', { data: { product } });
  const ask = (input: object, over: object = {}) =>
    whenCreating(people['buyer agent'], 'query', { input, refs: { entitlement, template: [approved] }, ...over });

  it('holds the text that was bound, which version of the template said so, and with what it can be asked again', () => {
    const { data } = becomes(ask({ template: 'template-1', arguments: given() }));
    expect(data).toMatchObject({
      template: 'template-1',
      templateVersion: 7,
      sql: expect.stringContaining(`'海陵'`),
      arguments: given(),
    });
  });

  it('is either a text or a template, and arguments go with a template', () => {
    const none = { refs: { entitlement, template: [] } };
    expect(refusal(ask({ sql: 'SELECT 1', template: 'template-1', arguments: given() }))).toBe('question_required');
    expect(refusal(ask({}, none))).toBe('question_required');
    expect(refusal(ask({ sql: 'SELECT 1', arguments: [] }, none))).toBe('question_required');
    expect(refusal(ask({ sql: 'SELECT 1' }, none))).toBeUndefined();
  });

  it('is asked of the product of the contract, while the template stands', () => {
    const other = seenOf(recordOf('template', 'approved', { data: { ...body, product: 'product-2' } }));
    const asking = { template: 'template-1', arguments: given() };
    expect(refusal(ask(asking, { refs: { entitlement, template: [other] } }))).toBe('reference_not_found');
    const draft = seenOf(recordOf('template', 'submitted', { data: body }));
    expect(refusal(ask(asking, { refs: { entitlement, template: [draft] } }))).toBe('template_not_live');
    const broken = { template: { kind: 'product', id: product } };
    expect(refusal(ask(asking, { broken }))).toBe('authority_broken');
    expect(ask({ template: 'template-1' })).toEqual({ refused: { code: 'argument_missing', about: { parameter: 'a' } } });
  });
});

describe('the review of a template', () => {
  it('takes two of the authority, neither of whom wrote it, and a template keeps what was approved', () => {
    const submitted = recordOf('template', 'submitted', { did: { create: ['agent'], submit: ['agent'] } });
    const half = becomes(when(people['case of the city'], 'approve', submitted));
    expect(half.status).toBe('submitted');
    const approved = becomes(when(people['lead of the city'], 'approve', half));
    expect(approved.status).toBe('approved');
    expect(refusal(when(people['operator agent'], 'edit', approved))).toBe('wrong_state');
  });

  it('goes back with a reason, which is gone when it is submitted again', () => {
    const back = becomes(when(people['case of the city'], 'return', recordOf('template', 'submitted'), { input: { reason: '口径不清' } }));
    expect(back.data['reason']).toBe('口径不清');
    expect(becomes(when(people['operator agent'], 'submit', back)).data).not.toHaveProperty('reason');
  });

  it('begins with one’s own live product', () => {
    const agent = people['operator agent'];
    expect(refusal(whenCreating(agent, 'template', { refs: { product: liveOf('product', { owner: 'operator-b' }) } }))).toBe(
      'reference_not_found',
    );
    expect(refusal(whenCreating(agent, 'template', { refs: { product: seenOf(recordOf('product', 'suspended')) } }))).toBe(
      'product_not_live',
    );
    expect(refusal(whenCreating(agent, 'template', { input: { sql: 'SELECT $x FROM data' } }))).toBe('placeholder_undeclared');
  });
});
