// @ts-check
/** @import { Pair, Shape } from './shapes.ts' */
/** @import { Cell } from './csv.js' */
/** @import { Entry, Names } from './ledger.js' */
/** @import { Standing } from './pages/register.js' */
import { download } from './csv.js';
import { h, inWords } from './element.js';
import { isInstant, time, yuanOf } from './format.js';
import { actionWord, kindWord, ledgerWord, publicName } from './ledger.js';
import { notice, problemOf } from './problem.js';
import { choiceWord, regionWord, seatWord, wordOf } from './registry.js';

/** @typedef {{ readonly heads: readonly Pair[], readonly rows: readonly (readonly Cell[])[] }} Sheet */

/** A value as it reads in a cell: words for choices, names for ids, yuan for money. @param {string} field @param {unknown} value @param {Names} names @returns {Cell} */
const cellOf = (field, value, names) => {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return field.endsWith('Fen') ? Number(yuanOf(value)) : value;
  if (typeof value === 'boolean') return inWords(value ? ['是', 'Yes'] : ['否', 'No']);
  if (typeof value === 'string') {
    const name = names[value];
    if (name) return inWords([name.zh, name.en]);
    return isInstant(value) ? time(value) : inWords(field === 'status' ? wordOf(value) : choiceWord(field, value));
  }
  if (Array.isArray(value)) return value.map((one) => cellOf(field, one, names)).join('；');
  const shape = /** @type {Shape} */ (value);
  if (typeof shape['zh'] === 'string' && typeof shape['en'] === 'string') return inWords([shape['zh'], shape['en']]);
  return Object.entries(shape)
    .map(([name, part]) => `${inWords(ledgerWord(name))} ${String(cellOf(name, part, names))}`)
    .join('；');
};
/** What has a column of its own. */
const beside = new Set(['id', 'region', 'name', 'title']);
/** The fields that any of these discloses, a column for each. @param {readonly { readonly disclosed: Shape }[]} told */
const fieldsOf = (told) => [...new Set(told.flatMap(({ disclosed }) => Object.keys(disclosed)))].filter((field) => !beside.has(field));

/** @param {readonly Entry[]} entries @param {Names} names @returns {Sheet} */
export const entriesTable = (entries, names) => ({
  heads: [
    ['序号', 'Index'],
    ['时间', 'Time'],
    ['类别', 'Kind'],
    ['动作', 'Action'],
    ['名称', 'Name'],
    ['编号', 'Id'],
    ['岗位', 'Seat'],
    ['地区', 'Region'],
    ['公开内容', 'What was disclosed'],
  ],
  rows: entries.map((entry) => [
    entry.index,
    time(entry.at),
    inWords(kindWord(entry.kind)),
    inWords(actionWord(entry)),
    inWords(publicName(entry, names)),
    entry.record,
    inWords(seatWord(entry.seat)),
    inWords(regionWord(entry.region)),
    cellOf('disclosed', Object.fromEntries(Object.entries(entry.disclosed).filter(([field]) => field !== 'id')), names),
  ]),
});
/** @param {readonly Standing[]} standings @param {Names} names @returns {Sheet} */
export const standingsTable = (standings, names) => {
  const fields = fieldsOf(standings);
  return {
    heads: [
      ['类别', 'Kind'],
      ['名称', 'Name'],
      ['编号', 'Id'],
      ['组织', 'Organisations'],
      ['地区', 'Region'],
      ['首次公开', 'First disclosed'],
      ['最近公开', 'Latest'],
      ...fields.map(ledgerWord),
    ],
    rows: standings.map((standing) => [
      inWords(kindWord(standing.kind)),
      inWords(publicName(standing, names)),
      standing.record,
      standing.organisations.map((id) => cellOf('organisation', id, names)).join('；'),
      inWords(regionWord(standing.region)),
      time(standing.since),
      time(standing.at),
      ...fields.map((field) => cellOf(field, standing.disclosed[field], names)),
    ]),
  };
};

const mostRows = 10_000; // what a browser and a spreadsheet hold with ease: programs read the whole from the API
/**
 * A button that reads page after page, and hands all over as a table in the language of the page.
 * @template T @template {string | number} C @template {{ readonly items: readonly T[], readonly names: Names }} P
 * @param {string} name @param {(items: readonly T[], names: Names) => Sheet} sheet @param {(cursor?: C) => Promise<P>} read @param {(page: P) => C | undefined} next
 */
export const exportButton = (name, sheet, read, next) => {
  const button = h('button', { type: 'button', say: ['导出 CSV', 'Export as CSV'] });
  const room = h('div', {}, button);
  const all = async () => {
    /** @type {T[]} */
    const items = [];
    /** @type {Names} */
    let names = {};
    /** @type {C | undefined} */
    let cursor;
    do {
      const page = await read(cursor);
      items.push(...page.items);
      names = { ...names, ...page.names };
      cursor = next(page);
    } while (cursor !== undefined && items.length < mostRows);
    const { heads, rows } = sheet(items, names);
    download(`${name}.csv`, [heads.map(inWords), ...rows]);
    if (cursor !== undefined)
      room.append(
        h('p', {
          class: 'notice',
          role: 'status',
          say: [
            `此文件为最近的 ${items.length} 条；其余请缩小范围后再导出，或使用供程序读取的 CSV。`,
            `The file holds the latest ${items.length}; narrow the search for the rest, or read the CSV for programs.`,
          ],
        }),
      );
  };
  button.addEventListener('click', () => {
    button.disabled = true;
    room.replaceChildren(button);
    void all()
      .catch((error) => room.append(notice(problemOf(error))))
      .finally(() => {
        button.disabled = false;
      });
  });
  return room;
};
