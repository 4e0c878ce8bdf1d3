// @ts-check
/** @import { Address, Screen } from '../drawing.ts' */
/** @import { Entry, Names } from '../ledger.js' */
import { readPage, whoAmI } from '../api.js';
import { table } from '../data.js';
import { h, inWords, spoken } from '../element.js';
import { time } from '../format.js';
import { exportLinks, ledgerAddress, ledgerTabs, publicName } from '../ledger.js';
import { exportButton } from '../ledger-csv.js';
import { empty, heading, more, section } from '../parts.js';
import { regionWord, registry } from '../registry.js';
import { go } from '../router.js';

/** @typedef {{ readonly hour: string, readonly kind: string, readonly scenario: string, readonly count: number }} Use */
/** @typedef {{ readonly items: readonly Use[], readonly purposes: Readonly<Record<string, { readonly title: string, readonly purpose: string }>>, readonly delayHours: number, readonly cursor?: string }} Uses */
/** @typedef {{ readonly items: readonly Entry[], readonly names: Names }} Entries */

/** @param {string} kind @returns {import('../shapes.ts').Pair} */
const userWord = (kind) => registry.organisationTypes[kind] ?? ['其他（合并）', 'Others, merged'];
/** @param {Use} use @param {Uses['purposes']} purposes */
const row = ({ hour, kind, scenario, count }, purposes) => {
  const { title = '', purpose = '' } = purposes[scenario] ?? {};
  return [
    h('time', { datetime: hour }, time(hour)),
    spoken(userWord(kind)),
    h(
      'span',
      {},
      h('a', { href: ledgerAddress(scenario), title: scenario }, title === '' ? scenario : title),
      h('br'),
      h('span', { class: 'quiet' }, purpose),
    ),
    String(count),
  ];
};
/** @param {readonly Use[]} uses @param {Uses['purposes']} purposes @returns {import('../ledger-csv.js').Sheet} */
const sheetOf = (uses, purposes) => ({
  heads: [
    ['时段', 'Hour'],
    ['使用方类别', 'Kind of user'],
    ['应用场景', 'Scenario'],
    ['用途', 'Purpose'],
    ['次数', 'Count'],
  ],
  rows: uses.map(({ hour, kind, scenario, count }) => [
    time(hour),
    inWords(userWord(kind)),
    purposes[scenario]?.title ?? scenario,
    purposes[scenario]?.purpose,
    count,
  ]),
});
/** The log of one resource. @param {string} resource @returns {Promise<readonly Node[]>} */
const logOf = async (resource) => {
  const shown = h('div');
  const foot = h('div');
  /** @type {Use[]} */
  const all = [];
  /** @type {Uses['purposes']} */
  let purposes = {};
  /** @param {string} [cursor] @returns {Promise<Uses>} */
  const read = async (cursor) => {
    /** @type {Uses} */
    const page = /** @type {any} */ (await readPage('/v1/disclosure/usage', { resource, cursor }));
    purposes = { ...purposes, ...page.purposes };
    return page;
  };
  /** @param {string} [cursor] @returns {Promise<void>} */
  const load = async (cursor) => {
    const page = await read(cursor);
    all.push(...page.items);
    shown.replaceChildren(
      h('p', {
        class: 'quiet',
        say: [
          `按小时计数，延迟 ${page.delayHours} 小时公布；次数很少的类别合并显示。`,
          `Counted by the hour, shown ${page.delayHours} hours later; kinds with few uses are merged.`,
        ],
      }),
      all.length === 0
        ? empty(['这项资源尚无可公布的使用。', 'There is no use of this resource to show yet.'])
        : table(
            [
              ['时段', 'Hour'],
              ['使用方类别', 'Kind of user'],
              ['应用场景与用途', 'Scenario and purpose'],
              ['次数', 'Count'],
            ],
            all.map((use) => row(use, purposes)),
          ),
    );
    foot.replaceChildren(...(page.cursor === undefined ? [] : [more(async () => load(page.cursor))]));
  };
  /** @type {{ readonly items: readonly Entry[], readonly names: Names }} */
  const told = /** @type {any} */ (await readPage('/v1/disclosure/entries', { record: resource, limit: '1' }));
  const name = publicName(told.items[0] ?? { kind: 'resource', record: resource, disclosed: {} }, told.names);
  await load();
  return [
    section(
      ['使用情况', 'Its use'],
      h('p', {}, h('a', { href: ledgerAddress(resource) }, h('strong', {}, spoken(name))), ' ', h('code', { class: 'quiet' }, resource)),
      exportLinks(
        exportButton(
          'usage',
          (uses) => sheetOf(uses, purposes),
          async (/** @type {string | undefined} */ cursor) => ({ ...(await read(cursor)), names: {} }),
          ({ cursor }) => cursor,
        ),
        '/v1/disclosure/usage',
        new URLSearchParams({ resource }),
        false,
      ),
      shown,
      foot,
    ),
  ];
};

/** The resources that a search finds, or the latest; each once. @param {string} q */
const found = async (q) => {
  /** @type {Entries} */
  const { items, names } = /** @type {any} */ (await readPage('/v1/disclosure/entries', { kind: 'resource', q, limit: '100' }));
  const each = [...new Map(items.map((entry) => [entry.record, entry])).values()];
  if (each.length === 0) return empty(['没有符合的数据资源，请换用其他词语。', 'No data resource fits; try other words.']);
  return h(
    'ul',
    { class: 'cards' },
    ...each.map((entry) =>
      h(
        'li',
        { class: 'card' },
        h(
          'a',
          { href: `/disclosure/usage?${new URLSearchParams({ resource: entry.record }).toString()}` },
          spoken(publicName(entry, names)),
        ),
        h('span', { class: 'quiet' }, spoken(regionWord(entry.region))),
      ),
    ),
  );
};
/** @param {string} q */
const search = (q) => {
  const input = h('input', { id: 'q', name: 'q', type: 'search', maxlength: '200', value: q });
  const form = h(
    'form',
    { class: 'search', role: 'search' },
    h('label', { for: 'q', say: ['查找数据资源', 'Find a data resource'] }),
    input,
    h('button', { class: 'primary', say: ['查找', 'Find'] }),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void go(`/disclosure/usage?${new URLSearchParams({ q: input.value.trim() }).toString()}`);
  });
  return form;
};

/** How often a data resource was used, by which kind of user and for what. @param {Address} address @returns {Promise<Screen>} */
export const usage = async ({ query }) => {
  await whoAmI();
  const resource = query.get('resource') ?? '';
  const q = query.get('q') ?? '';
  return {
    title: ['公开使用日志', 'Open usage log'],
    body: [
      heading(['公开使用日志', 'Open usage log']),
      ledgerTabs('/disclosure/usage'),
      h('p', {
        class: 'quiet',
        say: [
          '每项公共数据资源被何类组织、为何用途、使用多少次。',
          'Which kinds of organisations used a public data resource, for what, and how often.',
        ],
      }),
      search(q),
      ...(resource === '' ? [await found(q)] : await logOf(resource)),
    ],
  };
};
