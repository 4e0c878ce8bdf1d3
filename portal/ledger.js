// @ts-check
/** @import { Named, Pair, Shape } from './shapes.ts' */
import { download } from './api.js';
import { saveFile } from './csv.js';
import { fieldRow, isPlain, valueOf } from './data.js';
import { h, say, spoken } from './element.js';
import { time } from './format.js';
import { notice, problemOf } from './problem.js';
import { namers } from './reference.js';
import { fieldWord, kindOf, regionWord, sealedWord, seatWord, wordOf } from './registry.js';

/** @typedef {{ readonly index: number, readonly event: string, readonly kind: string, readonly record: string, readonly action: string, readonly seat: string, readonly at: string, readonly region: string, readonly disclosed: Shape, readonly commitments: Readonly<Record<string, string>> }} Entry */
/** @typedef {Readonly<Record<string, Named>>} Names */

/** @type {readonly (readonly [path: string, title: Pair])[]} */
const parts = [
  ['/disclosure', ['账本条目', 'Entries']],
  ['/disclosure/register', ['公开登记簿', 'Register']],
  ['/disclosure/usage', ['使用日志', 'Usage log']],
  ['/disclosure/verify', ['核验凭证', 'Verify']],
];
/** The parts of the public ledger. @param {string} here */
export const ledgerTabs = (here) =>
  h(
    'nav',
    { class: 'tabs', name: ['公开账本', 'Disclosure ledger'] },
    ...parts.map(([path, title]) => h('a', { href: path, 'aria-current': path === here ? 'page' : undefined }, spoken(title))),
  );

/** @type {Pair} */
const theLog = ['账本自身', 'The ledger itself'];
/** What only the ledger speaks of, or speaks of in other words than a record's own page. @type {Readonly<Record<string, Pair>>} */
const words = {
  status: ['状态', 'Status'],
  source: ['数据提供单位', 'Source institution'],
  late: ['是否逾期', 'Late'],
  overdue: ['逾期事项', 'Overdue'],
  keys: ['验证公钥', 'Verifier keys'],
  products: ['数据产品', 'Data products'],
  field: ['承诺字段', 'Sealed field'],
};
/** @type {Readonly<Record<string, Pair>>} */
const logActions = { begin: ['启用', 'Begin'], changeKeys: ['更换公钥', 'Change of keys'] };

/** @param {string} kind @returns {Pair} */
export const kindWord = (kind) => (kind === 'log' ? theLog : (kindOf(kind)?.title ?? [kind, kind]));
/** @param {Pick<Entry, 'kind' | 'action'>} entry @returns {Pair} */
export const actionWord = ({ kind, action }) => (kind === 'log' ? (logActions[action] ?? [action, action]) : wordOf(action));
/** @param {string} field @returns {Pair} */
export const ledgerWord = (field) => words[field] ?? fieldWord(field);

/** Where everything stands that the ledger holds of a record. @param {string} record */
export const ledgerAddress = (record) => `/disclosure?${new URLSearchParams({ record }).toString()}`;
const akin = ['resource', 'product', 'scenario', 'agreement', 'organisation', 'operator'];
/** What a record is called in public: by its own name, else by that of what it concerns. @param {Pick<Entry, 'kind' | 'record' | 'disclosed'>} told @param {Names} names @returns {Pair} */
export const publicName = ({ kind, record, disclosed }, names) => {
  const owner = names[String(disclosed['organisation'])];
  if (kind === 'disclosureRecord' && owner && disclosed['period'] !== undefined) {
    const [zh, en] = namers[kind]?.(disclosed) ?? ['', ''];
    return [`${owner.zh} ${zh}`, `${owner.en}: ${en}`];
  }
  const [found] = [record, ...akin.map((field) => disclosed[field])].flatMap((id) => names[String(id)] ?? []);
  if (found) return [found.zh, found.en];
  const [zh, en] = kindWord(kind);
  const id = record.length > 14 ? `${record.slice(0, 12)}…` : record;
  return [`${zh} ${id}`, `${en} ${id}`];
};
/** A link to what the ledger holds of a record: anyone may follow it, whoever may see the record itself. @param {Pick<Entry, 'kind' | 'record' | 'disclosed'>} told @param {Names} names */
export const namedLink = (told, names) => h('a', { href: ledgerAddress(told.record), title: told.record }, spoken(publicName(told, names)));

/** @param {string} field @param {unknown} value @param {Names} names @returns {Node | string} */
const disclosedValue = (field, value, names) => {
  const name = typeof value === 'string' ? names[value] : undefined;
  if (name && typeof value === 'string') return h('a', { href: ledgerAddress(value), title: value }, spoken([name.zh, name.en]));
  if (field === 'status' || field === 'outcome') return spoken(wordOf(String(value)));
  if (Array.isArray(value) && value.length > 0 && value.every((one) => names[String(one)]))
    return h('ul', { class: 'values' }, ...value.map((one) => h('li', {}, disclosedValue(field, one, names))));
  return valueOf(field, value);
};
/** What was disclosed, field by field, with what it names by its public name. @param {Shape} disclosed @param {Names} names */
export const disclosedData = (disclosed, names) =>
  h(
    'dl',
    { class: 'data' },
    ...Object.entries(disclosed)
      .filter(([field]) => field !== 'id')
      .map(([field, value]) => fieldRow(ledgerWord(field), isPlain(field, value), disclosedValue(field, value, names))),
  );

/** @param {string} event */
export const receiptOf = (event) => `/v1/disclosure/receipts?event=${encodeURIComponent(event)}`;
/** Hands over the receipt of an event, with what the reader may open of it. @param {string} event */
export const receiptButton = (event) => {
  const button = h('button', { type: 'button', class: 'link', say: ['下载入账凭证', 'Download the receipt'] });
  const room = h('span', { class: 'receipt' }, button);
  button.addEventListener('click', () => {
    const save = async () => {
      button.disabled = true;
      for (const old of room.querySelectorAll('.notice')) old.remove();
      try {
        saveFile(`${event.replaceAll(':', '_')}.tlog-proof`, new Blob([await download(receiptOf(event))], { type: 'text/plain' }));
      } catch (error) {
        room.append(notice(problemOf(error)));
      } finally {
        button.disabled = false;
      }
    };
    void save();
  });
  return room;
};

/** What was disclosed and committed to. @param {Entry} entry @param {Names} names */
const content = ({ disclosed, commitments }, names) => {
  const fields = Object.keys(commitments);
  return [
    disclosedData(disclosed, names),
    fields.length === 0
      ? ''
      : h(
          'p',
          { class: 'quiet' },
          say('另有以加盐承诺存证、不予公开的内容：', 'Kept as salted commitments and not shown: '),
          ...fields.flatMap((field, at) => [at === 0 ? '' : say('、', ', '), spoken(sealedWord(field))]),
        ),
  ];
};
/** The same, drawn when it is opened. @param {() => readonly (Node | string)[]} draw */
export const opened = (draw) => {
  const details = h('details', {}, h('summary', { say: ['公开内容', 'What was disclosed'] }));
  details.addEventListener('toggle', () => details.append(...draw()), { once: true });
  return details;
};
/** One entry of the ledger. @param {Entry} entry @param {Names} names @param {boolean} [whole] with its content at once */
export const entryCard = (entry, names, whole = false) => {
  const { index, event, kind, seat, at, region } = entry;
  return h(
    'li',
    { class: 'card' },
    h(
      'div',
      { class: 'foot' },
      h(
        'strong',
        {},
        h('a', { href: `/disclosure/entries/${index}` }, `#${index}`),
        ' ',
        spoken(kindWord(kind)),
        ' · ',
        spoken(actionWord(entry)),
      ),
      h('time', { class: 'quiet', datetime: at }, time(at)),
    ),
    kind !== 'log' &&
      h(
        'p',
        {},
        namedLink(entry, names),
        h(
          'span',
          { class: 'quiet' },
          ' · ',
          spoken(seatWord(seat)),
          region === '' ? '' : ' · ',
          region === '' ? '' : spoken(regionWord(region)),
        ),
      ),
    ...(whole ? content(entry, names) : [opened(() => content(entry, names))]),
    kind !== 'log' && h('p', {}, receiptButton(event)),
  );
};

/** Where the same can be had as a file or a feed. @param {Node} csv @param {string} path @param {URLSearchParams} query @param {boolean} feeds */
export const exportLinks = (csv, path, query, feeds) => {
  /** @param {string} to @param {Readonly<Record<string, string>>} more */
  const link = (to, more) => `${to}?${new URLSearchParams([...query, ...Object.entries(more)]).toString()}`;
  return h(
    'div',
    { class: 'exports' },
    csv,
    h('a', { href: link(path, { format: 'csv' }), download: '' }, say('供程序读取的 CSV', 'CSV for programs')),
    feeds && h('a', { href: link('/v1/disclosure/feed.atom', {}), target: '_blank' }, say('订阅（Atom）', 'Subscribe (Atom)')),
    feeds && h('a', { href: link('/v1/disclosure/feed.json', {}), target: '_blank' }, say('订阅（JSON Feed）', 'Subscribe (JSON Feed)')),
  );
};
