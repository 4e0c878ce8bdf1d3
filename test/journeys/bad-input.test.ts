import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import type { Session, View } from '../../infra/local/journey/client.ts';
import { catalogueEntry } from '../../infra/local/journey/material.ts';
import { openTestHost } from '../support/host.ts';
import { key, material, memberOf, sessionOf, tokenOf, version } from '../support/trading.ts';

type Raw = {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly open?: boolean;
};
type Told = { readonly status: number; readonly type: string; readonly body: string };

let host: Host;
let steward: Session;
let token: string;
let draft: View;
const entry = () => catalogueEntry(material, `JT-${randomUUID().slice(0, 13)}`);
const filed = (over: object = {}) => ({ ...entry(), organisation: steward.organisation, stateSecret: false, ...over });

/** Sends what a well-behaved client never would; the path goes out as it is written. */
const send = async ({ method = 'GET', path, headers = {}, body, open = false }: Raw): Promise<Told> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(host.origin);
    const own = open ? {} : { authorization: `Bearer ${token}`, 'harbour-organisation': steward.organisation };
    const sent = request({ hostname, port, method, path, headers: { ...own, ...headers } }, (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body }),
        reject,
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
const json = { 'content-type': 'application/json' };
const post = (path: string, body: string | Uint8Array | object, headers: Readonly<Record<string, string>> = {}) =>
  send({
    method: 'POST',
    path,
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    headers: { ...json, ...key(), ...headers },
  });

/** A problem by RFC 9457 in both languages, with nothing of the inside in it. */
const problem = ({ status, type, body }: Told) => {
  expect(type).toMatch(/^application\/problem\+json/);
  const told = JSON.parse(body) as {
    code: string;
    status: number;
    type: string;
    title: string;
    detail: { zh: string; en: string };
    trace: string;
  };
  expect(told).toMatchObject({
    status,
    type: `urn:data-harbour:refusal:${told.code}`,
    detail: { zh: expect.stringMatching(/\p{Script=Han}/u), en: expect.stringMatching(/[a-z]/) },
  });
  expect(told.trace).toMatch(/^[0-9a-f-]{36}$/);
  expect(body).not.toMatch(/node_modules|\.ts:|sqlite|Error:|at async|\/work|\/tmp/i);
  return `${status} ${told.code}`;
};
/** Everything that is stored of the steward's records and of one of them. */
const stored = async () => {
  const [own, history] = await Promise.all([
    steward.get('/v1/resources?scope=own&limit=100'),
    steward.get(`/v1/resources/${draft.id}/history`),
  ]);
  return JSON.stringify([own, history, await steward.get(`/v1/resources/${draft.id}`)]);
};

beforeAll(async () => {
  host = await openTestHost();
  steward = await sessionOf(host.origin, 'transport', 'source.steward');
  token = await tokenOf(host.origin, steward.person);
  draft = await steward.create('resources', filed());
}, 60_000);
afterAll(async () => host.close());

describe('a body that is not what the contract asks for', () => {
  const shapes: Readonly<Record<string, () => unknown>> = {
    'nothing at all': () => ({}),
    'a list instead of an entry': () => [filed()],
    'a word instead of an entry': () => '"resource"',
    'null instead of an entry': () => 'null',
    'a number for a name': () => filed({ code: 7 }),
    'a list for a text': () => filed({ summary: ['a'] }),
    'one unknown member': () => filed({ owner: 'someone-else' }),
    'an unknown member inside': () => filed({ opening: { attribute: 'UNCONDITIONAL', bar: 'OPEN', extra: 1 } }),
    'a value outside the list': () => filed({ grade: 'TOP' }),
    'a control character in a line': () => filed({ code: 'JT\u0000-1' }),
    'a number too great for a number': () => JSON.stringify(filed()).replace('"personal":false', '"personal":1e999'),
    'ten thousand fields': () =>
      filed({ fields: Array.from({ length: 10_000 }, (_, n) => ({ name: `f${n}`, title: 'f', personal: false })) }),
    'a text of 100,000 letters': () => filed({ summary: 'a'.repeat(100_000) }),
    'lists within lists, a hundred deep': () => filed({ summary: JSON.parse('['.repeat(100) + ']'.repeat(100)) }),
  };
  it.each(Object.keys(shapes))('%s: is refused by place, and nothing is written', async (name) => {
    const before = await stored();
    const shape = shapes[name]?.();
    expect(problem(await post('/v1/resources', shape as object))).toBe('422 invalid_input');
    expect(await stored()).toBe(before);
  });

  const texts: Readonly<Record<string, string | Uint8Array>> = {
    'no JSON': '{"code": ',
    'NaN for a number': '{"code": NaN}',
    'a prototype': '{"__proto__": {"roles": ["sre"]}, "code": "x"}',
    'a prototype inside': '{"opening": {"__proto__": {"bar": "OPEN"}}}',
    'a constructor with a prototype': '{"constructor": {"prototype": {"roles": ["sre"]}}}',
    'bytes that are no UTF-8': Buffer.concat([Buffer.from('{"summary": "'), Buffer.from([0xc8, 0xab, 0xff]), Buffer.from('"}')]),
    'lists within lists, a hundred thousand deep': '['.repeat(100_000) + ']'.repeat(100_000),
    'half a character (a lone surrogate)': String.raw`{"summary": "x\ud800y"}`,
    'half a character in a name': String.raw`{"\udc00summary": "x"}`,
    'an empty body': '',
  };
  it.each(Object.keys(texts))('%s: is no JSON of ours', async (name) => {
    expect(problem(await post('/v1/resources', texts[name] ?? ''))).toBe('400 invalid_json');
  });

  it('of another content type, or of none, is not read', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx'])
      expect(problem(await post('/v1/resources', filed(), { 'content-type': type }))).toBe('415 unsupported_media_type');
    expect(problem(await send({ method: 'POST', path: '/v1/resources', body: JSON.stringify(filed()), headers: key() }))).toBe(
      '415 unsupported_media_type',
    );
  });

  it('of two megabytes is refused for its size', async () => {
    expect(problem(await post('/v1/resources', filed({ summary: 'a'.repeat(2_000_000) })))).toBe('413 body_too_large');
    expect(problem(await post('/v1/resources', Buffer.alloc(2_000_000, 0xff)))).toBe('413 body_too_large');
  });

  it('never changes what an object is', () => expect(({} as { roles?: unknown }).roles).toBeUndefined());
});

describe('the headers of a request', () => {
  it('must hold a key of 8 to 128 visible characters', async () => {
    for (const bad of ['', 'short', 'a'.repeat(129), 'with a space', 'émile-key-1'])
      expect([bad, problem(await post('/v1/resources', filed(), { 'idempotency-key': Buffer.from(bad).toString('latin1') }))]).toEqual([
        bad,
        '400 key_required',
      ]);
    expect(problem(await send({ method: 'POST', path: '/v1/resources', body: JSON.stringify(filed()), headers: json }))).toBe(
      '400 key_required',
    );
  });

  it('must say which version was read where it is decided, and not an old one', async () => {
    const officer = await sessionOf(host.origin, 'transport', 'source.cdo');
    const path = `/v1/resources/${draft.id}/retire`;
    const retire = async (headers: Readonly<Record<string, string>>) => {
      const { status, body } = await officer.send<{ code: string }>('POST', path, { reason: '不再更新' }, { ...key(), ...headers });
      return `${status} ${body.code}`;
    };
    const before = await stored();
    expect(await retire({})).toBe('428 version_required');
    for (const bad of ['1', '*', '"one"', '"1", "2"', '""', '"-1"', '"1e3"'])
      expect([bad, await retire({ 'if-match': bad })]).toEqual([bad, '428 version_required']);
    for (const other of [0, draft.version + 1, 999_999_999]) expect(await retire(version(other))).toBe('412 stale');
    expect(await stored()).toBe(before);
  });
});

describe('what a list is asked', () => {
  const refused: Readonly<Record<string, string>> = {
    'limit=0': '422 invalid_input',
    'limit=101': '422 invalid_input',
    'limit=1.5': '422 invalid_input',
    'limit=ten': '422 invalid_input',
    'limit=': '422 invalid_input',
    'limit=1&limit=2': '422 invalid_input',
    'limit=NaN': '422 invalid_input',
    'scope=all': '422 invalid_input',
    'scope=region': '403 not_permitted',
    'unknown=1': '422 invalid_input',
    'Limit=5': '422 invalid_input',
    'cursor=%00': '400 invalid_cursor',
    'cursor=not*base64': '400 invalid_cursor',
    'cursor=': '400 invalid_cursor',
    'cursor=AAAA': '400 invalid_cursor',
    [`cursor=${'a'.repeat(801)}`]: '422 invalid_input',
  };
  it.each(Object.keys(refused).map((query) => [query.slice(0, 30), query]))('%s: is refused', async (_shown, query) => {
    expect(problem(await send({ path: `/v1/resources?${query}` }))).toBe(refused[query]);
  });
  it('of a history, a market, a ledger or an account is held to its shape too', async () => {
    const asked = [
      `resources/${draft.id}/history?after=-1`,
      `resources/${draft.id}/history?page=2`,
      'market?limit=0',
      'market?size=1',
      `market?q=${'a'.repeat(201)}`,
      'disclosure/entries?before=-1',
      'disclosure/entries?from=0',
      'disclosure/receipts',
      'disclosure/receipts?event=a%20b',
      'disclosure/standing?kind=order',
      'disclosure/standing?kind=..&record=x',
      'statement',
      'statement?account=escrow',
    ];
    for (const path of asked) expect([path, problem(await send({ path: `/v1/${path}` }))]).toEqual([path, '422 invalid_input']);
    expect(problem(await send({ path: '/v1/market?cursor=%25' }))).toBe('400 invalid_cursor');
    expect(problem(await send({ path: '/v1/disclosure/receipts?event=order.none.1' }))).toBe('404 not_found');
    expect((await send({ path: `/v1/statement?account=buyer:${steward.organisation}&after=%00%ff` })).status).toBeLessThan(500);
  });
  it('with the cursor of another list opens nothing of it', async () => {
    for (let n = 0; n < 3; n += 1) await steward.create('resources', filed());
    const { cursor = '' } = await steward.get<{ cursor?: string }>('/v1/resources?scope=own&limit=1');
    expect(cursor).not.toBe('');
    const other = await sessionOf(host.origin, 'health', 'source.steward');
    const { items } = await other.get<{ items: readonly unknown[] }>(`/v1/resources?scope=own&cursor=${cursor}`);
    expect(items).toEqual([]);
    const tampered = `${cursor.startsWith('A') ? 'B' : 'A'}${cursor.slice(1)}`;
    const answer = await steward.send<{ items?: readonly { owner: string }[] }>('GET', `/v1/resources?scope=own&cursor=${tampered}`);
    expect(answer.status).toBeLessThan(500);
    for (const item of answer.body.items ?? []) expect(item.owner).toBe(steward.organisation);
  });
});

describe('an address that is none', () => {
  const odd = [
    '%2F',
    '..%2F..%2Fsecret',
    '%00',
    '%',
    '%E0%A4%A',
    '%ED%A0%80',
    '-',
    'a%20b',
    "a'%20OR%201=1",
    '%3Cscript%3E',
    'a'.repeat(10_000),
    '%61%23b',
    'constructor',
    '__proto__',
    '0',
    '数据'.replace(/./gu, encodeURIComponent),
  ];
  it.each(odd.map((id) => [id.slice(0, 30), id]))('with the id %s: is not found', async (_shown, id) => {
    const found = ['resources', 'datasets', 'queries', 'memberships'].map((plural) => `/v1/${plural}/${id}`);
    const inside = [`/v1/datasets/${id}/upload`, `/v1/queries/${id}/result`, `/v1/resources/${id}/history`];
    for (const path of [...found, ...inside])
      expect([path.slice(0, 60), problem(await send({ path }))]).toEqual([
        path.slice(0, 60),
        expect.stringMatching(/^404 (?:not_found|no_such_route)$/),
      ]);
    expect(problem(await post(`/v1/resources/${id}/submit`, {}))).toMatch(/^404 /);
  });

  it('is no route: unknown nouns, unknown actions, unknown methods, doubled and missing parts', async () => {
    const paths = [
      '/v1/',
      '/v1/nothing',
      '/v1/resources//',
      `/v1/resources/${draft.id}/submit/now`,
      '/v1/resources/a/b/c/d',
      '/v1//resources',
    ];
    for (const path of paths) expect([path, problem(await send({ path }))]).toEqual([path, '404 no_such_route']);
    for (const action of ['create', 'overdue', 'publishes', 'constructor', '__proto__', 'toString'])
      expect([action, problem(await post(`/v1/resources/${draft.id}/${action}`, {}))]).toEqual([action, '404 no_such_route']);
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])
      expect([method, problem(await send({ method, path: `/v1/resources/${draft.id}`, headers: json }))]).toEqual([
        method,
        '404 no_such_route',
      ]);
  });

  it('outside the API says so, and serves no file of the machine', async () => {
    for (const path of [
      '/%E0%A4%A',
      '/..%2f..%2fpackage.json',
      '/../../package.json',
      '//127.0.0.1/package.json',
      '/%00.js',
      '/a'.repeat(3000),
    ]) {
      const { status, body } = await send({ path, open: true });
      expect([path.slice(0, 40), status >= 500]).toEqual([path.slice(0, 40), false]);
      expect(body).not.toContain('"devDependencies"');
    }
  });

  it('of a file that the browser keeps is sent anew only where it has changed', async () => {
    const ask = (headers = {}): Promise<Response> => fetch(`${host.origin}/main.js`, { headers });
    const first = await ask();
    const kept = { 'if-none-match': first.headers.get('etag') ?? '' };
    expect([first.status, (await first.text()).length > 0]).toEqual([200, true]);
    const again = await ask(kept);
    expect([again.status, await again.text(), again.headers.get('content-security-policy')]).toEqual([
      304,
      '',
      first.headers.get('content-security-policy'),
    ]);
    expect((await ask({ 'if-none-match': '"what it was"' })).status).toBe(200);
  });

  it('of a record whose id holds a colon is the same, escaped or not', async () => {
    const admin = await sessionOf(host.origin, 'transport', 'org.admin');
    const id = `${admin.organisation}:${memberOf('transport', 'source.cdo')}`;
    for (const path of [`/v1/memberships/${id}`, `/v1/memberships/${encodeURIComponent(id)}`]) expect((await admin.get(path)).id).toBe(id);
  });
});
