import { kinds, type Kind } from '../../contracts/kinds.ts';
import { regions } from '../../contracts/roles.ts';
import { words } from '../../contracts/words.ts';
import type { Indexed, Names } from './register.ts';
import { refsIn, type Disclosed, type Name } from './standing.ts';

export type FeedItem = {
  /** A tag URI (RFC 4151): the same for as long as the entry stands. */
  readonly id: string;
  readonly url: string;
  readonly title: string;
  readonly text: string;
  readonly updated: string;
  readonly tags: readonly { readonly term: string; readonly label: string }[];
};
export type Feed = {
  readonly id: string;
  readonly title: string;
  readonly self: string;
  readonly home: string;
  readonly next?: string;
  readonly items: readonly FeedItem[];
};

const longestText = 4000; // characters of an entry's content; the entry itself holds the rest
const author = '数港 · Data Harbour';
const both = ([zh, en]: readonly [zh: string, en: string]): string => (zh === en ? zh : `${zh} · ${en}`);
const bothOf = ({ zh, en }: Name): string => both([zh, en]);
const wordOf = (name: string): string => both((words as Readonly<Record<string, readonly [string, string]>>)[name] ?? [name, name]);
const kindOf = (kind: string): string => both((kinds as Readonly<Record<string, Kind>>)[kind]?.title ?? [kind, kind]);
const regionOf = (region: string): string | undefined => {
  const name = (regions as Readonly<Record<string, Name>>)[region];
  return name && bothOf(name);
};

/** The name of the record, or of the first record that it names. */
const subjectOf = ({ record, disclosed }: Indexed, names: Names): string | undefined => {
  const ids = [
    record,
    ...refsIn(disclosed, ['resource', 'product', 'scenario', 'agreement']).map((ref) => ref.slice(ref.indexOf('#') + 1)),
  ];
  const id = ids.find((one) => names[one] !== undefined);
  const name = id === undefined ? undefined : names[id];
  return name && bothOf(name);
};
const valueOf = (value: unknown, names: Names): string => {
  if (typeof value === 'string') return names[value] ? `${bothOf(names[value])} (${value})` : value;
  if (Array.isArray(value)) return value.map((one) => valueOf(one, names)).join('; ');
  const { zh, en } = (value ?? {}) as Partial<Name>;
  return typeof zh === 'string' && typeof en === 'string' ? both([zh, en]) : JSON.stringify(value);
};
const textOf = (disclosed: Disclosed, names: Names): string =>
  Object.entries(disclosed)
    .map(([field, value]) => `${wordOf(field)}: ${valueOf(value, names)}`)
    .join('\n')
    .slice(0, longestText)
    .toWellFormed();

/** An entry of the ledger as one of a feed, in Chinese and English. */
export const itemOf = (entry: Indexed, names: Names, at: { readonly id: string; readonly url: string }): FeedItem => {
  const { kind, action, region, disclosed } = entry;
  const told = `${kindOf(kind)}: ${wordOf(action)}`;
  const subject = subjectOf(entry, names);
  const where = regionOf(region);
  return {
    ...at,
    title: subject === undefined ? told : `${told} | ${subject}`,
    text: textOf(disclosed, names),
    updated: new Date(entry.at).toISOString(),
    tags: [{ term: kind, label: kindOf(kind) }, ...(where === undefined ? [] : [{ term: region, label: where }])],
  };
};

/** A tag URI (RFC 4151) of something of a log: its host is the authority, what follows is the host's own. */
export const tagOf = (origin: string, specific: string): string => {
  const [host = ''] = /^[^:/]*/.exec(origin) ?? [];
  return `tag:${host},2026:${[origin.slice(host.length + 1), specific].filter((part) => part !== '').join('/')}`;
};

/** What XML 1.0 cannot hold at all (§2.2), and what it holds only escaped. */
const unwritable = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;', '\r': '&#13;' };
const xml = (text: string): string => text.replaceAll(unwritable, '\u{FFFD}').replaceAll(/[&<>"'\r]/g, (one) => escapes[one] ?? one);
const element = (name: string, text: string): string => `<${name}>${xml(text)}</${name}>`;
const link = (rel: string, href: string, type: string): string => `<link rel="${rel}" type="${type}" href="${xml(href)}"/>`;

const epoch = '1970-01-01T00:00:00.000Z';
const updatedOf = ({ items }: Feed): string => items.reduce((latest, { updated }) => (updated > latest ? updated : latest), epoch);
const atomType = 'application/atom+xml';

/** A feed as Atom (RFC 4287), paged by its link `next` (RFC 5005, 3). */
export const atomOf = (feed: Feed): string => {
  const entries = feed.items.map(({ id, url, title, text, updated, tags }) =>
    [
      '<entry>',
      element('id', id),
      element('title', title),
      element('updated', updated),
      link('alternate', url, 'application/json'),
      ...tags.map(({ term, label }) => `<category term="${xml(term)}" label="${xml(label)}"/>`),
      `<content type="text">${xml(text)}</content>`,
      '</entry>',
    ].join(''),
  );
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    element('id', feed.id),
    element('title', feed.title),
    element('updated', updatedOf(feed)),
    `<author>${element('name', author)}</author>`,
    link('self', feed.self, atomType),
    link('alternate', feed.home, 'text/html'),
    ...(feed.next === undefined ? [] : [link('next', feed.next, atomType)]),
    ...entries,
    '</feed>',
    '',
  ].join('\n');
};

/** A feed as JSON Feed 1.1 (jsonfeed.org/version/1.1). */
export const jsonFeedOf = (feed: Feed): object => ({
  version: 'https://jsonfeed.org/version/1.1',
  title: feed.title,
  home_page_url: feed.home,
  feed_url: feed.self,
  ...(feed.next === undefined ? {} : { next_url: feed.next }),
  authors: [{ name: author }],
  items: feed.items.map(({ id, url, title, text, updated, tags }) => ({
    id,
    url,
    title,
    content_text: text === '' ? title : text,
    date_published: updated,
    tags: tags.map(({ label }) => label),
  })),
});
