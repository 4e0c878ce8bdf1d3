// @ts-check
/** @import { Pair } from '../shapes.ts' */
/** @import { Dimension, Domain, Grain, Measure, Privacy, Rule, Told } from './shapes.ts' */
import { table } from '../data.js';
import { h, say, spoken } from '../element.js';
import { examplesOf, quoted, written } from './examples.js';

/** Millionths of ε as a number. @param {number} micro */
export const epsilon = (micro) => `ε ${String(micro / 1_000_000)}`;

/** @type {Readonly<Record<string, Pair>>} */
const grains = {
  hour: ['按小时', 'By the hour'],
  day: ['按日', 'By the day'],
  month: ['按月', 'By the month'],
  year: ['按年', 'By the year'],
};
/** @param {Grain | undefined} grain @returns {Pair} */
const grainWord = (grain) =>
  grain === undefined
    ? ['原值', 'As it is']
    : typeof grain === 'string'
      ? [`${grains[grain]?.[0] ?? grain}或更粗`, `${grains[grain]?.[1] ?? grain} or coarser`]
      : [`每 ${grain.bin} 一档或其倍数`, `In steps of ${grain.bin} or a multiple`];
/** @type {readonly (readonly [RegExp, Pair])[]} */
const types = [
  [/^(?:VARCHAR|ENUM)/, ['文本', 'Text']],
  [/INT|^DOUBLE|^FLOAT|^DECIMAL/, ['数值', 'Number']],
  [/^DATE/, ['日期', 'Date']],
  [/^TIME/, ['时间', 'Time']],
  [/^BOOL/, ['是或否', 'True or false']],
];
/** @param {string | undefined} type @returns {Pair} */
const typeWord = (type) => (type === undefined ? ['', ''] : (types.find(([known]) => known.test(type))?.[1] ?? [type, type]));

const shownValues = 12;
/** @param {Domain | undefined} domain */
const domainTold = (domain) => {
  if (domain === undefined) return '';
  if (!Array.isArray(domain)) {
    const { from, to } = /** @type {{ from: string, to: string }} */ (domain);
    return h('div', { class: 'quiet' }, say(`${from} 起，至 ${to}（不含）`, `From ${from} up to ${to}, exclusive`));
  }
  const rest = domain.length - shownValues;
  return h(
    'div',
    { class: 'quiet' },
    domain.slice(0, shownValues).join('、'),
    rest > 0 && say(`……共 ${domain.length} 个取值`, ` … ${domain.length} values`),
  );
};

/** @typedef {((text: string) => void) | undefined} Insert */
/** The name of a column, to be put into the question where there is one. @param {string} name @param {string} text @param {Insert} insert */
const column = (name, text, insert) =>
  insert
    ? h(
        'button',
        { type: 'button', class: 'link', name: [`插入 ${name}`, `Insert ${name}`], onclick: () => insert(text) },
        h('code', {}, name),
      )
    : h('code', {}, name);

/** @param {readonly Dimension[]} dimensions @param {(name: string) => string | undefined} typeOf @param {Insert} insert */
const dimensionTable = (dimensions, typeOf, insert) =>
  table(
    [
      ['维度（可分组、可作条件）', 'Dimension, to group and filter by'],
      ['粒度与取值', 'Grain and values'],
    ],
    dimensions.map((one) => [
      h(
        'div',
        {},
        column(one.column, written(one, typeOf(one.column) ?? ''), insert),
        h('div', { class: 'quiet' }, spoken(typeWord(typeOf(one.column)))),
      ),
      h('div', {}, spoken(grainWord(one.grain)), domainTold(one.domain)),
    ]),
  );
/** @param {readonly Measure[]} measures @param {Insert} insert */
const measureTable = (measures, insert) =>
  table(
    [
      ['指标（可合计、可平均）', 'Measure, to sum and average'],
      ['每个主体在每组最多计入', 'What one entity adds to a cell'],
    ],
    measures.map(({ column: name, clamp }) => [
      column(name, `sum(${quoted(name)})`, insert),
      clamp ? say(`${clamp.min} 至 ${clamp.max}`, `${clamp.min} to ${clamp.max}`) : say('不设限', 'No bound'),
    ]),
  );

/** @param {string | null} entity @param {number} least @param {number} share @returns {readonly Pair[]} */
const plainly = (entity, least, share) => [
  entity === null
    ? [`每组至少 ${least} 行，否则不予显示`, `A cell is shown when at least ${least} rows are in it`]
    : [`每组至少 ${least} 个主体（${entity}），否则不予显示`, `A cell is shown when at least ${least} entities (${entity}) are in it`],
  [`任一主体在一组中所占不超过 ${share}%`, `No entity is more than ${share}% of a cell`],
];
/** Noise takes the place of thresholds: every cell of the public values is answered. @param {Privacy} privacy @returns {readonly Pair[]} */
const noisy = ({ epsilonMicro, cellsPerEntity, rowsPerCell, buyerBudgetMicro }) => [
  [
    '回答加入随机噪声；公开取值的每一组都有回答，无论其中有无数据',
    'Answers are noised; every cell of the public values has one, whether there is data in it or not',
  ],
  [
    `每项统计、每组 ${epsilon(epsilonMicro)}；每个主体最多计入 ${cellsPerEntity} 组、每组 ${rowsPerCell} 行`,
    `${epsilon(epsilonMicro)} for a statistic of a cell; one entity is counted in at most ${cellsPerEntity} cells and ${rowsPerCell} rows of each`,
  ],
  [`每份合同的隐私预算为 ${epsilon(buyerBudgetMicro)}`, `One contract has a privacy budget of ${epsilon(buyerBudgetMicro)}`],
];
/** @param {Rule} rule @returns {readonly Pair[]} */
const protections = ({ entity, minEntities, dominancePercent, maxRows, maxPredicates, privacy, joinable = [] }) => [
  ...(privacy ? noisy(privacy) : plainly(entity, minEntities, dominancePercent)),
  [
    `最多 ${maxPredicates} 个条件、4 个分组维度；结果最多 ${maxRows} 行`,
    `At most ${maxPredicates} conditions and 4 dimensions; at most ${maxRows} rows`,
  ],
  ...(joinable.length === 0
    ? []
    : [
        /** @type {Pair} */ ([
          `可与本单位登记的名单按下列列连接：${joinable.join('、')}`,
          `Can be joined with a list of yours on ${joinable.join(', ')}`,
        ]),
      ]),
];
/** How a question is written. */
const grammar = () =>
  h(
    'div',
    {},
    h('p', {
      class: 'quiet',
      say: [
        '一条 SELECT，只查 data；可用 count(*)、count(DISTINCT 主体)、sum、avg、WHERE、GROUP BY、ORDER BY、LIMIT。',
        'One SELECT from data, with count(*), count(DISTINCT entity), sum, avg, WHERE, GROUP BY, ORDER BY and LIMIT.',
      ],
    }),
  );
/** @param {Told} told @param {(sql: string) => void} replace */
const examples = (told, replace) =>
  h(
    'div',
    {},
    h('h3', { say: ['示例问题（点击填入）', 'Examples: press to fill in'] }),
    h(
      'div',
      { class: 'buttons' },
      ...examplesOf(told).map(({ says, sql }) => h('button', { type: 'button', class: 'small', say: says, onclick: () => replace(sql) })),
    ),
  );

/**
 * What may be asked of a product, in words. @param {Told} told
 * @param {{ readonly insert: (text: string) => void, readonly replace: (sql: string) => void }} [editor] where names and examples are put
 */
export const ruleTold = (told, editor) => {
  const { rule, columns } = told;
  const typeOf = (/** @type {string} */ name) => columns.find((one) => one.name === name)?.type;
  const isOpen = matchMedia('(min-width: 64rem)').matches;
  return h(
    'details',
    { class: 'panel rule', open: isOpen },
    h('summary', {}, h('h2', { say: ['可以问什么', 'What may be asked'] })),
    rule.templatesOnly
      ? h('p', {
          class: 'notice',
          say: [
            '该产品只接受经审核的分析模板，不接受自写的查询语句。',
            'This product is asked by reviewed templates only; no query of one’s own is accepted.',
          ],
        })
      : grammar(),
    rule.dimensions.length > 0 && dimensionTable(rule.dimensions, typeOf, editor?.insert),
    rule.measures.length > 0 && measureTable(rule.measures, editor?.insert),
    h('h3', { say: ['保护与上限', 'Protections and caps'] }),
    h('ul', { class: 'values' }, ...protections(rule).map((says) => h('li', { say: says }))),
    editor && examples(told, editor.replace),
  );
};
