type Text = readonly [status: number, zh: string, en: string];

/** Every way to say no: a stable code with its HTTP status and a sentence in Chinese and in English that says what to do next. */
export const refusals = {
  // who and what
  unauthenticated: [401, '请先登录，再重试。', 'Sign in, then try again.'],
  webhook_forged: [
    401,
    '签名无效或已过期，请核对密钥与时间后重新签名。',
    'The signature is not valid or too old; check the secret and the time, and sign again.',
  ],
  not_found: [404, '未找到该记录，或您无权查看。', 'There is no such record, or none that you may see.'],
  no_such_route: [404, '没有这个接口，请查阅接口文档。', 'There is no such route; see the API document.'],
  not_permitted: [403, '您的角色不能执行此操作，请由有权人员办理。', 'Your roles do not allow this; ask someone who holds the role.'],
  not_a_member: [
    403,
    '您不是该组织的有效成员，请联系其管理员。',
    'You are not an active member of that organisation; ask its administrator.',
  ],
  own_work: [
    403,
    '您已办理过本事项的前序环节，须由他人办理。',
    'You took an earlier step of this case; another person must take this one.',
  ],
  wrong_state: [
    409,
    '当前状态不允许此操作，请刷新后查看可办事项。',
    'The record is not in a state for this; reload it to see what can be done.',
  ],
  stale: [412, '记录已被他人更新，请重新阅读后再提交。', 'The record has changed since you read it; read it again, then decide.'],
  version_required: [428, '此操作须在 If-Match 中注明您所阅读的版本。', 'Say in If-Match which version you have read.'],
  key_required: [400, '请在 Idempotency-Key 中提供请求编号。', 'Give the request an Idempotency-Key.'],
  key_reused: [409, '该请求编号已用于不同内容，请换用新编号。', 'That key was used with another content; use a new key.'],
  already_exists: [409, '该记录已存在。', 'That record exists already.'],
  busy: [503, '系统繁忙，请用同一请求编号稍后重试。', 'The system is busy; try again shortly, with the same key.'],
  not_sequenced: [409, '该事项正在入账，请稍候片刻再取凭证。', 'It is just entering the ledger; ask for the receipt again in a moment.'],
  unavailable: [
    503,
    '暂时无法核实全部信息，未作任何更改，请稍后重试。',
    'Not everything could be verified just now and nothing was changed; try again shortly.',
  ],
  internal: [500, '系统内部错误，请凭追踪编号联系运维人员。', 'Something went wrong; give operations the trace id.'],
  // the shape of requests
  invalid_input: [422, '提交内容不符合要求，请按提示逐项更正。', 'Some of the content is not valid; correct the items listed.'],
  invalid_json: [400, '请求内容不是有效的 JSON。', 'The body is not valid JSON.'],
  unsupported_media_type: [415, '请使用接口文档所列的内容类型。', 'Use the content type that the API document names.'],
  body_too_large: [413, '请求内容过大，请缩减后重试。', 'The body is too large; shorten it and try again.'],
  invalid_cursor: [400, '分页标记无效，请从第一页重新开始。', 'The cursor is not valid; start again from the first page.'],
  reference_not_found: [422, '引用的记录不存在或不属于您的组织。', 'A record referred to does not exist or is not yours.'],
  // the authority chain
  authority_broken: [
    403,
    '授权链条已中断：下列环节不再有效，无法继续使用数据。',
    'The authority chain is broken: the link named is no longer live, so the data cannot be used.',
  ],
  // organisation
  credit_code_taken: [409, '该统一社会信用代码已被登记。', 'That unified social credit code is registered already.'],
  credit_code_invalid: [422, '统一社会信用代码校验未通过，请核对。', 'The unified social credit code fails its check digit.'],
  administrators_same: [422, '两名管理员须为不同的人。', 'The two administrators must be different persons.'],
  administrator_must_apply: [422, '申请人须为两名管理员之一。', 'The applicant must be one of the two administrators.'],
  role_not_of_type: [422, '该类组织不能授予此角色。', 'An organisation of this type cannot give that role.'],
  member_email_taken: [409, '该邮箱已用于本组织的另一名成员。', 'That e-mail belongs to another member of the organisation.'],
  organisation_not_live: [409, '该组织尚未核验或已被暂停。', 'The organisation is not verified, or is suspended.'],
  venue_licence_required: [422, '交易场所须载明许可类型与批准文件。', 'A trading venue must state its licence type and approval document.'],
  // catalogue
  state_secret_refused: [
    422,
    '涉及国家秘密或工作秘密的数据不得录入本平台，仅留存无内容记录，请联系本单位保密员。',
    'State or working secrets must not be entered here; only a stub without content was kept. Contact your secrecy officer.',
  ],
  opening_ground_required: [422, '不予开放或有条件开放须说明理由。', 'No or conditional opening needs its grounds.'],
  resource_code_taken: [409, '该资源代码已存在于目录。', 'That resource code is in the catalogue already.'],
  // authorisation
  resource_not_published: [409, '数据资源尚未发布或已停用。', 'The data resource is not published, or is retired.'],
  resource_barred: [422, '法律禁止开放的数据不得纳入授权运营。', 'Data whose opening the law forbids cannot be granted.'],
  term_too_long: [422, '授权运营期限原则上不超过五年。', 'The term may not exceed five years.'],
  term_invalid: [422, '期限的终止日须晚于起始日且晚于今日。', 'The term must end after it starts, and after today.'],
  too_many_resources: [422, '一份协议最多列明二十项数据资源，请分拆。', 'One agreement names at most twenty resources; split it.'],
  not_an_operator: [422, '对方组织不是运营机构。', 'The other organisation is not an authorised operator.'],
  grant_exists: [409, '该运营机构对此资源已有有效授权。', 'The operator already holds an active grant for that resource.'],
  agreement_not_live: [409, '授权运营协议未生效或已终止。', 'The operation agreement is not in force.'],
  grant_not_live: [409, '数据授权未生效、已暂停、已撤销或已到期。', 'A grant is not active: offered, suspended, revoked or expired.'],
  // scenario and assessment
  panel_size: [422, '评审组须为五至七名且为单数。', 'The panel must be an odd number from five to seven.'],
  panel_fields: [
    422,
    '评审组须涵盖法律、个人信息、数据安全、行业与经济统计五个领域。',
    'The panel must cover law, privacy, data security, sector and economics.',
  ],
  panel_conflict: [
    422,
    '评审专家不得来自申请方或数据提供方，且不得重复。',
    'No panel member may come from the applicant or a source, nor stand twice.',
  ],
  panel_one_sided: [
    422,
    '数据主管部门一侧的专家不得超过三分之一。',
    'At most one third of the panel may come from bodies on the authority side.',
  ],
  interest_conflict: [422, '存在利益冲突，应申请回避。', 'You have a conflict of interest; recuse yourself instead.'],
  sheets_missing: [409, '评分表尚未收齐。', 'Not all score sheets are in.'],
  reasons_required: [
    422,
    '与专家委员会意见不一致的决定须书面说明理由。',
    'A decision that departs from the committee needs written reasons.',
  ],
  veto_stands: [422, '存在已确认的一票否决事项，不得批准。', 'A confirmed veto stands; the scenario cannot be approved.'],
  condition_unknown: [422, '没有这一条件或已办结。', 'There is no such open condition.'],
  conditions_open: [409, '前置条件尚未全部办结。', 'Precedent conditions are still open.'],
  scenario_not_live: [
    409,
    '应用场景未获批准、附条件未办结、已暂停或已到期。',
    'The scenario is not approved, has open precedents, is suspended or has expired.',
  ],
  resource_outside_scenario: [422, '该资源不在应用场景范围内。', 'That resource is outside the scenario.'],
  too_many_rounds: [409, '整改次数已达上限。', 'The rounds of rectification are used up.'],
  // sandbox
  findings_not_accepted: [
    422,
    '文件与目录登记不一致，核验时须说明接受的理由，或予以退回。',
    'The file disagrees with the catalogue: say why that is accepted, or return it.',
  ],
  column_type_impossible: [
    422,
    '该列不能改为此类型，请从可选类型中选择。',
    'The column cannot be of that type; choose one of those offered.',
  ],
  dataset_not_live: [409, '数据集未装载完成或已封存。', 'The dataset is not loaded, or is sealed.'],
  column_unknown: [422, '分析规则引用了不存在的列。', 'The analysis rule names a column that does not exist.'],
  column_personal: [
    422,
    '含个人信息的列不得作为维度或指标。',
    'A column that holds personal information cannot be a dimension or a measure.',
  ],
  column_not_numeric: [422, '指标列须为数值类型。', 'A measure must be a numeric column.'],
  rule_too_weak: [
    422,
    '分析规则不得弱于平台与场景的最低要求。',
    'The analysis rule may not be weaker than the floor set by the platform and the scenario.',
  ],
  quota_exhausted: [409, '合同约定的查询次数已用完。', 'The queries of this contract are used up.'],
  stopped_by_another: [
    403,
    '监管部门停用的事项由数据主管部门恢复，交易中心停用的由交易中心恢复。',
    'What an overseer stopped the data authority resumes; what the venue stopped, the venue.',
  ],
  template_unreadable: [
    422,
    '模板语句不得含注释、转义、$$ 引用、未闭合的引号，引号前须有空格；请改写。',
    'The text of a template may hold no comment, escape, dollar quote or unclosed quote, and a space before each quote; rewrite it.',
  ],
  template_too_long: [
    422,
    '模板代入最长的参数后超过 8000 个字符，请缩短语句或参数取值。',
    'With its longest arguments the template exceeds 8,000 characters; shorten its text or its values.',
  ],
  placeholder_undeclared: [
    422,
    '语句中的占位符未声明为参数，请补充声明。',
    'The text has a placeholder that is not declared as a parameter; declare it.',
  ],
  placeholder_misplaced: [
    422,
    '占位符只能出现在比较、IN 列表、BETWEEN 或 LIMIT 的取值处，请调整。',
    'A placeholder may stand only where a value is compared, in an IN list, in BETWEEN or behind LIMIT; move it.',
  ],
  parameter_repeated: [422, '参数名称重复，请更名。', 'Two parameters have that name; rename one.'],
  parameter_unused: [422, '语句中没有用到该参数，请删除或使用它。', 'The text does not use that parameter; use it or remove it.'],
  parameter_bounds: [
    422,
    '参数的取值范围、可选值或默认值不合其类型或相互矛盾，请更正。',
    'The bounds, values or default of that parameter do not fit its type or each other; correct them.',
  ],
  derivation_not_live: [409, '数据加工尚未完成，或已封存、停用。', 'The derivation is not ready, or is sealed or retired.'],
  source_entity_required: [
    422,
    '该数据集含个人信息，请从标明个人信息的列中选定其实体列。',
    'The dataset holds personal information: choose its entity among the columns that are marked so.',
  ],
  dataset_outside_derivation: [
    422,
    '该数据加工没有使用这一数据集，请选择其使用的数据集。',
    'The derivation does not use this dataset; name one that it uses.',
  ],
  list_missing: [422, '尚未上传名单文件，请上传后再提交。', 'No list was uploaded; upload it, then submit it again.'],
  list_unreadable: [
    422,
    '名单须为UTF-8文本，每行一个值，不含控制字符，每个值不超过200个字符。',
    'A list is UTF-8 text with one key a line, each of at most 200 characters and none of them a control character.',
  ],
  list_too_long: [422, '名单过长，最多10万个值、8 MB，请拆分。', 'A list has at most 100,000 keys and 8 MB; split it.'],
  column_not_joinable: [
    422,
    '该产品的规则不允许名单按这一列连接，请选择规则列明的可连接列。',
    'The rule of the product joins no list on this column; choose one that it names as joinable.',
  ],
  template_not_live: [409, '分析模板未获批准或已停用。', 'The template is not approved, or is retired.'],
  template_required: [
    422,
    '该产品只接受经审核的分析模板，请选择模板提问。',
    'This product is asked by reviewed templates only; choose one.',
  ],
  question_required: [
    422,
    '请提供查询语句，或提供模板及其参数，二者择一。',
    'Give either the text of a query, or a template with its arguments.',
  ],
  argument_unknown: [422, '该模板没有这一参数，请核对名称。', 'The template has no such parameter; check its name.'],
  argument_repeated: [422, '同一参数给了两次，请保留一个。', 'That parameter is given twice; give it once.'],
  argument_missing: [422, '缺少必填参数，请补充。', 'A parameter without a default is missing; give it.'],
  argument_invalid: [422, '参数值不符合其类型，请更正。', 'The value is not of the type of the parameter; correct it.'],
  argument_out_of_bounds: [
    422,
    '参数值超出允许的范围或不在可选值之内。',
    'The value is outside what the parameter admits; choose another.',
  ],
  budget_exhausted: [
    409,
    '隐私预算已用完，无法再作答；以往结果仍可查阅。',
    'The privacy budget is used up, so no further answer can be given; earlier results remain.',
  ],
  query_refused: [422, '查询不符合分析规则，请按提示修改。', 'The query is not within the analysis rule; change it as told.'],
  service_token_invalid: [
    401,
    '数据服务密钥无效，请核对地址与密钥。',
    'The token is not valid for this service; check the address and the token.',
  ],
  access_key_not_live: [403, '数据服务密钥已撤销或已到期，请新建密钥。', 'The access key is revoked or has expired; make another.'],
  token_drawn: [
    409,
    '密钥仅显示一次，且已领取；如已遗失，请撤销后新建。',
    'The token is shown once, and was; if it is lost, revoke the key and make another.',
  ],
  rate_limited: [429, '调用过于频繁，请按 Retry-After 所示秒数后重试。', 'Too many calls; try again after the seconds in Retry-After.'],
  rate_over_bound: [422, '每分钟调用上限超出平台规定，请调低。', 'That is more calls a minute than the platform allows; ask for fewer.'],
  result_not_ready: [409, '结果尚未生成，请稍后查看任务状态。', 'The result is not ready; look at the job.'],
  export_under_privacy: [
    409,
    '该产品采用差分隐私，不得以文件出域；请使用受控查询。',
    'The product is under differential privacy, so no file of it may leave; ask it by governed queries.',
  ],
  export_blocked: [
    409,
    '自动检查未通过，申请已退回；请按检查结果修改查询后重新申请。',
    'The automatic checks did not pass; change the query as they say and ask again.',
  ],
  reviews_missing: [409, '审核意见尚未收齐。', 'Not all opinions are in yet.'],
  link_invalid: [403, '下载链接无效或已过期，请重新生成。', 'The link is not valid or has expired; draw a new one.'],
  link_used: [410, '下载链接已使用过，请重新生成。', 'The link has been followed already; draw a new one.'],
  // product, listing
  product_not_live: [409, '数据产品未获批准、已暂停或已停用。', 'The product is not approved, is suspended or is retired.'],
  price_over_ceiling: [422, '价格不得超过上限收费标准。', 'The price may not exceed the fee ceiling.'],
  welfare_must_be_free: [422, '用于公共治理、公益事业的产品须免费提供。', 'A product for governance or welfare must be free.'],
  listing_not_live: [409, '该产品未挂牌或已暂停挂牌。', 'The product is not listed, or its listing is suspended.'],
  listing_exists: [409, '该产品已有有效挂牌。', 'The product is listed already.'],
  // contract, trade
  venue_may_not_trade: [403, '交易场所及其工作人员不得参与交易。', 'The venue and its staff may not trade.'],
  own_product: [422, '不得购买本组织的产品。', 'An organisation may not buy its own product.'],
  contract_not_live: [409, '合同未签署完成、已终止或已到期。', 'The contract is not signed by both sides, is terminated or has expired.'],
  amount_differs: [422, '到账金额与应付金额不一致，请核对。', 'The amount received is not the amount due; check it.'],
  remittance_used: [409, '该汇款凭证号已用于另一订单。', 'That remittance reference was used for another order.'],
  entitlement_not_live: [409, '使用权未生效、已撤销或已到期。', 'The entitlement is not active, is revoked or has expired.'],
  authority_intact: [
    409,
    '授权链条仍然有效，不符合因授权中断退款的条件。',
    'The authority chain is intact; there is no ground for this refund.',
  ],
  order_not_live: [409, '订单已取消、退款或完结。', 'The order is cancelled, refunded or closed.'],
  // disclosure duties
  figures_pending: [
    409,
    '披露数据正在由账本生成，请稍后重试；如长时间未生成，请重新生成。',
    'The figures are still being counted from the ledger; try again shortly, or have them counted again.',
  ],
  disclosure_incomplete: [
    422,
    '须逐项说明（或注明不予披露的依据）；尚缺下列事项。',
    'Each item must be told, or left out on a cited ground; the item named is missing.',
  ],
  disclosure_not_live: [
    409,
    '交易前信息披露尚未发布，请先完成披露。',
    'The disclosure before trade is not published yet; have it published first.',
  ],
  not_a_correction: [
    409,
    '应当披露的事项不得撤回，只有更正可以撤回。',
    'What must be disclosed cannot be withdrawn; only a correction can.',
  ],
  // erasure
  kept_by_law: [
    422,
    '依法作出决定者的姓名须随决定保存，不得删除；如有异议，请向数据主管部门提出。',
    'The names of those who decided are kept with their decisions as the law demands; object to the data authority.',
  ],
  opening_unknown: [422, '该公开事项没有这一承诺字段，请核对。', 'That disclosure has no such sealed field; check its name.'],
  // rule base
  calendar_exists: [409, '该年度的日历已经发布。', 'The calendar of that year is in force already.'],
  // operations
  nothing_parked: [409, '该事件没有待重放的反应。', 'Nothing is parked on that event.'],
} as const satisfies Record<string, Text>;

export type Refusal = keyof typeof refusals;
