// @ts-check
/** @import { View } from '../shapes.ts' */
/** @import { Result } from './shapes.ts' */
import { get } from '../api.js';
import { download } from '../csv.js';
import { h, say, spoken } from '../element.js';
import { time } from '../format.js';
import { badge, empty } from '../parts.js';
import { notice, problemOf } from '../problem.js';
import { reference } from '../reference.js';
import { kindOf } from '../registry.js';
import { refused } from './refusal.js';
import { cells } from './table.js';
import { toldOf } from './told.js';

/** An answer that was given before is paid for no more, so that its price alone does not tell. @param {View} query */
const wasNoised = async ({ data }) => data['charged'] !== undefined || (await toldOf(String(data['product'])))?.rule.privacy !== undefined;

/** @param {View} query @param {Result} result @param {boolean} isNoised */
const answer = (query, { columns, rows }, isNoised) => {
  return h(
    'div',
    {},
    h(
      'div',
      { class: 'buttons above' },
      badge(query.status, true),
      say(`共 ${rows.length} 行`, `${rows.length} rows`),
      rows.length > 0 &&
        h('button', {
          type: 'button',
          say: ['导出 CSV', 'Export CSV'],
          onclick: () => download(`${query.id}.csv`, [columns.map(({ name }) => name), ...rows]),
        }),
    ),
    isNoised &&
      h('p', {
        class: 'notice',
        say: [
          '该回答已按差分隐私加入随机噪声：数值为近似值，可能为负；同一问题再问，得到同一回答。',
          'Noise was added to this answer (differential privacy): its numbers are approximate and may be negative. Asked again, the same question has the same answer.',
        ],
      }),
    rows.length === 0
      ? empty([
          '没有可放行的分组：条件之下没有数据，或各组主体数均未达到下限。请放宽条件或使用更粗的粒度。',
          'No cell can be released: nothing fits the conditions, or too few entities are in each cell. Ask less narrowly, or by a coarser grain.',
        ])
      : cells(columns, rows),
    rows.length > 0 &&
      !isNoised &&
      h('p', {
        class: 'quiet',
        say: ['主体数未达下限或由单一主体主导的分组不在其中。', 'Cells with too few entities, or led by one of them, are left out.'],
      }),
  );
};

/** @param {View} query */
const withheld = ({ data }) => {
  const { kind = '', id = '' } = /** @type {{ kind?: string, id?: string }} */ (data['link'] ?? {});
  return h(
    'div',
    { class: 'notice refused', role: 'alert' },
    h('p', {}, h('strong', { say: ['授权链条已中断，结果已扣留。', 'The authority chain is broken; the result is withheld.'] })),
    kind !== '' && h('p', {}, say('中断的环节：', 'What broke: '), spoken(kindOf(kind)?.title ?? [kind, kind]), ' ', reference(kind, id)),
    h('p', {
      say: [
        '该环节恢复有效之前不能再次提问；请向运营机构或数据主管部门了解情况。',
        'Nothing more can be asked until it is live again; ask the operator or the data authority about it.',
      ],
    }),
  );
};
const cancelled = () =>
  h('p', {
    class: 'notice',
    role: 'status',
    say: ['查询已取消，没有结果；本次仍计入查询次数。', 'The query was cancelled and has no answer; it still counts as one.'],
  });

/** What a refused question has in store. @type {Readonly<Record<string, import('../shapes.ts').Pair>>} */
const advice = {
  budget_exhausted: [
    '本合同、该产品或该数据资源的隐私预算不足以支付本次回答；可改问开销较小的问题，以往结果仍可查阅。',
    'The budget of this contract, of the product or of the resource does not pay for this answer. Ask what costs less; earlier results remain.',
  ],
  template_required: ['请在上方选择“用模板提问”。', 'Choose “Ask by template” above.'],
};
/** @type {import('../shapes.ts').Pair} */
const usual = [
  '本次已计入查询次数。修改后请先“试问”，试问不计次数。',
  'This one counted. Change the question and try it before you run it: to try costs nothing.',
];
/** @param {View} query @param {...(Node | undefined)} next */
const refusal = ({ data }, ...next) => {
  const { sql = '', code = '', at, zh, en } = /** @type {Record<string, any>} */ (data);
  return refused({ sql, code, at: at === undefined ? undefined : { offset: at }, zh, en }, h('p', { say: advice[code] ?? usual }), ...next);
};

/** What a query that is over has come to. @param {View} query @param {...(Node | undefined)} next what may be done where it was refused @returns {Promise<Node>} */
export const outcome = async (query, ...next) => {
  if (query.status === 'refused') return refusal(query, ...next);
  if (query.status === 'withheld') return withheld(query);
  if (query.status === 'cancelled') return cancelled();
  try {
    /** @type {[Result, boolean]} */
    const [result, isNoised] = await Promise.all([get(`/v1/queries/${query.id}/result`), wasNoised(query)]);
    return answer(query, result, isNoised);
  } catch (error) {
    return notice(problemOf(error));
  }
};
/** An outcome under the question that it is of. @param {View} query @param {Node} outcome */
export const answered = ({ id, data }, outcome) =>
  h(
    'section',
    { class: 'panel' },
    h(
      'div',
      { class: 'foot' },
      h('h2', { say: ['结果', 'The answer'] }),
      h(
        'span',
        { class: 'quiet' },
        say('提问时间 ', 'Asked '),
        time(String(data['askedAt'])),
        ' · ',
        h('a', { href: `/queries/${id}` }, say('查询记录', 'The record')),
      ),
    ),
    outcome,
  );
