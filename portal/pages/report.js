// @ts-check
/** @import { Pair, Shape, View } from '../shapes.ts' */
import { definitions, fieldRow, table, valueOf } from '../data.js';
import { h, say, spoken } from '../element.js';
import { ledgerWord } from '../ledger.js';
import { reference } from '../reference.js';
import { choiceWord, kindOf, wordOf } from '../registry.js';

/** @typedef {readonly Shape[]} Rows */
/** @typedef {readonly [head: Pair, cell: (row: Shape) => Node | string]} Column */

/** @param {string} name @param {Pair} [head] @returns {Column} */
const field = (name, head = ledgerWord(name)) => [head, (row) => valueOf(name, row[name])];
/** @type {Column} */
const source = [ledgerWord('source'), (row) => reference('organisation', String(row['source']))];
/** @type {Column} */
const status = [ledgerWord('status'), (row) => spoken(wordOf(String(row['status'])))];
/** @type {Column} */
const basis = field('basis', ['所依据的账本条目', 'Ledger entries relied on']);
/** @type {Column} */
const term = [
  ['期限', 'Term'],
  ({ termStart, termEnd }) => say(`${String(termStart)} 至 ${String(termEnd)}`, `${String(termStart)} to ${String(termEnd)}`),
];
/** @type {Column} */
const ofKind = [
  ['记录', 'Record'],
  ({ kind, record }) => h('span', {}, spoken(kindOf(String(kind))?.title ?? ['', '']), ' ', reference(String(kind), String(record))),
];
/** @type {Column} */
const at = field('at', ['时间', 'Time']);

/** The figures that are lists, in the order in which they are read. @type {Readonly<Record<string, readonly [title: Pair, columns: readonly Column[]]>>} */
const lists = {
  resources: [
    ['授权运营的数据资源', 'Data resources under authorisation'],
    [field('resource'), source, field('agreement'), field('grant'), term, status, basis],
  ],
  products: [
    ['数据产品', 'Data products'],
    [field('product'), field('ceilingFen'), status, basis],
  ],
  listings: [
    ['挂牌', 'Listings'],
    [field('listing'), field('product'), field('priceFen'), status, basis],
  ],
  trades: [
    ['成交', 'Trades'],
    [field('product'), field('priceFen'), field('number', ['笔数', 'How many']), field('volumeFen'), basis],
  ],
  halts: [
    ['暂停、摘牌与撤销', 'Suspensions and revocations'],
    [ofKind, [['动作', 'Action'], ({ action }) => spoken(wordOf(String(action)))], at, field('index')],
  ],
  late: [
    ['逾期事项', 'What was late'],
    [ofKind, [['期限', 'Deadline'], ({ overdue }) => spoken(wordOf(`clock.${String(overdue)}`))], at, field('index')],
  ],
};
/** @param {Shape} figures */
const figuresOf = (figures) => {
  const totals = /** @type {Shape} */ (figures['totals']);
  const omitted = Number(figures['omitted']);
  return [
    h(
      'dl',
      { class: 'facts totals' },
      ...Object.entries(totals).map(([name, value]) =>
        h('div', {}, h('dt', {}, spoken(totalWord(name))), h('dd', {}, valueOf(name, value))),
      ),
    ),
    ...Object.entries(lists).flatMap(([name, [title, columns]]) => {
      const rows = /** @type {Rows} */ (figures[name] ?? []);
      if (rows.length === 0) return [];
      return [
        h('h3', { say: title }),
        table(
          columns.map(([head]) => head),
          rows.map((row) => columns.map(([, cell]) => cell(row))),
        ),
      ];
    }),
    omitted > 0 &&
      h('p', {
        class: 'notice',
        say: [`另有 ${omitted} 行未列出，已计入合计。`, `${omitted} more lines are counted in the totals but not listed.`],
      }),
    h(
      'p',
      { class: 'quiet' },
      say('全部数据所依据的账本条目：', 'All of it rests on these ledger entries: '),
      valueOf('entries', figures['entries']),
    ),
  ];
};
/** @param {string} name @returns {Pair} */
const totalWord = (name) => lists[name]?.[0] ?? ledgerWord(name);

/** @param {string} word @param {Pair} says @param {unknown} id */
const otherVersion = (word, says, id) =>
  h('p', { class: 'notice', 'data-version': word }, spoken(says), ' ', reference('disclosureRecord', String(id)));
/** The words of a disclosure, by topic. @param {Rows} statements */
const told = (statements) =>
  h('dl', { class: 'data' }, ...statements.map(({ topic, text }) => fieldRow(choiceWord('topic', topic), false, valueOf('text', text))));

const facts = ['type', 'organisation', 'role', 'period', 'ground', 'subject', 'correction', 'publishedAt', 'reason'];
const made = ['matter', 'version', 'occurredAt', 'countedAt', 'sources', 'opinions', 'remindedAt', 'overdueAt', 'digest'];
/** @param {Shape} data @param {readonly string[]} names */
const some = (data, names) => Object.fromEntries(names.filter((name) => data[name] !== undefined).map((name) => [name, data[name]]));

/** What a disclosure of each type usually tells; what it must tell is judged when it is submitted. @type {Readonly<Record<string, readonly string[]>>} */
const usual = {
  ANNUAL: ['ORGANISATION'],
  QUARTERLY: ['COMPLAINTS', 'QUALITY'],
  BEFORE_TRADE: ['PRODUCT', 'SOURCE', 'RIGHTS', 'QUALITY', 'LIMITS', 'PRICE', 'RELATED_PARTIES', 'CONDITIONS'],
  AD_HOC: ['FACT', 'EFFECT', 'MEASURES'],
};
/** The statements with which the form of a disclosure begins: those made, and a place for each that is usual. @param {Shape} data @returns {Rows} */
export const begunStatements = ({ type, statements, redactions }) => {
  const made = /** @type {Rows} */ (statements);
  const there = new Set([...made, .../** @type {Rows} */ (redactions)].map(({ topic }) => topic));
  return [...made, ...(usual[String(type)] ?? []).filter((topic) => !there.has(topic)).map((topic) => ({ topic }))];
};
/** A disclosure as a document: what it is, what people say, what was counted. Its other versions stay readable. @param {View} view */
export const report = ({ data }) => {
  const statements = /** @type {Rows} */ (data['statements'] ?? []);
  const redactions = /** @type {Rows} */ (data['redactions'] ?? []);
  const agreements = /** @type {Rows} */ (data['agreements'] ?? []);
  const counted = data['countedAt'] !== undefined || data['publishedAt'] !== undefined;
  return [
    data['supersededBy'] === undefined
      ? ''
      : otherVersion('later', ['此版已更正，现行版本见', 'This version was corrected; the present one is'], data['supersededBy']),
    data['corrects'] === undefined
      ? ''
      : otherVersion(
          'earlier',
          ['本版更正了此前的版本，原版仍可查阅：', 'This version corrects an earlier one, which stays readable:'],
          data['corrects'],
        ),
    h(
      'section',
      { class: 'panel' },
      h('h2', { say: ['披露事项', 'What is disclosed'] }),
      definitions({
        ...some(data, facts),
        ...(agreements.length === 0 ? {} : { agreements: agreements.map(({ id }) => ({ kind: 'agreement', id })) }),
      }),
    ),
    h(
      'section',
      { class: 'panel' },
      h('h2', { say: ['说明', 'Statements'] }),
      statements.length === 0 ? h('p', { class: 'quiet', say: ['尚未填写。', 'Nothing has been told yet.'] }) : told(statements),
      ...(redactions.length === 0
        ? []
        : [
            h('h3', { say: ['不予披露的事项及依据', 'What is left out, and why'] }),
            table(
              [ledgerWord('topic'), ledgerWord('ground'), ledgerWord('citation')],
              redactions.map(({ topic, ground, citation }) => [
                spoken(choiceWord('topic', topic)),
                spoken(choiceWord('ground', ground)),
                String(citation),
              ]),
            ),
          ]),
    ),
    h(
      'section',
      { class: 'panel' },
      h('h2', { say: ['数据（由公开账本自动生成）', 'Figures, counted from the public ledger'] }),
      ...(counted
        ? figuresOf(/** @type {Shape} */ (data['figures']))
        : [h('p', { role: 'status', say: ['正在生成，请稍后刷新。', 'They are being counted; reload the page in a moment.'] })]),
    ),
    h(
      'details',
      { class: 'panel' },
      h('summary', { say: ['版本、时间与摘要值', 'Version, times and digest'] }),
      definitions(some(data, made)),
    ),
  ];
};
