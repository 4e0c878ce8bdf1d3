// @ts-check
/** @import { Address, Screen } from '../drawing.ts' */
/** @import { Entry, Names } from '../ledger.js' */
/** @import { Pair, Shape } from '../shapes.ts' */
import { get, readPage, whoAmI } from '../api.js';
import { h, say, speak, spoken } from '../element.js';
import { time, yuan } from '../format.js';
import { disclosedData, entryCard, exportLinks, kindWord, ledgerAddress, ledgerTabs, namedLink, opened } from '../ledger.js';
import { exportButton, standingsTable } from '../ledger-csv.js';
import { badge, empty, heading, more, section } from '../parts.js';
import { nameOf } from '../reference.js';
import { addressOf, kindOf, regionWord } from '../registry.js';
import { go } from '../router.js';

/** @typedef {{ readonly kind: string, readonly record: string, readonly first: number, readonly index: number, readonly since: string, readonly at: string, readonly region: string, readonly organisations: readonly string[], readonly disclosed: Shape, readonly overdue?: string }} Standing */
/** @typedef {{ readonly items: readonly Standing[], readonly names: Names, readonly cursor?: string }} Standings */

const path = '/v1/disclosure/register';
/** @type {readonly (readonly [register: string, title: Pair])[]} */
const registers = [
  ['authorisations', ['授权', 'Authorisations']],
  ['scenarios', ['应用场景', 'Scenarios decided']],
  ['products', ['产品与挂牌', 'Products and listings']],
  ['prices', ['成交价格', 'Actual prices']],
  ['reports', ['披露报告', 'Disclosure reports']],
  ['organisations', ['组织', 'Organisations']],
];

/** What has been disclosed of a record until now. @param {Standing} standing @param {Names} names */
const card = (standing, names) => {
  const { kind, record, since, at, region, organisations, disclosed, overdue } = standing;
  const status = disclosed['status'];
  const price = disclosed['priceFen'];
  return h(
    'li',
    { class: 'card' },
    h(
      'div',
      { class: 'foot' },
      h('strong', {}, namedLink(standing, names)),
      h(
        'span',
        {},
        typeof price === 'number' && h('strong', { class: 'price' }, yuan(price), ' '),
        overdue !== undefined && h('span', { class: 'badge late', say: ['曾逾期', 'Was overdue'] }),
        overdue !== undefined && ' ',
        typeof status === 'string' && badge(status, kindOf(kind)?.live.includes(status)),
      ),
    ),
    h(
      'p',
      { class: 'quiet' },
      spoken(kindWord(kind)),
      region !== '' && ' · ',
      region !== '' && spoken(regionWord(region)),
      ...organisations.flatMap((id) => [' · ', organisationLink(id, names)]),
    ),
    h('p', { class: 'quiet' }, say('首次公开 ', 'First disclosed '), time(since), say('；最近 ', '; latest '), time(at)),
    opened(() => [disclosedData(disclosed, names)]),
    h(
      'p',
      { class: 'exports' },
      kind === 'disclosureRecord' &&
        status !== 'draft' &&
        h('a', { href: addressOf(kind, record) }, say('阅读披露全文', 'Read the disclosure')),
      h('a', { href: ledgerAddress(record) }, say('账本中的全部条目', 'All its entries in the ledger')),
    ),
  );
};
/** A link to what is public of an organisation; its name is asked for where the page does not bring it. @param {string} id @param {Names} names */
const organisationLink = (id, names) => {
  const link = h('a', { href: `/disclosure/organisations/${encodeURIComponent(id)}`, title: id }, `${id.slice(0, 12)}…`);
  const told = names[id];
  if (told) speak(link, [told.zh, told.en]);
  else void nameOf('organisation', id).then((name) => name && speak(link, name));
  return link;
};

/** @param {string} register @param {string} q */
const search = (register, q) => {
  const input = h('input', { id: 'q', name: 'q', type: 'search', maxlength: '200', value: q });
  const form = h(
    'form',
    { class: 'search', role: 'search' },
    h('label', { for: 'q', say: ['检索登记簿', 'Search the register'] }),
    input,
    h('button', { class: 'primary', say: ['检索', 'Search'] }),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void go(`/disclosure/register?${new URLSearchParams({ register, q: input.value.trim() }).toString()}`);
  });
  return form;
};

/** The public register. @param {Address} address @returns {Promise<Screen>} */
export const register = async ({ query }) => {
  await whoAmI();
  const [chosen] = registers.find(([name]) => name === query.get('register')) ?? registers[0] ?? ['authorisations'];
  const q = query.get('q') ?? '';
  const list = h('ul', { class: 'entries' });
  const foot = h('div');
  /** @param {string} [cursor] @returns {Promise<Standings>} */
  const read = async (cursor) => /** @type {any} */ (readPage(path, { register: chosen, q, cursor }));
  /** @param {string} [cursor] @returns {Promise<void>} */
  const load = async (cursor) => {
    const page = await read(cursor);
    list.append(...page.items.map((standing) => card(standing, page.names)));
    const isEmpty = list.childElementCount === 0;
    foot.replaceChildren(
      ...(isEmpty
        ? [
            empty(
              q === ''
                ? ['尚无登记事项。', 'Nothing is registered yet.']
                : ['没有符合的事项，请换用其他词语。', 'Nothing fits; try other words.'],
            ),
          ]
        : []),
      ...(page.cursor === undefined ? [] : [more(async () => load(page.cursor))]),
    );
  };
  await load();
  return {
    title: ['公开登记簿', 'Public register'],
    body: [
      heading(['公开登记簿', 'Public register']),
      ledgerTabs('/disclosure/register'),
      h(
        'nav',
        { class: 'tabs', name: ['登记簿', 'Registers'] },
        ...registers.map(([name, title]) =>
          h('a', { href: `/disclosure/register?register=${name}`, 'aria-current': name === chosen ? 'page' : undefined }, spoken(title)),
        ),
      ),
      search(chosen, q),
      exportLinks(
        exportButton(chosen, standingsTable, read, ({ cursor }) => cursor),
        path,
        new URLSearchParams({ register: chosen, ...(q === '' ? {} : { q }) }),
        false,
      ),
      list,
      foot,
    ],
  };
};

/** What is public of one organisation. @param {string} id @returns {(address: Address) => Promise<Screen>} */
export const organisationPage = (id) => async () => {
  await whoAmI();
  /** @type {{ readonly organisation: Standing, readonly counts: Readonly<Record<string, number>>, readonly items: readonly Entry[], readonly names: Names, readonly next?: number }} */
  const { organisation, counts, items, names } = await get(`/v1/disclosure/organisations/${encodeURIComponent(id)}`);
  const name = names[id];
  /** @type {Pair} */
  const title = name ? [name.zh, name.en] : [id, id];
  const filter = new URLSearchParams({ organisation: id });
  return {
    title,
    body: [
      heading(title),
      ledgerTabs('/disclosure'),
      h('section', { class: 'panel' }, disclosedData(organisation.disclosed, names)),
      section(
        ['公开事项', 'Disclosures'],
        h(
          'dl',
          { class: 'facts' },
          ...Object.entries(counts).map(([kind, count]) => h('div', {}, h('dt', {}, spoken(kindWord(kind))), h('dd', {}, String(count)))),
        ),
      ),
      h(
        'p',
        {},
        h('a', { href: `/organisations/${encodeURIComponent(id)}` }, say('该组织的登记页面', 'Its page in the register of organisations')),
      ),
      section(['最近的账本条目', 'Latest entries of the ledger']),
      h('ol', { class: 'entries' }, ...items.map((entry) => entryCard(entry, names))),
      h('p', {}, h('a', { href: `/disclosure?${filter.toString()}` }, say('查看全部条目', 'All entries'))),
    ],
  };
};
