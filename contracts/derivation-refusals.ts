/** Refusals of an operator's derivation, beside those that it has in common with governed queries. Texts say what to do next. */
export const derivationRefusals = {
  source_unknown: {
    zh: '只能使用本加工列出的数据源名称。',
    en: 'Only the sources that this derivation names can be used; check the name.',
  },
  source_repeated: { zh: '同一数据源只能出现一次。', en: 'A source can stand in FROM once.' },
  source_unqualified: {
    zh: '多个数据源时，列名须写成“数据源.列”。',
    en: 'With several sources, write each column as source.column.',
  },
  source_column_unknown: { zh: '数据源没有这一列，请核对列名。', en: 'The source has no such column; check its name.' },
  join_not_by_entity: {
    zh: '数据源之间只能以双方的实体列相等连接：ON 甲.实体 = 乙.实体。',
    en: 'Sources are joined by JOIN or LEFT JOIN on the equality of their entities, and on nothing else.',
  },
  join_multiplies: {
    zh: '至多两个数据源可对同一主体有多行，其余数据源每个主体只能有一行。',
    en: 'At most two of the sources may have several rows for one entity; join fewer, or others.',
  },
  entity_types_differ: {
    zh: '双方实体列的类型不同，不能连接；请先统一入库类型。',
    en: 'The entities are of different types and cannot be joined; load them as one type first.',
  },
  entity_not_kept: {
    zh: '输出中须恰好有一列是首个数据源的实体列（可用AS改名），不得加工。',
    en: 'Exactly one output is the entity of the first source, as it is (AS may rename it).',
  },
  entity_not_grouped: {
    zh: '聚合只能在同一实体之内进行，GROUP BY须含首个数据源的实体列。',
    en: 'Rows are aggregated within one entity only; GROUP BY holds the entity of the first source.',
  },
  entity_required: {
    zh: '连接或聚合须先为每个数据源指定实体列。',
    en: 'To join or aggregate, name the entity of each source first.',
  },
  source_entity_personal: {
    zh: '该数据源含个人信息，其实体列须是标明个人信息的列之一。',
    en: 'The source holds personal information: its entity is one of the columns that are marked so.',
  },
  column_not_grouped: {
    zh: '该列既未聚合，也未列入GROUP BY。',
    en: 'The column is neither aggregated nor named in GROUP BY; do one or the other.',
  },
  pattern_not_constant: {
    zh: 'LIKE的样式须直接写明；含“_”时至多两个“%”。',
    en: 'The pattern of LIKE is written out, and with _ it has at most two %.',
  },
  aggregate_misplaced: { zh: '此处不能使用聚合函数。', en: 'An aggregate has no place here.' },
  alias_required: { zh: '加工得到的列须用AS命名。', en: 'A column that is worked out needs a name: AS.' },
  derivation_function_unknown: {
    zh: '该函数或参数个数不在可用清单内，请换一种写法。',
    en: 'The function, or the number of its arguments, is not among those accepted; write it otherwise.',
  },
  derivation_type_unknown: { zh: '不能转换为该类型。', en: 'A value cannot be cast to this type; choose one of those accepted.' },
  derivation_clause: {
    zh: '加工只接受SELECT、FROM、JOIN、WHERE和GROUP BY。',
    en: 'A derivation is SELECT, FROM, JOIN, WHERE and GROUP BY; remove the rest.',
  },
  derivation_unfit: {
    zh: '类型不相容或有列未列入GROUP BY，请核对表达式。',
    en: 'Types do not fit, or a column is missing from GROUP BY; check the expressions.',
  },
  layout_column_unknown: {
    zh: '排列方式引用了输出中没有的列，请更正。',
    en: 'The layout names a column that is not an output; correct it.',
  },
  derivation_failed: {
    zh: '加工未能完成，请简化后重新提交。',
    en: 'The derivation could not be completed; simplify it and submit it again.',
  },
} as const satisfies Record<string, { readonly zh: string; readonly en: string }>;
