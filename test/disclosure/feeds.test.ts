import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { atomOf, jsonFeedOf, tagOf, type Feed } from '../../functions/disclosure/feeds.ts';
import { openRegister } from '../../functions/disclosure/register.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import type { Table } from '../../shared/store/table.ts';
import { asking, refusalOf } from './answers.ts';
import { logOf, publishing, story } from './entries.ts';
import { parseXml, type Element } from './xml.ts';

type JsonFeed = {
  readonly version: string;
  readonly title: string;
  readonly home_page_url: string;
  readonly feed_url: string;
  readonly next_url?: string;
  readonly items: readonly Readonly<
    Record<'id' | 'url' | 'title' | 'content_text' | 'date_published', string> & { tags: readonly string[] }
  >[];
};

const store = openSqlite({ file: ':memory:' });
const projected = async (name: string, entries: typeof story): Promise<Table> => {
  const table = store.table(name);
  await openRegister({ table, read: publishing(entries) }).project();
  return table;
};
let table: Table;
beforeAll(async () => {
  table = await projected('story', story);
});
afterAll(() => store.close());

const atom = async (address = 'feed.atom', from = table): Promise<Element> => parseXml(String((await asking(from)(address)).raw));
const json = async (address = 'feed.json', from = table): Promise<JsonFeed> =>
  JSON.parse(String((await asking(from)(address)).raw)) as JsonFeed;
const named = ({ children }: Element, name: string): readonly Element[] => children.filter((child) => child.name === name);
const only = (element: Element, name: string): Element => {
  const [one, ...others] = named(element, name);
  if (!one || others.length > 0) throw new RangeError(`not one ${name}`);
  return one;
};
const linkOf = (element: Element, rel: string): Element | undefined =>
  named(element, 'link').find(({ attributes }) => attributes['rel'] === rel);

/** RFC 3339, as RFC 4287, 3.3 asks for it. */
const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
/** RFC 4151, 2.1: an authority that is a domain's name, a date, and characters of a path or a query. */
const tag = /^tag:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?,\d{4}:[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*$/;

describe('the Atom feed', () => {
  it('is a feed of RFC 4287: its id, title and time once, an author, its own address, and nothing that a feed may not hold', async () => {
    const feed = await atom();
    expect([feed.name, feed.attributes]).toEqual(['feed', { xmlns: 'http://www.w3.org/2005/Atom' }]);
    expect(only(feed, 'id').text).toMatch(tag);
    expect(only(feed, 'title').text).toContain('Data Harbour');
    expect(only(feed, 'updated').text).toBe(story[15]?.at);
    expect(only(only(feed, 'author'), 'name').text).not.toBe('');
    expect(linkOf(feed, 'self')?.attributes).toEqual({
      rel: 'self',
      type: 'application/atom+xml',
      href: 'https://harbour.example:8443/v1/disclosure/feed.atom',
    });
    expect(new Set(feed.children.map(({ name }) => name))).toEqual(new Set(['id', 'title', 'updated', 'author', 'link', 'entry']));
  });

  it('has an entry for each of the ledger, newest first, with an id, a title, a time, an address and its content as text', async () => {
    const entries = named(await atom(), 'entry');
    expect(entries.map((entry) => only(entry, 'updated').text)).toEqual(story.map(({ at }) => at).toReversed());
    for (const entry of entries) {
      expect(only(entry, 'id').text).toMatch(tag);
      expect(only(entry, 'updated').text).toMatch(date);
      expect(only(entry, 'title').text).not.toBe('');
      expect(only(entry, 'content').attributes).toEqual({ type: 'text' });
      expect(linkOf(entry, 'alternate')?.attributes['href']).toMatch(/^https:\/\/harbour\.example:8443\/v1\/disclosure\/entries\/\d+$/);
      for (const category of named(entry, 'category')) expect(Object.keys(category.attributes)).toEqual(['term', 'label']);
    }
    expect(new Set(entries.map((entry) => only(entry, 'id').text)).size).toBe(story.length);
  });

  it('says in Chinese and in English what happened to what', async () => {
    const [revoked] = named(await atom('feed.atom?kind=grant'), 'entry');
    expect(revoked && only(revoked, 'title').text).toBe('数据授权 · Grant: 撤销 · Revoke | 出行记录 · Trips');
    expect(revoked && only(revoked, 'content').text).toContain('运营机构 · Operator: 泰港数据公司 · Taigang Data (op1)');
  });

  it('names an entry alike in every feed that it is in, and the feeds apart', async () => {
    const idsIn = (feed: Element) => named(feed, 'entry').map((entry) => only(entry, 'id').text);
    const [all, grants, later] = [await atom(), await atom('feed.atom?kind=grant'), await atom('feed.atom?before=13')];
    expect(idsIn(all)).toEqual(expect.arrayContaining([...idsIn(grants)]));
    expect(idsIn(grants)).toEqual(['tag:harbour.example,2026:8443/log/entries/12', 'tag:harbour.example,2026:8443/log/entries/6']);
    expect(idsIn(all).slice(3)).toEqual(idsIn(later));
    expect(only(all, 'id').text).toBe(only(later, 'id').text);
    expect(only(all, 'id').text).not.toBe(only(grants, 'id').text);
  });

  it('leads by its link to the next page through the whole ledger', async () => {
    const long = await projected(
      'long',
      logOf(...Array.from({ length: 120 }, (_, n) => ({ kind: 'grant', record: `g${n}`, action: 'consent' }))),
    );
    const ids: string[] = [];
    for (let address: string | undefined = 'feed.atom?kind=grant'; address !== undefined;) {
      const page: Element = await atom(address, long);
      ids.push(...named(page, 'entry').map((entry) => only(entry, 'id').text));
      address = linkOf(page, 'next')?.attributes['href'];
    }
    expect(ids).toEqual(Array.from({ length: 120 }, (_, n) => `tag:harbour.example,2026:8443/log/entries/${119 - n}`));
  });

  it('is a feed where the ledger is empty too', async () => {
    const empty = await atom('feed.atom?organisation=nobody');
    expect(named(empty, 'entry')).toEqual([]);
    expect(only(empty, 'updated').text).toMatch(date);
  });
});

describe('the JSON feed', () => {
  it('is one of version 1.1, with the same entries', async () => {
    const feed = await json('feed.json?organisation=src1');
    expect(Object.keys(feed).toSorted()).toEqual(['authors', 'feed_url', 'home_page_url', 'items', 'title', 'version']);
    expect(feed).toMatchObject({
      version: 'https://jsonfeed.org/version/1.1',
      home_page_url: 'https://harbour.example:8443/disclosure',
      feed_url: 'https://harbour.example:8443/v1/disclosure/feed.json?organisation=src1',
    });
    const entries = named(await atom('feed.atom?organisation=src1'), 'entry');
    expect(feed.items.map(({ id, title }) => [id, title])).toEqual(entries.map((e) => [only(e, 'id').text, only(e, 'title').text]));
    for (const item of feed.items) {
      expect(Object.keys(item).toSorted()).toEqual(['content_text', 'date_published', 'id', 'tags', 'title', 'url']);
      expect(item.content_text).not.toBe('');
      expect(item.date_published).toMatch(date);
    }
  });
});

describe('a feed', () => {
  it('may be kept for a minute, and says by its ETag whether it has changed', async () => {
    const [once, again, other] = await Promise.all(['feed.atom', 'feed.atom', 'feed.atom?kind=grant'].map(asking(table)));
    expect(once?.headers?.['cache-control']).toBe('public, max-age=60');
    expect(once?.headers?.['content-type']).toBe('application/atom+xml; charset=utf-8');
    expect(once?.headers?.['etag']).toMatch(/^"[!#-~]+"$/);
    expect(again?.headers).toEqual(once?.headers);
    expect(other?.headers?.['etag']).not.toBe(once?.headers?.['etag']);
  });

  it('refuses filters that it does not know, that are no filters, or that have no list together', async () => {
    for (const address of [
      'feed.atom?kinds=grant',
      'feed.atom?kind=gr+ant',
      'feed.json?region=11',
      'feed.json?kind=grant&region=3212',
      'feed.atom?limit=9',
    ])
      expect([address, (await refusalOf(asking(table)(address))).code]).toEqual([address, 'invalid_input']);
  });

  it('holds any text as text, whatever it is made of', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('<script>alert(1)</script>', ']]>', '"/><entry>', "'&amp;", '&#0;', '\u0000\u0008\uFFFE', '<!--', '\r\n', '=1+1'),
    );
    const item = fc.record({
      id: fc.constant('tag:a,2026:b'),
      url: fc.constant('https://harbour.example/e'),
      title: text,
      text,
      updated: fc.constant('2026-11-02T01:00:00.000Z'),
      tags: fc.array(fc.record({ term: text, label: text }), { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 3 }), text, async (items, title) => {
        const feed: Feed = { id: 'tag:a,2026:f', title, self: 'https://h/s?a=1&b=2', home: 'https://h/', items };
        const written = parseXml(atomOf(feed));
        const kept = (one: string): string => one.replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}');
        expect(only(written, 'title').text).toBe(kept(title));
        expect(linkOf(written, 'self')?.attributes['href']).toBe('https://h/s?a=1&b=2');
        expect(named(written, 'entry').map((e) => [only(e, 'title').text, only(e, 'content').text])).toEqual(
          items.map((one) => [kept(one.title), kept(one.text)]),
        );
        expect((JSON.parse(JSON.stringify(jsonFeedOf(feed))) as JsonFeed).items.map((one) => one.title)).toEqual(
          items.map((one) => one.title),
        );
      }),
    );
  });

  it('is named by a tag of the host, with its port in what follows', () => {
    expect(tagOf('127.0.0.1:3000/log', 'entries/0')).toBe('tag:127.0.0.1,2026:3000/log/entries/0');
    expect(tagOf('data.taizhou.gov.cn/log', 'feed?q=%E5%87%BA')).toBe('tag:data.taizhou.gov.cn,2026:log/feed?q=%E5%87%BA');
    for (const origin of ['127.0.0.1:3000/log', 'data.taizhou.gov.cn/log', 'harbour.example']) expect(tagOf(origin, 'feed')).toMatch(tag);
  });
});
