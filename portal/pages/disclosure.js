// @ts-check
/** @import { Address, Screen } from '../drawing.ts' */
/** @import { Entry, Names } from '../ledger.js' */
/** @import { Pair } from '../shapes.ts' */
import { get, readPage, whoAmI } from '../api.js';
import { h, say, spoken } from '../element.js';
import { entryCard, exportLinks, kindWord, ledgerTabs, publicName } from '../ledger.js';
import { entriesTable, exportButton } from '../ledger-csv.js';
import { empty, heading, more } from '../parts.js';
import { nameOf } from '../reference.js';
import { addressOf, registry, sealedWord } from '../registry.js';
import { go } from '../router.js';
import { acting } from '../session.js';

/** @typedef {{ readonly origin: string, readonly url: string, readonly base: number, readonly keys: readonly string[], readonly size: number, readonly root?: string }} OneLog */
/** @typedef {OneLog & { readonly witnesses: readonly { readonly name: string }[], readonly earlier: readonly OneLog[] }} Log */
/** @typedef {{ readonly size: number, readonly items: readonly Entry[], readonly names: Names, readonly next?: number }} Entries */

const entries = '/v1/disclosure/entries';
const filters = ['kind', 'region', 'organisation', 'record', 'q'];
/** What of an address filters. @param {URLSearchParams} query */
const filterIn = (query) =>
  new URLSearchParams(filters.flatMap((name) => (query.get(name) ? [[name, /** @type {string} */ (query.get(name))]] : [])));

/** @param {Log} log */
const facts = ({ origin, url, keys, size, root, witnesses, earlier }) =>
  h(
    'details',
    { class: 'panel' },
    h('summary', {}, say(`共 ${size} 条；树根与公钥`, `${size} entries; root and keys`)),
    h(
      'dl',
      { class: 'facts' },
      h('div', {}, h('dt', { say: ['来源', 'Origin'] }), h('dd', {}, h('a', { href: `${url}checkpoint`, target: '_blank' }, origin))),
      h('div', {}, h('dt', { say: ['树根', 'Root'] }), h('dd', {}, h('code', { class: 'digest' }, root ?? '—'))),
      ...keys.map((key) => h('div', {}, h('dt', { say: ['验证公钥', 'Verifier key'] }), h('dd', {}, h('code', { class: 'digest' }, key)))),
      ...witnesses.map(({ name }) => h('div', {}, h('dt', { say: ['见证方', 'Witness'] }), h('dd', {}, name))),
      ...earlier.map((log) =>
        h(
          'div',
          {},
          h('dt', { say: ['此前的账本', 'Earlier ledger'] }),
          h('dd', {}, h('a', { href: `${log.url}checkpoint`, target: '_blank' }, log.origin)),
        ),
      ),
    ),
    h(
      'p',
      { class: 'quiet' },
      say('任何人可用以下命令整体核验：', 'Anyone can verify all of it with: '),
      h('code', {}, `npx data-harbour-verify ${url}`),
    ),
  );
/** @param {string} name @param {Pair} label @param {readonly (readonly [value: string, says: Pair])[]} options @param {string} chosen */
const choose = (name, label, options, chosen) =>
  h(
    'div',
    { class: 'field' },
    h('label', { for: name, say: label }),
    h(
      'select',
      { id: name, name },
      h('option', { value: '', say: ['全部', 'All'] }),
      ...options.map(([value, says]) => h('option', { value, selected: value === chosen, say: says })),
    ),
  );
/** Kinds of which something is disclosed. @returns {readonly (readonly [value: string, says: Pair])[]} */
const kinds = () => [
  ...Object.entries(registry.kinds).map(/** @returns {readonly [string, Pair]} */ ([kind, { title }]) => [kind, title]),
  ['log', kindWord('log')],
];
/** By what one looks for entries; an organisation that was chosen stays chosen. @param {URLSearchParams} query */
const search = (query) => {
  const organisation = query.get('organisation');
  const form = h(
    'form',
    { class: 'search wide', role: 'search' },
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'q', say: ['检索：名称、组织、用途、编号……', 'Search names, purposes, ids…'] }),
      h('input', { id: 'q', name: 'q', type: 'search', maxlength: '200', value: query.get('q') ?? '' }),
    ),
    choose('kind', ['类别', 'Kind'], kinds(), query.get('kind') ?? ''),
    organisation !== null && h('input', { type: 'hidden', name: 'organisation', value: organisation }),
    h('button', { class: 'primary', say: ['检索', 'Search'] }),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const given = [...new FormData(form)].flatMap(([name, value]) =>
      typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()]] : [],
    );
    const to = new URLSearchParams(given).toString();
    void go(to === '' ? '/disclosure' : `/disclosure?${to}`);
  });
  return form;
};

/** What one looks at where it is one record, or one organisation: its name, where else it is told of, and the way back to all. @param {URLSearchParams} filter @param {Entries} page */
const about = (filter, { items, names }) => {
  const organisation = filter.get('organisation');
  const [told] = items;
  const record = filter.get('record');
  if (organisation === null && (record === null || !told)) return '';
  const id = organisation ?? record ?? '';
  const name =
    organisation === null && told ? publicName(told, names) : publicName({ kind: 'organisation', record: id, disclosed: {} }, names);
  const kind = organisation === null ? (told?.kind ?? '') : 'organisation';
  const links = [
    kind === 'organisation' &&
      h('a', { href: `/disclosure/organisations/${encodeURIComponent(id)}` }, say('该组织的公开信息', 'What is public of it')),
    kind === 'resource' &&
      h('a', { href: `/disclosure/usage?${new URLSearchParams({ resource: id }).toString()}` }, say('公开使用日志', 'Open usage log')),
    record !== null &&
      kind !== 'log' &&
      h(
        'a',
        { href: `/disclosure/verify?${new URLSearchParams({ kind, record }).toString()}` },
        say('在本机核验', 'Verify on this device'),
      ),
    h('a', { href: '/disclosure' }, say('返回全部条目', 'Back to all entries')),
  ];
  const room = h('div', { class: 'exports' }, ...links);
  if (record !== null)
    void nameOf(kind, id).then(
      (seen) => seen && room.prepend(h('a', { href: addressOf(kind, id) }, say('该记录的页面', 'Page of this record'))),
    );
  return h(
    'div',
    { class: 'panel' },
    h('h2', {}, spoken(kindWord(kind)), say('：', ': '), spoken(name)),
    h('p', { class: 'quiet' }, h('code', {}, id)),
    room,
  );
};
/** The entries of the public ledger, the latest first. @param {Address} address @returns {Promise<Screen>} */
export const disclosure = async ({ query }) => {
  await whoAmI();
  const filter = filterIn(query);
  /** @type {Log} */
  const log = await get('/v1/disclosure/log');
  const list = h('ol', { class: 'entries' });
  const foot = h('div');
  const top = h('div');
  /** @param {number} [before] @returns {Promise<Entries>} */
  const read = async (before) =>
    /** @type {any} */ (readPage(entries, { ...Object.fromEntries(filter), before: before === undefined ? undefined : String(before) }));
  /** @param {number} [before] @returns {Promise<void>} */
  const load = async (before) => {
    const page = await read(before);
    if (before === undefined) top.replaceChildren(about(filter, page));
    list.append(...page.items.map((entry) => entryCard(entry, page.names)));
    const isEmpty = list.childElementCount === 0;
    foot.replaceChildren(
      ...(isEmpty
        ? [
            empty(
              filter.size === 0
                ? ['账本还没有条目。', 'The ledger has no entries yet.']
                : ['没有符合的条目，请放宽条件。', 'No entry fits; ask for less.'],
            ),
          ]
        : []),
      ...(page.next === undefined ? [] : [more(async () => load(page.next))]),
    );
  };
  await load();
  return {
    title: ['公开账本', 'Disclosure ledger'],
    body: [
      heading(['公开账本', 'Disclosure ledger']),
      ledgerTabs('/disclosure'),
      h('p', {
        class: 'quiet',
        say: [
          '只增不改的公开记录；树根由全部条目算得并经签名，任何人可以核验。',
          'An append-only record; its root is computed from all entries and signed, and anyone can verify it.',
        ],
      }),
      facts(log),
      top,
      search(filter),
      exportLinks(
        exportButton('entries', entriesTable, read, ({ next }) => next),
        entries,
        filter,
        true,
      ),
      list,
      foot,
    ],
  };
};

/** Whoever is signed in may ask that what a commitment hides be forgotten. @param {Entry} entry */
const erasing = ({ event, commitments }) => {
  const fields = Object.keys(commitments);
  if (fields.length === 0 || !acting()) return '';
  return h(
    'details',
    { class: 'panel' },
    h('summary', { say: ['申请删除承诺字段', 'Ask that a sealed field be erased'] }),
    h('p', {
      class: 'quiet',
      say: [
        '与该记录有关的人可以申请（《个人信息保护法》第四十七条），由数据主管部门负责人决定；删除后任何人都无法再证明该字段的内容。',
        'Whoever it concerns may ask (PIPL art. 47); the lead of the data authority decides. Once erased, nobody can prove what the field was.',
      ],
    }),
    h(
      'ul',
      { class: 'values' },
      ...fields.map((field) =>
        h(
          'li',
          {},
          h('a', { href: `/erasures/new?${new URLSearchParams({ event, sealedField: field }).toString()}` }, spoken(sealedWord(field))),
        ),
      ),
    ),
  );
};
/** One entry of the ledger as it stands in the log. @param {string} index @returns {(address: Address) => Promise<Screen>} */
export const entryPage = (index) => async () => {
  await whoAmI();
  /** @type {{ readonly entry: Entry, readonly names: Names }} */
  const { entry, names } = await get(`${entries}/${encodeURIComponent(index)}`);
  const { index: at, ...said } = entry;
  /** @type {Pair} */
  const title = [`账本条目 #${at}`, `Ledger entry #${at}`];
  return {
    title,
    body: [
      heading(title),
      ledgerTabs('/disclosure'),
      h('ol', { class: 'entries' }, entryCard(entry, names, true)),
      erasing(entry),
      h(
        'details',
        { class: 'panel' },
        h('summary', { say: ['条目原文（入账的即是此内容）', 'The entry itself, as it stands in the log'] }),
        h('pre', { class: 'wrap' }, JSON.stringify(said, null, 2)),
      ),
    ],
  };
};
