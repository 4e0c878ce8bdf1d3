import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import type { GateCode } from '../../contracts/gate-refusals.ts';
import { gateRefusals } from '../../contracts/gate-refusals.ts';
import type { Column } from '../../functions/sandbox/form.ts';
import type { Compiled, GateRefusal } from '../../functions/sandbox/gate.ts';
import { compile } from '../../functions/sandbox/gate.ts';
import { openParser } from '../../functions/sandbox/parser.ts';

const columns = [
  { name: 'borough', type: 'VARCHAR' },
  { name: 'payment', type: 'VARCHAR' },
  { name: 'pickup', type: 'TIMESTAMP' },
  { name: 'day', type: 'DATE' },
  { name: 'age', type: 'BIGINT' },
  { name: 'distance', type: 'DOUBLE' },
  { name: 'vip', type: 'BOOLEAN' },
  { name: 'fare', type: 'DECIMAL(18,2)' },
  { name: 'rider', type: 'BIGINT' },
  { name: 'phone', type: 'VARCHAR', personal: 'mobile' as const },
  { name: 'secret', type: 'VARCHAR' },
];
const rule = AnalysisRule.parse({
  dimensions: [
    { column: 'borough' },
    { column: 'payment' },
    { column: 'pickup', grain: 'day' },
    { column: 'day', grain: 'day' },
    { column: 'age', grain: { bin: 10 } },
    { column: 'vip' },
  ],
  measures: [{ column: 'fare' }, { column: 'distance', clamp: { min: '0', max: '50.5' } }],
  entity: 'rider',
});

let parser: Awaited<ReturnType<typeof openParser>>;
beforeAll(async () => {
  parser = await openParser();
});
afterAll(() => parser.close());

const impersonal = columns.filter(({ name }) => name !== 'phone');
const ask = (sql: string, under = rule, of: readonly Column[] = columns): Promise<Compiled | GateRefusal> =>
  compile(sql, under, of, parser.parse);

describe('the gate accepts', () => {
  test.each([
    'select count(*) from data',
    'SELECT COUNT(*), COUNT(DISTINCT rider) FROM Data;',
    'select borough, sum(fare), avg(distance) from data group by borough',
    'select data.borough as "区", count(*) n from data group by 1 order by n desc, 1 nulls first limit 5',
    "select date_trunc('day', pickup) d, count(*) from data group by d",
    "select date_trunc('month', pickup), count(*) from data group by 1",
    'select day, count(*) from data group by day',
    'select floor(age / 10) * 10, count(*) from data group by floor(age / 10) * 10 order by floor(age / 10) * 10',
    'select floor(age / 20) * 20 as decades, count(*) from data group by decades',
    "select count(*) from data where borough = 'x' and (payment in ('cash', 'card') or vip = true)",
    "select count(*) from data where pickup >= '2019-03-01' and pickup < timestamp '2019-03-02 00:00:00'",
    "select count(*) from data where date_trunc('day', pickup) between '2019-03-01' and '2019-03-05'",
    'select count(*) from data where age >= 20 and age < 30.0 and 40 > age',
    "select count(*) from data where day = date '2020-02-29' and day <= '2021-01-01'",
    'select count(*) from data group by borough, payment, vip, day limit 0',
    "select date_trunc('month', pickup), date_trunc('day', pickup), count(*) from data group by 1, 2",
    'select floor(age / 10) * 10, floor(age / 20) * 20, count(*) from data group by 1, 2',
    'select sum(fare), sum(fare), count(*), count(*) from data',
    'select count(*) from data where age >= 20. and age < 18446744073709551610',
    "select count(*) from data where day >= timestamp '2024-01-05 00:00:00' and day < '2024-02-01 00:00:00'",
    "select count(*) from data where vip = bool 'TRUE'",
    'select count(*) as "e\u0301tage" from data',
  ])('%s', async (sql) => {
    expect(await ask(sql)).toHaveProperty('sql');
  });

  test('outputs that were given no name, and tells them apart; those that were keep it', async () => {
    const { labels } = (await ask('select sum(fare), sum(fare), sum(distance), count(*) as sum_distance from data')) as Compiled;
    expect(labels).toEqual(['sum_fare', 'sum_fare_2', 'sum_distance_2', 'sum_distance']);
  });

  test('whole numbers of every column exactly, also those beyond 64 bits with a sign', async () => {
    const { sql } = (await ask('select count(*) from data where age >= -9223372036854775800 and age < 18446744073709551610')) as Compiled;
    expect(sql).toContain('("age") >= -9223372036854775800 AND ("age") < 18446744073709551610');
  });

  test('an instant by one text, whatever zeros its fraction ends with', async () => {
    const free = { ...rule, dimensions: [{ column: 'pickup' }] };
    const { form } = (await ask(
      "select count(*) from data where pickup in ('2024-01-01 00:00:00.5', '2024-01-01 00:00:00.500')",
      free,
    )) as Compiled;
    expect(form.where).toMatchObject({ values: [{ text: '2024-01-01 00:00:00.5' }, { text: '2024-01-01 00:00:00.5' }] });
  });

  test('a literal only as its value, and identifiers only as the rule spells them', async () => {
    const sql = `select BOROUGH as "Robert Tables", count(*) /* note */ from data where payment = 'it''s; drop --' group by 1`;
    const compiled = (await ask(sql)) as Compiled;
    expect(compiled.sql).toContain(`("payment") = 'it''s; drop --'`);
    expect(compiled.sql).toContain('"borough" AS g0');
    expect(compiled.sql).not.toMatch(/Robert|note|BOROUGH/);
    expect(compiled.labels).toEqual(['Robert Tables', 'count']);
  });

  test('many questions at once, each for itself', async () => {
    const counts = Array.from({ length: 60 }, (_, n) => n);
    const answers = await Promise.all(counts.map((n) => ask(`select count(*) from data limit ${n}`)));
    expect(answers.map((answer) => 'form' in answer && answer.form.limit)).toEqual(counts);
  });

  test('an order by the same output many times as one', async () => {
    const compiled = (await ask('select count(*) from data order by 1 desc, 1, 1 nulls first')) as Compiled;
    expect(compiled.form.order).toEqual([{ output: 0, descending: true, nullsFirst: false }]);
  });

  test('whole numbers beyond 2^53 digit by digit', async () => {
    const fine = AnalysisRule.parse({ dimensions: [{ column: 'age' }], measures: [], entity: null });
    const compiled = (await ask(
      'select count(*) from data where age in (9007199254740993, -9223372036854775807, 1.0)',
      fine,
      impersonal,
    )) as Compiled;
    expect(compiled.sql).toContain('IN (9007199254740993, -9223372036854775807, 1.0)');
  });

  test('what it printed, as its own parser reads it, as one SELECT', async () => {
    const compiled = (await ask("select borough, avg(distance) from data where payment = 'a' group by 1 order by 2 limit 3")) as Compiled;
    expect(JSON.parse(await parser.parse(compiled.sql))).toMatchObject({ error: false, statements: [{ node: { type: 'SELECT_NODE' } }] });
  });
});

const refused: readonly (readonly [GateCode, string])[] = [
  ['empty_query', ''],
  ['empty_query', ' -- nothing\n'],
  ['syntax_error', 'selec count(*) from data'],
  ['syntax_error', "select count(*) from data where borough = 'open"],
  ['several_statements', 'select count(*) from data; select count(*) from data'],
  ['not_a_select', "select count(*) from data; copy data to '/tmp/x'"],
  ['not_a_select', 'insert into data values (1)'],
  ['not_a_select', 'delete from data'],
  ['not_a_select', 'drop view data'],
  ['not_a_select', "copy data to '/tmp/out.csv'"],
  ['not_a_select', "attach '/tmp/x.db'"],
  ['not_a_select', 'install httpfs'],
  ['not_a_select', 'load httpfs'],
  ['not_a_select', 'set threads = 1'],
  ['not_a_select', 'pragma database_list'],
  ['not_a_select', "call enable_logging(storage = 'file')"],
  ['not_a_select', 'create table t as select * from data'],
  ['not_a_select', 'explain select count(*) from data'],
  ['not_a_select', 'prepare p as select 1'],
  ['not_a_select', 'begin'],
  ['sql_too_long', `select count(*) from data${' '.repeat(10_000)}`],
  ['control_character', 'select count(*)\0 from data'],
  ['control_character', "select count(*) from data where borough = '\u0007'"],
  ['control_character', "select count(*) from data where borough = '\uD800'"],
  ['table_not_allowed', 'select count(*) from other'],
  ['table_not_allowed', 'select count(*) from duckdb_settings'],
  ['table_not_allowed', 'select count(*) from "/etc/passwd"'],
  ['table_not_allowed', "select count(*) from 'x.parquet'"],
  ['table_not_allowed', 'select 1'],
  ['qualified_name_not_allowed', 'select count(*) from main.data'],
  ['qualified_name_not_allowed', 'select count(*) from memory.main.data'],
  ['qualified_name_not_allowed', 'select other.borough, count(*) from data group by 1'],
  ['qualified_name_not_allowed', 'select main.sum(fare) from data'],
  ['table_alias_not_allowed', 'select count(*) from data d'],
  ['table_alias_not_allowed', 'select count(*) from data d(a, b)'],
  ['table_function_not_allowed', "select count(*) from read_csv('/etc/passwd')"],
  ['table_function_not_allowed', 'select count(*) from duckdb_settings()'],
  ['table_function_not_allowed', "select count(*) from glob('/*')"],
  ['table_function_not_allowed', 'select count(*) from range(10)'],
  ['table_function_not_allowed', "select count(*) from query('select 1')"],
  ['join_not_allowed', 'select count(*) from data, data'],
  ['join_not_allowed', 'select count(*) from data join other using (rider)'],
  ['join_not_allowed', 'select count(*) from data natural join data'],
  ['join_not_allowed', 'select count(*) from data, lateral (select 1)'],
  ['values_not_allowed', 'values (1)'],
  ['subquery_not_allowed', 'select count(*) from (values (1)) v'],
  ['describe_not_allowed', 'describe data'],
  ['describe_not_allowed', 'summarize data'],
  ['describe_not_allowed', 'show tables'],
  ['pivot_not_allowed', 'pivot data on borough using sum(fare)'],
  ['pivot_not_allowed', "select count(*) from data pivot (sum(fare) for borough in ('a'))"],
  ['time_travel_not_allowed', 'select count(*) from data at (version => 1)'],
  ['subquery_not_allowed', 'select count(*) from (select * from data)'],
  ['subquery_not_allowed', 'select (select secret from data limit 1) from data'],
  ['subquery_not_allowed', 'select count(*) from data where borough = (select secret from data)'],
  ['subquery_not_allowed', 'select count(*) from data where borough in (select secret from data)'],
  ['subquery_not_allowed', 'select count(*) from data where exists (select 1)'],
  ['cte_not_allowed', 'with x as (select 1) select count(*) from data'],
  ['cte_not_allowed', 'with recursive x as (select 1 union all select 1 from x) select count(*) from data'],
  ['set_operation_not_allowed', 'select count(*) from data union all select count(*) from data'],
  ['set_operation_not_allowed', 'select borough from data except select borough from data'],
  ['window_not_allowed', 'select sum(fare) over () from data'],
  ['window_not_allowed', 'select row_number() over (order by fare) from data'],
  ['having_not_allowed', 'select borough, count(*) from data group by 1 having count(*) = 1'],
  ['qualify_not_allowed', 'select borough from data qualify row_number() over () = 1'],
  ['filter_not_allowed', 'select count(*) filter (where rider = 7) from data'],
  ['filter_not_allowed', 'select sum(fare) filter (where rider = 7) from data'],
  ['case_not_allowed', 'select sum(case when rider = 7 then fare else 0 end) from data'],
  ['case_not_allowed', 'select count(*) from data group by case when rider = 7 then 1 end'],
  ['distinct_not_allowed', 'select distinct borough from data group by 1'],
  ['distinct_not_allowed', 'select distinct on (borough) borough from data group by 1'],
  ['distinct_not_allowed', 'select sum(distinct fare) from data'],
  ['distinct_not_entity', 'select count(distinct fare) from data'],
  ['distinct_not_entity', 'select count(distinct rider, fare) from data'],
  ['distinct_not_entity', 'select count(distinct rider + 1) from data'],
  ['grouping_sets_not_allowed', 'select borough, count(*) from data group by rollup (borough)'],
  ['grouping_sets_not_allowed', 'select borough, count(*) from data group by cube (borough, payment)'],
  ['grouping_sets_not_allowed', 'select count(*) from data group by grouping sets ((borough), ())'],
  ['group_by_all_not_allowed', 'select borough, count(*) from data group by all'],
  ['sampling_not_allowed', 'select count(*) from data tablesample 10%'],
  ['sampling_not_allowed', 'select count(*) from data using sample 1 rows'],
  ['cast_not_allowed', 'select rider::varchar from data'],
  ['cast_not_allowed', 'select count(*) from data where cast(secret as int) = 1'],
  ['cast_not_allowed', "select count(*) from data where borough = 'a'::int"],
  ['cast_not_allowed', 'select count(*) from data where age = try_cast(secret as int)'],
  ['arithmetic_not_allowed', 'select sum(fare) + 1 from data'],
  ['arithmetic_not_allowed', 'select count(*) from data where age + 0 >= 10'],
  ['arithmetic_not_allowed', 'select borough || payment from data'],
  ['arithmetic_not_allowed', 'select floor(age / 10) * 20, count(*) from data group by 1'],
  ['function_not_allowed', 'select max(fare) from data'],
  ['function_not_allowed', 'select median(fare) from data'],
  ['function_not_allowed', 'select list(fare) from data'],
  ['function_not_allowed', 'select string_agg(secret) from data'],
  ['function_not_allowed', 'select any_value(rider) from data'],
  ['function_not_allowed', "select error('x' || secret) from data"],
  ['function_not_allowed', "select read_text('/etc/passwd') from data"],
  ['function_not_allowed', "select getenv('HOME') from data"],
  ['function_not_allowed', 'select sum(abs(fare)) from data'],
  ['function_not_allowed', "select date_trunc('week', pickup), count(*) from data group by 1"],
  ['function_not_allowed', "select count(*) from data where lower(borough) = 'x'"],
  ['function_not_allowed', 'select unnest([1, 2]) from data'],
  ['aggregate_order_not_allowed', 'select sum(fare order by rider) from data'],
  ['count_column_not_allowed', 'select count(fare) from data'],
  ['count_column_not_allowed', 'select count(1) from data'],
  ['star_not_allowed', 'select * from data'],
  ['star_not_allowed', 'from data'],
  ['star_not_allowed', 'select columns(*) from data'],
  ['star_not_allowed', 'select * exclude (secret) from data'],
  ['parameter_not_allowed', 'select count(*) from data where age >= $1'],
  ['parameter_not_allowed', 'select count(*) from data limit ?'],
  ['collate_not_allowed', "select count(*) from data where borough collate nocase = 'x'"],
  ['positional_not_allowed', 'select #1, count(*) from data'],
  ['negation_not_allowed', "select count(*) from data where borough <> 'x'"],
  ['negation_not_allowed', "select count(*) from data where borough not in ('x')"],
  ['negation_not_allowed', "select count(*) from data where not borough = 'x'"],
  ['negation_not_allowed', "select count(*) from data where borough is distinct from 'x'"],
  ['null_test_not_allowed', 'select count(*) from data where borough is null'],
  ['null_test_not_allowed', 'select count(*) from data where borough is not null'],
  ['null_test_not_allowed', 'select count(*) from data where borough = null'],
  ['syntax_error', 'select count(*) from data where borough in ()'],
  ['null_test_not_allowed', "select count(*) from data where borough in ('x', null)"],
  ['null_test_not_allowed', 'select count(*) from data where day between null and null'],
  ['null_test_not_allowed', 'select count(*) from data where null = borough'],
  ['predicate_not_allowed', 'select count(*) from data where borough = ‘x’'],
  ['predicate_not_allowed', 'select count(*) from data where borough = "x"'],
  ['predicate_not_allowed', 'select count(*) from data where borough in (payment)'],
  ['condition_not_allowed', "select count(*) from data where (borough = 'x') = true"],
  ['function_not_allowed', "select count(*) from data where (borough, payment) = ('x', 'y')"],
  ['pattern_not_allowed', "select count(*) from data where borough not like 'x'"],
  ['pattern_not_allowed', "select count(*) from data where borough like 'x%'"],
  ['pattern_not_allowed', "select count(*) from data where borough ilike 'x%'"],
  ['pattern_not_allowed', "select count(*) from data where borough similar to 'x'"],
  ['pattern_not_allowed', "select count(*) from data where borough glob 'x*'"],
  ['predicate_not_allowed', 'select count(*) from data where borough = payment'],
  ['predicate_not_allowed', 'select count(*) from data where vip'],
  ['literal_not_allowed', 'select count(*) from data where 1 = 1'],
  ['condition_not_allowed', 'select count(*) = 1 from data'],
  ['condition_not_allowed', 'select sum(fare > 10) from data'],
  ['condition_not_allowed', 'select count(*) from data group by vip and vip'],
  ['condition_not_allowed', 'select count(*) from data order by 1 > 2'],
  ['function_not_allowed', 'select coalesce(borough, payment), count(*) from data group by 1'],
  ['function_not_allowed', 'select count(*) from data where borough[1] = 1'],
  ['too_many_predicates', `select count(*) from data where ${Array.from({ length: 9 }, (_, i) => `borough = '${i}'`).join(' or ')}`],
  ['too_many_values', `select count(*) from data where borough in (${Array.from({ length: 101 }, (_, i) => `'${i}'`).join(',')})`],
  ['entity_predicate', 'select count(*) from data where rider = 7'],
  ['entity_predicate', 'select count(*) from data where rider in (1, 2)'],
  ['entity_predicate', 'select rider, count(*) from data group by rider'],
  ['entity_predicate', 'select count(*) from data group by RIDER'],
  ['column_not_allowed', 'select secret, count(*) from data group by secret'],
  ['column_not_allowed', "select count(*) from data where secret = 'x'"],
  ['column_not_allowed', 'select count(*) from data where fare > 10'],
  ['column_not_allowed', 'select rowid from data'],
  ['column_not_allowed', 'select filename from data'],
  ['column_not_allowed', 'select phone, count(*) from data group by 1'],
  ['qualified_name_not_allowed', 'select borough.x, count(*) from data group by 1'],
  ['measure_not_allowed', 'select sum(age) from data'],
  ['measure_not_allowed', 'select avg(rider) from data'],
  ['dimension_not_grouped', 'select borough, count(*) from data'],
  ['dimension_not_grouped', "select date_trunc('month', pickup), count(*) from data group by date_trunc('day', pickup)"],
  ['too_many_dimensions', "select count(*) from data group by borough, payment, vip, day, date_trunc('day', pickup)"],
  ['group_not_a_dimension', 'select count(*) from data group by 1'],
  ['group_not_a_dimension', 'select count(*) as n from data group by n'],
  ['literal_not_allowed', "select count(*) from data group by 'x'"],
  ['literal_not_allowed', 'select count(*) from data group by 7'],
  ['grain_required', 'select pickup, count(*) from data group by pickup'],
  ['grain_required', 'select age, count(*) from data group by 1'],
  ['grain_required', "select count(*) from data where pickup = '2019-03-01 10:00:00'"],
  ['grain_required', 'select count(*) from data where age in (33)'],
  ['grain_too_fine', "select date_trunc('hour', pickup), count(*) from data group by 1"],
  ['grain_too_fine', 'select floor(age / 5) * 5, count(*) from data group by 1'],
  ['grain_too_fine', 'select floor(age / 15) * 15, count(*) from data group by 1'],
  ['range_not_aligned', "select count(*) from data where pickup >= '2019-03-01 10:00:00'"],
  ['range_not_aligned', "select count(*) from data where pickup > '2019-03-01'"],
  ['range_not_aligned', "select count(*) from data where pickup between '2019-03-01' and '2019-03-02'"],
  ['range_not_aligned', 'select count(*) from data where age >= 33'],
  ['range_not_aligned', 'select count(*) from data where age < 30.5'],
  ['range_not_aligned', 'select count(*) from data where age >= 3e1'],
  ['literal_type', 'select count(*) from data where borough = 5'],
  ['literal_type', "select count(*) from data where age >= '20'"],
  ['literal_type', 'select count(*) from data where vip = 1'],
  ['literal_invalid', "select count(*) from data where day = '2023-02-30'"],
  ['literal_invalid', "select count(*) from data where day = 'tomorrow'"],
  ['literal_invalid', "select count(*) from data where day = date 'infinity'"],
  ['literal_invalid', 'select count(*) from data where age >= 1e400'],
  ['literal_invalid', 'select count(*) from data where age >= 170141183460469231731687303715884105727'],
  ['alias_not_allowed', 'select count(*) as "x""; drop" from data'],
  ['alias_not_allowed', 'select count(*) as "=cmd()" from data'],
  ['alias_not_allowed', `select count(*) as ${'n'.repeat(65)} from data`],
  ['duplicate_output', 'select count(*) as n, sum(fare) as N from data'],
  ['function_not_allowed', 'select constructor(fare) from data'],
  ['function_not_allowed', 'select count(*) from data where age >= __proto__(1)'],
  ['literal_invalid', "select count(*) from data where vip = bool 'constructor'"],
  ['literal_type', "select count(*) from data where day >= '2024-01-05 12:00:00'"],
  ['limit_not_constant', 'select count(*) from data limit all'],
  ['literal_not_allowed', 'select borough, count(*) from data group by 1 order by null'],
  ['construct_not_allowed', 'select count(*) from data where age between symmetric 40 and 20'],
  ['subquery_not_allowed', 'select count(*) from data where age > all(select 1)'],
  ['too_many_outputs', `select ${Array.from({ length: 21 }, (_, i) => `count(*) as n${i}`).join(', ')} from data`],
  ['order_not_an_output', 'select count(*) from data order by sum(fare)'],
  ['order_not_an_output', 'select payment, count(*) from data group by 1, borough order by borough'],
  ['function_not_allowed', 'select count(*) from data order by random()'],
  ['star_not_allowed', 'select count(*) from data order by all'],
  ['limit_not_constant', 'select count(*) from data limit 10%'],
  ['limit_not_constant', 'select count(*) from data limit 1 + 1'],
  ['limit_not_constant', 'select count(*) from data limit (select 1)'],
  ['limit_too_large', 'select count(*) from data limit 1001'],
  ['offset_not_allowed', 'select count(*) from data limit 1 offset 1'],
  ['syntax_error', `select ${'('.repeat(3000)}${'f('.repeat(1500)} from data`],
  ['nesting_too_deep', `select ${'f('.repeat(3000)}1${')'.repeat(3000)} from data`],
];

const under = (change: object): Promise<Compiled | GateRefusal> =>
  ask('select count(*) from data', AnalysisRule.parse({ ...rule, ...change }));

describe('the gate refuses', () => {
  test.each(refused)('%s: %s', async (code, sql) => {
    const answer = await ask(sql);
    expect(answer).toMatchObject({ refused: code });
    expect(Object.keys(answer).sort()).toEqual(['at', 'refused']);
  });

  test('at the place in the text, counted as JavaScript counts', async () => {
    const sql = "select count(*) from data where borough = '漢😀' and secret = 'x'";
    expect(await ask(sql)).toMatchObject({ refused: 'column_not_allowed', at: { offset: sql.indexOf('secret') } });
  });

  test('count(distinct …) where each row is its own entity, since there is no column to name', async () => {
    expect(await ask('select count(distinct rider) from data', { ...rule, entity: null }, impersonal)).toMatchObject({
      refused: 'distinct_not_entity',
    });
  });

  test('a rule that does not fit the table, before it looks at the query', async () => {
    expect(await under({ dimensions: [{ column: 'phone' }] })).toMatchObject({ refused: 'rule_personal_column', about: 'phone', at: null });
    expect(await under({ dimensions: [{ column: 'gone' }] })).toMatchObject({ refused: 'rule_column_unknown' });
    expect(await under({ dimensions: [{ column: 'borough', grain: 'day' }] })).toMatchObject({ refused: 'rule_type_unfit' });
    expect(await under({ measures: [{ column: 'borough' }] })).toMatchObject({ refused: 'rule_type_unfit' });
    expect(await under({ measures: [{ column: 'age', clamp: { min: '0.5', max: '1' } }] })).toMatchObject({ refused: 'rule_clamp_unfit' });
  });

  test('a clamp whose ends are the wrong way round by one in eighteen digits', () => {
    const clamped = (min: string, max: string) =>
      AnalysisRule.safeParse({ ...rule, measures: [{ column: 'fare', clamp: { min, max } }] }).success;
    expect(clamped('999999999999999999', '999999999999999998')).toBe(false);
    expect(clamped('-0.000000002', '-0.000000001')).toBe(true);
    expect(clamped('many', '1')).toBe(false);
  });

  test('a rule without an entity over personal columns, even one that was approved when none was demanded', async () => {
    const sql = 'select count(*) from data';
    const nobody = { ...rule, entity: null };
    const single = columns.map((column) => ({ ...column, unique: column.name === 'rider' }));
    expect(await ask(sql, nobody)).toEqual({ refused: 'rule_entity_required', at: null, about: 'phone' });
    // An entity of which each row is another counts rows.
    expect(await ask(sql, rule, single)).toMatchObject({ refused: 'rule_entity_required' });
    expect(await ask(sql, nobody, impersonal)).toHaveProperty('sql');
    // Each row is one person's where a personal column never repeats.
    expect(await ask(sql, nobody, [...impersonal, { name: 'phone', type: 'VARCHAR', personal: 'mobile', unique: true }])).toHaveProperty(
      'sql',
    );
  });

  test('a measure that holds personal information', async () => {
    const found = columns.map((column) => (column.name === 'fare' ? { ...column, personal: 'bank_card' } : column));
    expect(await ask('select count(*) from data', rule, found)).toEqual({ refused: 'rule_personal_column', at: null, about: 'fare' });
  });

  test('with a text in both languages for every code it uses', () => {
    for (const [code] of refused) expect(gateRefusals[code].zh.length * gateRefusals[code].en.length).toBeGreaterThan(0);
  });
});
