import * as z from 'zod';
import { Id, Instant } from '../../contracts/fields.ts';
import { Region } from '../../contracts/roles.ts';
import type { Call, Reply, Route } from '../../shared/edge/context.ts';
import { csvOf, csvReply } from '../../shared/edge/csv.ts';
import { parse } from '../../shared/edge/parse.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { idOf } from '../../shared/edge/routes.ts';
import { sortOf } from '../../shared/store/records.ts';
import { digest } from '../../shared/kernel/digest.ts';
import { entriesCsv, registerCsv } from './export.ts';
import { atomOf, itemOf, jsonFeedOf, tagOf, type Feed } from './feeds.ts';
import { openPublished } from './published.ts';
import { listOf, openBrowsing, type Filter, type Indexed, type Paged } from './register.ts';
import { refKey, registers, type Standing } from './standing.ts';
import { usageRules, usesIn } from './usage.ts';

const Format = z.enum(['json', 'csv']).default('json');
const Words = z.string().max(200).default('');
const Limit = z.coerce.number().int().min(1).max(1000).optional();
const Before = z.coerce.number().int().min(0).max(999_999_999_999).optional();
const Cursor = z.string().max(800).optional();
const filter = {
  kind: z
    .string()
    .regex(/^[A-Za-z]{1,40}$/)
    .optional(),
  organisation: Id.optional(),
  region: Region.optional(),
  record: Id.optional(),
  q: Words,
  before: Before,
};
export const EntriesQuery = z.strictObject({ ...filter, limit: Limit, format: Format });
export const FeedQuery = z.strictObject(filter);
export const RegisterQuery = z.strictObject({ register: z.enum(registers), q: Words, cursor: Cursor, limit: Limit, format: Format });
export const UsageQuery = z.strictObject({
  resource: Id,
  from: Instant.optional(),
  cursor: Cursor,
  limit: Limit,
  format: Format,
});
type Filters = z.output<typeof FeedQuery>;
type Format = z.output<typeof Format>;

const paths = {
  entries: '/v1/disclosure/entries',
  register: '/v1/disclosure/register',
  usage: '/v1/disclosure/usage',
  atom: '/v1/disclosure/feed.atom',
  json: '/v1/disclosure/feed.json',
} as const;
/** How many a page holds unless told. A function's answer is no stream: a whole export is its pages, one after the other. */
const usual: Readonly<Record<Format, number>> = { json: 50, csv: 1000 };
const inFeed = 50;
const latest = 20;

const cursorOf = (place: string | number): string => Buffer.from(String(place)).toString('base64url');
/** The place that a cursor stands for. @throws RefusalError invalid_cursor for what is none of such places */
const placeOf = (cursor: string | undefined, such: RegExp): string | undefined => {
  const place = cursor === undefined ? undefined : sortOf(cursor);
  if (cursor !== undefined && (place === undefined || !such.test(place))) throw new RefusalError('invalid_cursor');
  return place;
};
const indexPlace = /^(?:0|[1-9]\d{0,11})$/;
const hourPlace = /^\d{4}-\d\d-\d\dT\d\d:00:00\.000Z$/;

const browsing = ({ ports }: Call) => openBrowsing(ports.tables.disclosure);
const addressOf = (path: string, query: Readonly<Record<string, string | number | undefined>>): string => {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, `${value}`] as const],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(Object.fromEntries(given)).toString()}`;
};

/** A page, and where the next one is: in the body of JSON, and in a Link (RFC 8288) either way. */
const paged = (format: Format, csv: () => string, body: object, name: string, next: string | undefined): Reply => {
  const headers: Record<string, string> = next === undefined ? {} : { link: `<${next}>; rel="next"` };
  return format === 'json' ? { status: 200, body, headers } : csvReply(name, csv(), headers);
};

/** @throws RefusalError invalid_input for filters that have no list together */
const entriesFor = async (call: Call, { q, before, ...filters }: Filters, limit: number): Promise<Paged<Indexed>> => {
  const filter: Filter = filters;
  if (q !== '' && filter.record === undefined) return browsing(call).search(q, filter, before, limit);
  const list = q === '' ? listOf(filter) : undefined;
  if (list !== undefined) return browsing(call).entries(list, before, limit);
  throw new RefusalError('invalid_input', [
    { path: 'query', message: 'combine only kind with organisation, or q with any of kind, organisation and region' },
  ]);
};

const listEntries = async (call: Call): Promise<Reply> => {
  const { format, limit: most, ...filters } = parse(EntriesQuery, call.query);
  const limit = most ?? usual[format];
  const { items, next } = await entriesFor(call, filters, limit);
  const more = next === undefined ? undefined : addressOf(paths.entries, { ...filters, format, limit, before: next });
  const names = format === 'json' ? await browsing(call).names(items) : {};
  const body = { size: await browsing(call).size(), items, names, ...(next === undefined ? {} : { next }) };
  return paged(format, () => entriesCsv(items), body, 'entries', more);
};
const showEntry = async (call: Call): Promise<Reply> => {
  const id = idOf(call);
  const entry = indexPlace.test(id) ? await browsing(call).entry(Number(id)) : undefined;
  if (!entry) throw new RefusalError('not_found');
  return { status: 200, body: { entry, names: await browsing(call).names([entry]) } };
};
const listRegister = async (call: Call): Promise<Reply> => {
  const { register, q, cursor, format, limit: most } = parse(RegisterQuery, call.query);
  const limit = most ?? usual[format];
  const before = placeOf(cursor, indexPlace);
  const { items, next } = await browsing(call).register(register, q, before === undefined ? undefined : Number(before), limit);
  const on = next === undefined ? undefined : cursorOf(next);
  const more = on === undefined ? undefined : addressOf(paths.register, { register, q, format, limit, cursor: on });
  const names = format === 'json' ? await browsing(call).names(items) : {};
  return paged(format, () => registerCsv(register, items), { items, names, ...(on === undefined ? {} : { cursor: on }) }, register, more);
};
const showOrganisation = async (call: Call): Promise<Reply> => {
  const id = idOf(call);
  const [organisation] = await browsing(call).standings([refKey('organisation', id)]);
  if (!organisation) throw new RefusalError('not_found');
  const { items, next } = await browsing(call).entries(listOf({ organisation: id }) ?? '', undefined, latest);
  const [counts, names] = [await browsing(call).counts(id), await browsing(call).names([organisation, ...items])];
  return { status: 200, body: { organisation, counts, items, names, ...(next === undefined ? {} : { next }) } };
};

const feedTitle = '数港公开账本 · Data Harbour disclosure ledger';
const feedFor = async (call: Call, path: string): Promise<Feed> => {
  const filters = parse(FeedQuery, call.query);
  const { items, next } = await entriesFor(call, filters, inFeed);
  const names = await browsing(call).names(items);
  const { ledger } = call.ports;
  const published = openPublished(ledger);
  const { origin } = new URL(ledger.log.url);
  const { before: _page, ...kept } = filters;
  return {
    id: tagOf(ledger.log.origin, addressOf('feed', kept)),
    title: [feedTitle, ...Object.values(kept).filter((value) => value !== undefined && value !== '')].join(' | '),
    self: origin + addressOf(path, filters),
    home: `${origin}/disclosure`,
    ...(next === undefined ? {} : { next: origin + addressOf(path, { ...kept, before: next }) }),
    items: items.map((entry) => {
      const { log, index } = published.placeOf(entry.index);
      return itemOf(entry, names, { id: tagOf(log.origin, `entries/${index}`), url: `${origin}${paths.entries}/${entry.index}` });
    }),
  };
};
const fed = (raw: string, type: string): Reply => ({
  status: 200,
  raw,
  headers: { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'public, max-age=60', etag: `"${digest(raw)}"` },
});

/** What a scenario is for, in the words that were disclosed of it. */
const purposeOf = ({ disclosed: { title, purpose } }: Standing): { readonly title: string; readonly purpose: string } => ({
  title: typeof title === 'string' ? title : '',
  purpose: typeof purpose === 'string' ? purpose : '',
});
const listUses = async (call: Call): Promise<Reply> => {
  const { format, limit: most, cursor, ...asked } = parse(UsageQuery, call.query);
  const limit = most ?? usual[format];
  const { disclosure } = call.ports.tables;
  const { items, next } = await usesIn(disclosure, { ...asked, cursor: placeOf(cursor, hourPlace), limit }, call.ports.now(), usageRules);
  const scenarios = await browsing(call).standings([...new Set(items.map(({ scenario }) => refKey('scenario', scenario)))]);
  const purposes = new Map(scenarios.map((one) => [one.record, purposeOf(one)]));
  const on = next === undefined ? undefined : cursorOf(next);
  const more = on === undefined ? undefined : addressOf(paths.usage, { ...asked, format, limit, cursor: on });
  const csv = (): string =>
    csvOf(
      ['hour', 'kind', 'scenario', 'title', 'purpose', 'count'],
      items.map((use) => {
        const { title = '', purpose = '' } = purposes.get(use.scenario) ?? {};
        return [use.hour, use.kind, use.scenario, title, purpose, use.count];
      }),
    );
  const body = { ...usageRules, items, purposes: Object.fromEntries(purposes), ...(on === undefined ? {} : { cursor: on }) };
  return paged(format, csv, body, 'usage', more);
};

const open = { method: 'GET', open: true } as const;
/** What anyone may read of the ledger without reading the log itself. */
export const browsingRoutes: readonly Route[] = [
  {
    ...open,
    path: paths.entries,
    operation: 'listDisclosures',
    produces: ['application/json', 'text/csv'],
    summary: ['公开账本条目：浏览、筛选、检索，可导出 CSV', 'Entries of the disclosure ledger: browse, filter, search; CSV'],
    query: EntriesQuery,
    refusals: ['invalid_input'],
    answers: listEntries,
  },
  {
    ...open,
    path: `${paths.entries}/{id}`,
    operation: 'showDisclosure',
    summary: ['公开账本的一个条目', 'One entry of the disclosure ledger'],
    refusals: ['not_found'],
    answers: showEntry,
  },
  {
    ...open,
    path: paths.register,
    operation: 'listRegister',
    produces: ['application/json', 'text/csv'],
    summary: ['公开登记簿：授权、场景、产品、成交价格、组织与披露，可导出 CSV', 'The public register; CSV'],
    query: RegisterQuery,
    refusals: ['invalid_input', 'invalid_cursor'],
    answers: listRegister,
  },
  {
    ...open,
    path: '/v1/disclosure/organisations/{id}',
    operation: 'showDisclosuresOfOrganisation',
    summary: ['一个组织的公开信息', 'What is public of an organisation'],
    refusals: ['not_found'],
    answers: showOrganisation,
  },
  {
    ...open,
    path: paths.atom,
    operation: 'getAtomFeed',
    produces: ['application/atom+xml'],
    summary: ['公开账本订阅源（Atom）', 'The disclosure ledger as an Atom feed'],
    query: FeedQuery,
    refusals: ['invalid_input'],
    answers: async (call) => fed(atomOf(await feedFor(call, paths.atom)), 'application/atom+xml'),
  },
  {
    ...open,
    path: paths.json,
    operation: 'getJsonFeed',
    produces: ['application/feed+json'],
    summary: ['公开账本订阅源（JSON Feed）', 'The disclosure ledger as a JSON feed'],
    query: FeedQuery,
    refusals: ['invalid_input'],
    answers: async (call) => fed(JSON.stringify(jsonFeedOf(await feedFor(call, paths.json))), 'application/feed+json'),
  },
  {
    ...open,
    path: paths.usage,
    operation: 'listUses',
    produces: ['application/json', 'text/csv'],
    summary: ['数据资源的公开使用日志，可导出 CSV', 'The open usage log of a data resource; CSV'],
    query: UsageQuery,
    refusals: ['invalid_input', 'invalid_cursor'],
    answers: listUses,
  },
];
