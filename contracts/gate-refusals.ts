import { derivationRefusals } from './derivation-refusals.ts';

/** Every refusal of a governed query: by the gate, by the analysis rule, and, opaque on purpose, by the engine. Texts say what to do next. */
export const gateRefusals = {
  ...derivationRefusals,
  sql_too_long: { zh: '查询语句过长，请缩短到10000个字符以内。', en: 'The query is too long; keep it within 10,000 characters.' },
  control_character: { zh: '查询语句含有控制字符，请删除。', en: 'The query holds a control character; remove it.' },
  syntax_error: { zh: '语法错误，请检查所示位置附近。', en: 'Syntax error; look near the position shown.' },
  nesting_too_deep: { zh: '嵌套过深，请简化。', en: 'The nesting is too deep; simplify the query.' },
  too_many_comments: { zh: '注释过多，最多100处，请删除。', en: 'There are too many comments; 100 at most.' },
  empty_query: { zh: '没有查询语句，请写一条SELECT。', en: 'There is no query; write one SELECT.' },
  several_statements: { zh: '一次只能提交一条查询语句。', en: 'Send one statement at a time.' },
  not_a_select: { zh: '只接受SELECT语句。', en: 'Only SELECT is accepted.' },
  table_not_allowed: { zh: '只能查询名为data的表。', en: 'Only the table named data can be queried.' },
  table_alias_not_allowed: { zh: '不接受表别名，请直接使用data。', en: 'A table alias is not accepted; use data itself.' },
  table_function_not_allowed: { zh: '不接受表函数，请查询data。', en: 'Table functions are not accepted; query data.' },
  qualified_name_not_allowed: {
    zh: '不接受带模式或库名的名称，请去掉限定。',
    en: 'Names qualified by schema or catalogue are not accepted.',
  },
  join_not_allowed: { zh: '本规则不允许连接，请只查询data。', en: 'This rule allows no join; query data alone.' },
  join_order: {
    zh: '请先写data，再写名单：FROM data JOIN 名单 ON …',
    en: 'Write data first and the list after it: FROM data JOIN list ON …',
  },
  several_joins: { zh: '只能连接一份名单，请删除其他连接。', en: 'One list can be joined; remove the other joins.' },
  join_outer_not_allowed: {
    zh: '不接受外连接（LEFT、RIGHT、FULL），请用JOIN。',
    en: 'Outer joins (LEFT, RIGHT, FULL) are not accepted; use JOIN.',
  },
  join_semi_not_allowed: { zh: '不接受SEMI和ANTI连接，请用JOIN。', en: 'SEMI and ANTI joins are not accepted; use JOIN.' },
  join_cross_not_allowed: {
    zh: '不接受CROSS JOIN和以逗号并列的表，请用JOIN … ON。',
    en: 'CROSS JOIN and tables beside each other are not accepted; use JOIN … ON.',
  },
  join_natural_not_allowed: {
    zh: '不接受NATURAL连接，请用ON写明等式。',
    en: 'NATURAL joins are not accepted; write the equality after ON.',
  },
  join_asof_not_allowed: { zh: '不接受ASOF连接，请用JOIN … ON等式。', en: 'ASOF joins are not accepted; use JOIN … ON an equality.' },
  join_positional_not_allowed: { zh: '不接受POSITIONAL连接，请用JOIN … ON。', en: 'POSITIONAL joins are not accepted; use JOIN … ON.' },
  join_lateral_not_allowed: { zh: '不接受LATERAL，请只连接一份名单。', en: 'LATERAL is not accepted; join one list and nothing else.' },
  join_using_not_allowed: { zh: '不接受USING，请写ON data.列 = 名单.key。', en: 'USING is not accepted; write ON data.column = list.key.' },
  join_condition_not_allowed: {
    zh: '连接条件只能是一个等式：data.列 = 名单.key；其他条件请写在WHERE中。',
    en: 'A join has one equality, data.column = list.key; other conditions belong in WHERE.',
  },
  join_column_not_allowed: {
    zh: '名单不能以该列连接，请查看规则允许连接的列和名单登记的列。',
    en: 'The list cannot be joined on this column; see the columns that the rule allows and the one that the list was made for.',
  },
  list_column_not_allowed: {
    zh: '名单的列只能出现在连接条件中，请改用data的列。',
    en: 'The column of a list stands in the join condition only; use columns of data.',
  },
  list_unknown: {
    zh: '本合同下没有这份可用的名单，请先登记名单并待其准入。',
    en: 'There is no such list under this contract that may be used; make one, and wait until it is admitted.',
  },
  values_not_allowed: { zh: '不接受VALUES，请查询data。', en: 'VALUES is not accepted; query data.' },
  pivot_not_allowed: { zh: '不接受PIVOT，请用GROUP BY。', en: 'PIVOT is not accepted; use GROUP BY.' },
  describe_not_allowed: {
    zh: '不接受DESCRIBE、SHOW或SUMMARIZE，请查看产品的字段说明。',
    en: 'DESCRIBE, SHOW and SUMMARIZE are not accepted; see the description of the product.',
  },
  time_travel_not_allowed: { zh: '不接受AT子句，请删除。', en: 'AT clauses are not accepted; remove it.' },
  subquery_not_allowed: { zh: '不接受子查询，请改写为单层查询。', en: 'Subqueries are not accepted; write a single level.' },
  cte_not_allowed: { zh: '不接受WITH，请改写为单层查询。', en: 'WITH is not accepted; write a single level.' },
  set_operation_not_allowed: { zh: '不接受UNION等集合运算，请分别查询。', en: 'Set operations are not accepted; ask separately.' },
  window_not_allowed: { zh: '不接受窗口函数，请改用GROUP BY。', en: 'Window functions are not accepted; use GROUP BY.' },
  having_not_allowed: { zh: '不接受HAVING，请在结果上自行筛选。', en: 'HAVING is not accepted; filter the result yourself.' },
  qualify_not_allowed: { zh: '不接受QUALIFY，请删除。', en: 'QUALIFY is not accepted; remove it.' },
  filter_not_allowed: { zh: '不接受聚合的FILTER，请用WHERE。', en: 'FILTER on an aggregate is not accepted; use WHERE.' },
  case_not_allowed: { zh: '不接受CASE，请用维度分组。', en: 'CASE is not accepted; group by a dimension.' },
  distinct_not_allowed: {
    zh: '只接受count(distinct 实体列)，请删除其他DISTINCT。',
    en: 'DISTINCT is accepted only as count(distinct entity).',
  },
  distinct_not_entity: { zh: 'count(distinct …)只能用于规则的实体列。', en: 'count(distinct …) takes only the entity column of the rule.' },
  grouping_sets_not_allowed: {
    zh: '不接受ROLLUP、CUBE和GROUPING SETS，请分别查询。',
    en: 'ROLLUP, CUBE and GROUPING SETS are not accepted; ask separately.',
  },
  group_by_all_not_allowed: { zh: '不接受GROUP BY ALL，请列出维度。', en: 'GROUP BY ALL is not accepted; list the dimensions.' },
  sampling_not_allowed: { zh: '不接受抽样，请删除。', en: 'Sampling is not accepted; remove it.' },
  cast_not_allowed: { zh: '不接受类型转换，请直接使用字段。', en: 'Casts are not accepted; use the column itself.' },
  arithmetic_not_allowed: { zh: '不接受运算，请在结果上自行计算。', en: 'Arithmetic is not accepted; compute on the result yourself.' },
  function_not_allowed: {
    zh: '不接受该函数；可用count(*)、count(distinct 实体)、sum、avg、date_trunc。',
    en: 'This function is not accepted; count(*), count(distinct entity), sum, avg and date_trunc are.',
  },
  count_column_not_allowed: {
    zh: '不接受count(列)，请用count(*)或count(distinct 实体)。',
    en: 'count of a column is not accepted; use count(*) or count(distinct entity).',
  },
  aggregate_order_not_allowed: { zh: '不接受聚合内的ORDER BY，请删除。', en: 'ORDER BY inside an aggregate is not accepted; remove it.' },
  star_not_allowed: { zh: '不接受*，请列出维度和聚合。', en: 'A star is not accepted; list dimensions and aggregates.' },
  parameter_not_allowed: { zh: '不接受参数，请写明字面值。', en: 'Parameters are not accepted; write the literal.' },
  lambda_not_allowed: { zh: '不接受lambda表达式。', en: 'Lambda expressions are not accepted.' },
  collate_not_allowed: { zh: '不接受COLLATE，请删除。', en: 'COLLATE is not accepted; remove it.' },
  positional_not_allowed: { zh: '不接受#位置引用，请写列名。', en: 'Positional references (#1) are not accepted; name the column.' },
  negation_not_allowed: {
    zh: '不接受NOT、<>和NOT IN，请写明所要的值。',
    en: 'NOT, <> and NOT IN are not accepted; name the values wanted.',
  },
  null_test_not_allowed: { zh: '不接受IS NULL等判断，请按该维度分组。', en: 'Tests for NULL are not accepted; group by the dimension.' },
  pattern_not_allowed: { zh: '不接受LIKE和正则匹配，请用=或IN。', en: 'LIKE and patterns are not accepted; use = or IN.' },
  condition_not_allowed: { zh: '条件只能写在WHERE中。', en: 'A condition belongs in WHERE and nowhere else.' },
  predicate_not_allowed: {
    zh: 'WHERE只接受用AND、OR连接的列与字面值的比较、IN和范围。',
    en: 'WHERE takes only comparisons of a column with literals, IN and ranges, joined by AND and OR.',
  },
  too_many_predicates: { zh: '条件过多，请减少。', en: 'Too many predicates; use fewer.' },
  too_many_values: { zh: 'IN列表过长，最多100个值。', en: 'The IN list is too long; 100 values at most.' },
  entity_predicate: {
    zh: '不能以实体列为条件、分组或输出，请删除。',
    en: 'The entity column cannot be filtered, grouped or shown; remove it.',
  },
  column_not_allowed: {
    zh: '规则不允许使用该列，请查看可用的维度和度量。',
    en: 'The rule does not allow this column; see its dimensions and measures.',
  },
  measure_not_allowed: { zh: 'sum和avg只能用于规则的度量列。', en: 'sum and avg take only a measure of the rule.' },
  dimension_not_grouped: { zh: '输出的维度须出现在GROUP BY中。', en: 'A dimension that is shown must stand in GROUP BY.' },
  too_many_dimensions: { zh: '分组最多4个维度。', en: 'Group by at most four dimensions.' },
  group_not_a_dimension: { zh: 'GROUP BY只接受规则的维度。', en: 'GROUP BY takes only dimensions of the rule.' },
  grain_required: {
    zh: "该维度须按规则的粒度使用，例如date_trunc('day', 列)或floor(列 / 10) * 10。",
    en: "This dimension is used at the rule's grain, as in date_trunc('day', column) or floor(column / 10) * 10.",
  },
  grain_too_fine: { zh: '粒度比规则细，请用规则的粒度或更粗。', en: 'The grain is finer than the rule; use its grain or a coarser one.' },
  range_not_aligned: {
    zh: '范围须对齐粒度：用>=和<，端点取粒度的起点。',
    en: 'A range must align with the grain: use >= and <, with ends where a grain starts.',
  },
  literal_type: { zh: '字面值与该列的类型不符。', en: 'The literal does not fit the type of the column.' },
  literal_invalid: { zh: '字面值无效或超出范围。', en: 'The literal is invalid or out of range.' },
  literal_not_allowed: {
    zh: '此处不接受字面值，请写维度或聚合。',
    en: 'A literal is not accepted here; name a dimension or an aggregate.',
  },
  alias_not_allowed: {
    zh: '输出名称最多64个字，只能含文字、数字、下划线和空格。',
    en: 'An output name has at most 64 letters, digits, underscores and spaces.',
  },
  duplicate_output: { zh: '两个输出同名，请用AS改名。', en: 'Two outputs have the same name; rename one with AS.' },
  too_many_outputs: { zh: '输出最多20列。', en: 'At most 20 output columns.' },
  order_not_an_output: { zh: 'ORDER BY只接受输出列。', en: 'ORDER BY takes only output columns.' },
  limit_not_constant: { zh: 'LIMIT须为非负整数常数。', en: 'LIMIT is a constant whole number.' },
  limit_too_large: { zh: 'LIMIT超过规则的行数上限，请减小。', en: 'LIMIT is above the row cap of the rule; lower it.' },
  offset_not_allowed: { zh: '不接受OFFSET，请删除。', en: 'OFFSET is not accepted; remove it.' },
  construct_not_allowed: {
    zh: '不接受该写法；只接受说明中的查询形式。',
    en: 'This construct is not accepted; only the documented form of query is.',
  },
  rule_column_unknown: {
    zh: '规则引用了数据中没有的列，请运营者更正规则。',
    en: 'The rule names a column that the data lacks; the operator must correct it.',
  },
  rule_type_unfit: {
    zh: '规则中某列的类型不适用于其用途，请运营者更正规则。',
    en: 'A column of the rule has a type unfit for its use; the operator must correct it.',
  },
  rule_personal_column: {
    zh: '含个人信息的列不能作为维度或度量，请运营者更正规则。',
    en: 'A column with personal information cannot be a dimension or a measure; the operator must correct the rule.',
  },
  rule_entity_required: {
    zh: '数据含个人信息而规则未指定实体列，请运营者更正规则。',
    en: 'The data holds personal information and the rule names no entity; the operator must correct it.',
  },
  rule_privacy_required: {
    zh: '场景的条件要求差分隐私而规则未设，请运营者更正规则。',
    en: 'The conditions of the scenario demand differential privacy and the rule has none; the operator must correct it.',
  },
  rule_join_privacy_required: {
    zh: '以个人信息列、实体列或唯一列连接名单须设差分隐私，请运营者更正规则。',
    en: 'Lists are joined on a personal, entity or unique column only under differential privacy; the operator must correct the rule.',
  },
  rule_clamp_unfit: {
    zh: '规则的截断界限与列类型不符，请运营者更正规则。',
    en: 'A clamp of the rule does not fit the type of its column; the operator must correct it.',
  },
  query_failed: { zh: '查询未能完成，请简化后重试。', en: 'The query could not be completed; simplify it and try again.' },
  query_timeout: { zh: '查询超时，请缩小范围后重试。', en: 'The query took too long; narrow it and try again.' },
  result_too_large: {
    zh: '结果超过上限，请增加条件或使用更粗的粒度。',
    en: 'The result is above the cap; narrow it or use a coarser grain.',
  },
  query_cancelled: { zh: '查询已取消。', en: 'The query was cancelled.' },
} as const satisfies Record<string, { readonly zh: string; readonly en: string }>;

export type GateCode = keyof typeof gateRefusals;

export const isGateCode = (code: string): code is GateCode => Object.hasOwn(gateRefusals, code);
