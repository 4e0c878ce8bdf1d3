import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import type { GateCode } from '../../contracts/gate-refusals.ts';
import { compile } from '../../functions/sandbox/gate.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import { explain, placeAt } from '../../functions/sandbox/placing.ts';

const columns = [
  { name: 'borough', type: 'VARCHAR' },
  { name: 'payment', type: 'VARCHAR' },
  { name: 'pickup', type: 'TIMESTAMP' },
  { name: 'age', type: 'BIGINT' },
  { name: '收入', type: 'DECIMAL(18,2)' },
  { name: 'rider', type: 'BIGINT' },
  { name: 'secret', type: 'VARCHAR' },
];
const rule = AnalysisRule.parse({
  dimensions: [{ column: 'borough' }, { column: 'payment' }, { column: 'pickup', grain: 'day' }, { column: 'age', grain: { bin: 10 } }],
  measures: [{ column: '收入' }],
  entity: 'rider',
});

let parser: Awaited<ReturnType<typeof openParser>>;
beforeAll(async () => {
  parser = await openParser();
});
afterAll(() => parser.close());

const nine = Array.from({ length: 8 }, (_, index) => `borough = '${index}'`).join(' or ');

/** The mark ¦ stands before the place that is to be shown; what follows is the word or sign that is to be named there. */
const refused: readonly (readonly [GateCode, string, string])[] = [
  // Everything that the design names as refused.
  ['subquery_not_allowed', 'select count(*) from ¦(select * from data)', '('],
  ['subquery_not_allowed', 'select ¦(select secret from data) from data', '('],
  ['subquery_not_allowed', 'select count(*) from data where borough ¦in (select secret from data)', 'in'],
  ['cte_not_allowed', '¦with x as (select 1) select count(*) from data', 'with'],
  ['cte_not_allowed', '/* with */ ¦WITH RECURSIVE x as (select 1 union all select 1 from x) select count(*) from data', 'WITH'],
  ['set_operation_not_allowed', 'select count(*) from data ¦union all select count(*) from data', 'union'],
  ['set_operation_not_allowed', "select 'union' from data ¦except select borough from data", 'except'],
  ['set_operation_not_allowed', 'select borough from data ¦Intersect select borough from data', 'Intersect'],
  ['window_not_allowed', 'select ¦sum(收入) over () from data', 'sum'],
  ['having_not_allowed', 'select borough, count(*) from data group by 1 ¦having count(*) = 1', 'having'],
  ['qualify_not_allowed', 'select borough from data ¦qualify row_number() over () = 1', 'qualify'],
  ['filter_not_allowed', 'select count(*) ¦filter (where rider = 7) from data', 'filter'],
  ['case_not_allowed', 'select sum(¦case when rider = 7 then 1 end) from data', 'case'],
  ['distinct_not_allowed', 'select ¦distinct borough from data', 'distinct'],
  ['distinct_not_allowed', 'select ¦sum(distinct 收入) from data', 'sum'],
  ['grouping_sets_not_allowed', 'select borough, count(*) from data group by ¦rollup (borough)', 'rollup'],
  ['grouping_sets_not_allowed', 'select borough, count(*) from data group by ¦cube (borough, payment)', 'cube'],
  ['grouping_sets_not_allowed', 'select count(*) from data group by ¦grouping sets ((borough), ())', 'grouping'],
  ['grouping_sets_not_allowed', 'select count(*) from data group by ¦rollup (borough), payment', 'rollup'],
  ['group_by_all_not_allowed', 'select borough, count(*) from data group by ¦all', 'all'],
  ['sampling_not_allowed', 'select count(*) from data ¦tablesample 10%', 'tablesample'],
  ['sampling_not_allowed', 'select count(*) from data using ¦sample reservoir(5 rows)', 'sample'],
  ['cast_not_allowed', 'select ¦cast(rider as varchar) from data', 'cast'],
  ['cast_not_allowed', 'select count(*) from data where borough = ¦try_cast(1 as varchar)', 'try_cast'],
  ['arithmetic_not_allowed', 'select sum(收入) ¦+ 1 from data', '+'],
  ['arithmetic_not_allowed', 'select count(*) from data where age ¦% 2 = 0', '%'],
  ['arithmetic_not_allowed', "select sum(收入) from data where borough = 'a' ¦|| 'b'", '||'],
  ['table_function_not_allowed', "select count(*) from ¦read_csv('/etc/passwd')", 'read_csv'],
  ['qualified_name_not_allowed', 'select count(*) from ¦main.data', 'main'],
  ['qualified_name_not_allowed', 'select count(*) from ¦memory.main.data', 'memory'],
  ['parameter_not_allowed', 'select count(*) from data where age >= ¦$1', '$'],
  ['parameter_not_allowed', 'select count(*) from data where age >= ¦?', '?'],
  ['parameter_not_allowed', 'select count(*) from data where age >= ¦$least', '$'],
  ['several_statements', 'select count(*) from data; ¦select count(*) from data', 'select'],
  ['several_statements', "select 'a;b'; /* ; */ ¦select 1", 'select'],
  // Statements of another kind.
  ['not_a_select', "¦COPY data TO '/tmp/x'", 'COPY'],
  ['not_a_select', "select count(*) from data; ¦attach '/tmp/x.db'", 'attach'],
  ['not_a_select', '¦pragma database_list', 'pragma'],
  ['not_a_select', '¦execute p(1)', 'execute'],
  ['pivot_not_allowed', '¦pivot data on borough using sum(收入)', 'pivot'],
  ['describe_not_allowed', '¦describe data', 'describe'],
  ['describe_not_allowed', '¦summarize data', 'summarize'],
  ['pivot_not_allowed', "select count(*) from data ¦pivot (sum(收入) for borough in ('a'))", 'pivot'],
  ['values_not_allowed', '¦values (1)', 'values'],
  ['time_travel_not_allowed', 'select count(*) from data ¦at (version => 1)', 'at'],
  ['syntax_error', "select '漢字😀' from ¦where", 'where'],
  ['syntax_error', "select count(*) from data where borough = ¦'open", "'open"],
  ['empty_query', '¦', ''],
  ['empty_query', ' ¦;', ';'],
  ['control_character', 'select count(*)¦\0 from data', '\0'],
  ['control_character', "select count(*) from data where borough = '¦\u202E'", '\u202E'],
  ['too_many_comments', `${'/**/'.repeat(100)}¦/* one more */ select count(*) from data`, '/* one more */'],
  ['construct_not_allowed', 'select count(*) from data where age between ¦symmetric 40 and 20', 'symmetric'],
  ['construct_not_allowed', 'select borough, count(*) n from data group by 1 order by n ¦using >', 'using'],
  // What the parser gives no place begins where its first part does.
  ['collate_not_allowed', "select count(*) from data where ¦borough collate nocase = 'x'", 'borough'],
  ['function_not_allowed', "select count(*) from data where coalesce(¦borough, 'x') = 'x'", 'borough'],
  ['literal_not_allowed', 'select count(*) from data where ¦true', 'true'],
  ['cast_not_allowed', "select count(*) from data where pickup >= timestamptz ¦'2024-01-01'", "'2024-01-01'"],
  // What is left of the accepted grammar.
  ['star_not_allowed', 'select ¦* from data', '*'],
  ['join_not_allowed', 'select count(*) from data ¦join other using (rider)', 'join'],
  ['table_not_allowed', 'select count(*) from ¦other', 'other'],
  ['table_alias_not_allowed', 'select count(*) from ¦data d', 'data'],
  ['entity_predicate', 'select count(*) from data where ¦rider = 7', 'rider'],
  ['entity_predicate', 'select count(*) from data where 7 = ¦"RIDER"', '"RIDER"'],
  ['too_many_predicates', `select count(*) from data where ${nine} or payment ¦= 'x'`, '='],
  ['negation_not_allowed', "select count(*) from data where borough ¦<> 'x'", '<>'],
  ['null_test_not_allowed', 'select count(*) from data where borough ¦is null', 'is'],
  ['pattern_not_allowed', "select count(*) from data where borough ¦like 'x%'", 'like'],
  ['function_not_allowed', 'select ¦median(收入) from data', 'median'],
  ['measure_not_allowed', 'select sum(¦age) from data', 'age'],
  ['column_not_allowed', 'select\n  ¦secret,\n  count(*)\nfrom data', 'secret'],
  ['column_not_allowed', 'select\u3000count(*)\u00a0from data\u3000group by\u3000¦秘密', '秘密'],
  ['range_not_aligned', 'select count(*) from data where age >= ¦33', '33'],
  ['grain_too_fine', "select ¦date_trunc('hour', pickup), count(*) from data group by 1", 'date_trunc'],
  ['literal_invalid', "select count(*) from data where pickup >= ¦'2023-02-30'", "'2023-02-30'"],
  ['order_not_an_output', 'select count(*) from data order by ¦sum(收入)', 'sum'],
  ['limit_not_constant', 'select count(*) from data limit 1 ¦+ 1', '+'],
  ['limit_too_large', 'select count(*) from data limit ¦1001', '1001'],
  ['offset_not_allowed', 'select count(*) from data limit 1 ¦offset 1', 'offset'],
  ['alias_not_allowed', 'select ¦count(*) as "=cmd()" from data', 'count'],
];

describe('a refusal names what is refused and where', () => {
  test.each(refused)('%s: %s', async (code, marked, text) => {
    const offset = marked.indexOf('¦');
    const answer = await compile(marked.replace('¦', ''), rule, columns, parser.parse);
    expect(answer).toMatchObject({ refused: code, at: { offset, text } });
  });

  test('by line and by character within the line, as a person counts', () => {
    expect(placeAt('select\r\n  😀 漢, bad\nfrom x', 16)).toEqual({ offset: 16, line: 2, column: 8, text: 'bad' });
  });

  test('in words of both languages', async () => {
    const answer = await compile('select borough from data\ngroup by 1 having true', rule, columns, parser.parse);
    if (!('refused' in answer)) throw new Error('accepted');
    expect(explain(answer.refused, answer.at)).toEqual({
      zh: '不接受HAVING，请在结果上自行筛选。（第2行第12个字符：“having”）',
      en: 'HAVING is not accepted; filter the result yourself. (line 2, character 12: “having”)',
    });
    expect(explain('rule_column_unknown', null, 'gone')).toMatchObject({ en: expect.stringContaining('“gone”') });
  });
});
