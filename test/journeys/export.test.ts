import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readCsv } from '../../functions/sandbox/csv-rows.ts';
import { datasets } from '../../infra/local/demo/datasets.ts';
import type { Host } from '../../infra/local/host.ts';
import type { Session, View } from '../../infra/local/journey/client.ts';
import { assemble, assess, authorise, catalogue, list, load, type Cast } from '../../infra/local/journey/journey.ts';
import { runScript } from '../support/command.ts';
import { freshFolder, openTestHost } from '../support/host.ts';
import { becomes, entitled, historyOf, material, quiet, sessionOf, tries, wants } from '../support/trading.ts';

/** So few trips that some pairs of districts have fewer than ten vehicles. */
const trips = { ...material, content: () => Readable.from(datasets.trips(600)) };
const byOrigin =
  "SELECT from_district, count(*) AS trips, sum(fare_fen) AS fare FROM data WHERE to_district IN ('海陵区', '姜堰区', '兴化市', '靖江市', '泰兴市') GROUP BY from_district";
const all = 'SELECT from_district, sum(fare_fen) AS fare FROM data GROUP BY from_district';

const place = freshFolder();
let host: Host;
let cast: Cast;
let auditor: Session;
let entitlement: string;
beforeAll(async () => {
  host = await openTestHost({ HARBOUR_FOLDER: place.folder });
  cast = await assemble(host.origin);
  auditor = await sessionOf(host.origin, 'audit', 'auditor');
  const resource = await catalogue(cast, trips, quiet);
  const grant = await authorise(cast, trips, resource, quiet);
  const scenario = await assess(cast, trips, grant, quiet);
  const dataset = await load(cast, trips, scenario, resource, quiet);
  ({ entitlement } = await entitled(cast, await list(cast, trips, scenario, dataset, quiet)));
}, 60_000);
afterAll(async () => {
  await host.close();
  place.remove();
});

const asks = async (sql: string): Promise<View> => {
  const drafted = await cast.agent.create('export-requests', {
    entitlement,
    title: '分区县费用表',
    purpose: '供需方评估网点。',
    sql,
    format: 'CSV',
  });
  await cast.agent.act(drafted, 'export-requests', 'submit');
  return becomes(cast.agent, 'export-requests', drafted.id, 'reviewing', 'rejected');
};
type Seat = 'case' | 'lead' | 'source';
const reviewOf = ({ links }: View, seat: Seat): string => [links['reviews'] ?? []].flat().find((id) => id.endsWith(`.${seat}`)) ?? '';
const opinion = (verdict: 'APPROVE' | 'REJECT') => ({ verdict, reason: '已核对用途与小单元。' });
const seals = (who: Session, request: View, seat: Seat, verdict: 'APPROVE' | 'REJECT' = 'APPROVE') =>
  tries(who, 'export-reviews', reviewOf(request, seat), 'seal', opinion(verdict));
const judges = async (request: View, verdicts: readonly ('APPROVE' | 'REJECT')[] = ['APPROVE', 'APPROVE', 'APPROVE']): Promise<void> => {
  for (const [n, [who, seat]] of (
    [
      [cast.case, 'case'],
      [cast.lead, 'lead'],
      [cast.cdo, 'source'],
    ] as const
  ).entries())
    expect((await seals(who, request, seat, verdicts[n])).status).toBe(200);
};
const out = async (sql: string): Promise<View> => {
  const request = await asks(sql);
  await judges(request);
  return becomes(cast.agent, 'export-requests', request.id, 'delivered');
};
const link = (who: Session, { id }: Pick<View, 'id'>) =>
  who.send<{ url: string; code?: string; about?: unknown }>('POST', `/v1/export-requests/${id}/link`, {});
/** Whoever has the address has the permission: no token goes with it. */
const follow = async (url: string) => {
  const response = await fetch(`${host.origin}${url}`);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, code: response.ok ? '' : (JSON.parse(text) as { code: string }).code };
};
type Check = { readonly test: string; readonly level: string };
const levels = ({ data }: View) => Object.fromEntries((data['checks'] as readonly Check[]).map(({ test, level }) => [test, level]));

describe('a file that leaves the sandbox', () => {
  let request: View;

  it('is examined before any person sees it', async () => {
    request = await asks(byOrigin);
    expect(request.status).toBe('reviewing');
    expect(levels(request)).toEqual({
      SMALL_CELLS: 'WARN',
      DOMINANCE: 'WARN',
      RE_IDENTIFICATION: 'PASS',
      PERSONAL_INFORMATION: 'PASS',
      DIFFERENCING: 'PASS',
      SIZE: 'PASS',
      MALWARE: 'NOT_RUN',
    });
  });

  it('is read by its reviewers, on record, and by nobody else', async () => {
    const path = `/v1/export-requests/${request.id}/content`;
    const content = await cast.case.get<{ columns: string[]; total: number; items: { row: string[]; entities: number }[] }>(path);
    expect(content.columns).toEqual(['from_district', 'trips', 'fare']);
    expect(content.items).toHaveLength(content.total);
    for (const { row, entities } of content.items) expect(Number(row[1])).toBeGreaterThanOrEqual(entities);
    const readers = (await historyOf(auditor, 'export-requests', request.id)).filter(({ action }) => action === 'read');
    expect(readers.map(({ by }) => by)).toEqual([cast.case.person]);
    for (const who of [cast.agent, cast.buyer, cast.cyberspace, auditor, cast.venueLead])
      expect((await who.send<{ code: string }>('GET', path)).body.code).toBe('not_permitted');
    expect((await cast.steward.send<{ code: string }>('GET', path)).body.code).toBe('not_found');
  });

  it('hides each verdict from everyone else until all are in: in detail, history, lists and the request itself', async () => {
    expect((await seals(cast.case, request, 'case')).status).toBe(200);
    const path = `/v1/export-reviews/${reviewOf(request, 'case')}`;
    expect((await cast.case.get(path)).data).toMatchObject(opinion('APPROVE'));
    for (const who of [cast.lead, cast.secondCase, cast.cyberspace, auditor]) {
      const reads = ['', '/history'].map(async (part) => JSON.stringify(await who.get(`${path}${part}`)));
      const lists = (['own', 'queue'] as const).map(async (scope) => JSON.stringify(await who.list('export-reviews', scope)));
      const whole = [...(await Promise.all([...reads, ...lists])), JSON.stringify(await who.get(`/v1/export-requests/${request.id}`))].join(
        '',
      );
      expect(whole).not.toMatch(/APPROVE|REJECT|已核对/);
      expect((await who.send<{ code: string }>('GET', '/v1/export-reviews?scope=region')).body.code).toBe('not_permitted');
    }
    for (const who of [cast.cdo, cast.agent, cast.buyer, cast.steward]) expect((await who.send('GET', path)).status).toBe(404);
  });

  it('is not judged by its makers, nor twice by one person, whatever seats they hold', async () => {
    expect(
      (
        await cast.agent.send('POST', `/v1/export-reviews/${reviewOf(request, 'lead')}/seal`, opinion('APPROVE'), {
          'idempotency-key': 'operator-seals',
          'if-match': '"1"',
        })
      ).status,
    ).toBe(404);
    const [one, two] = [
      await sessionOf(host.origin, 'data-bureau', 'org.admin', 0),
      await sessionOf(host.origin, 'data-bureau', 'org.admin', 1),
    ];
    const id = `${cast.case.organisation}:${cast.case.person}`;
    expect((await tries(one, 'memberships', id, 'propose', { roles: ['authority.case', 'authority.lead'] })).status).toBe(200);
    expect((await tries(two, 'memberships', id, 'confirmChange')).status).toBe(200);
    expect((await seals(cast.case, request, 'lead')).body.code).toBe('own_work');
    expect((await seals(cast.secondCase, request, 'lead')).body.code).toBe('not_permitted');
    expect((await seals(cast.lead, request, 'source')).body.code).toBe('not_permitted');
  });

  it('is delivered when all agree, with their reasons', async () => {
    expect((await link(cast.buyer, request)).body.code).toBe('wrong_state');
    expect((await seals(cast.lead, request, 'lead')).status).toBe(200);
    expect((await seals(cast.cdo, request, 'source')).status).toBe(200);
    const delivered = await becomes(cast.agent, 'export-requests', request.id, 'delivered');
    expect(delivered.data['reviews']).toEqual(['CASE', 'LEAD', 'SOURCE'].map((seat) => ({ seat, ...opinion('APPROVE') })));
    await host.idle();
    expect((await cast.lead.get(`/v1/export-reviews/${reviewOf(request, 'case')}`)).data).toMatchObject(opinion('APPROVE'));
    const seen = await cast.buyer.get(`/v1/export-requests/${request.id}`);
    for (const hidden of ['reviews', 'checks', 'institution']) expect(seen.data).not.toHaveProperty(hidden);
    expect(Object.keys(seen.data['output'] as object)).toEqual(['rows', 'columns']);
  });

  it('is downloaded by its buyer by a link that serves once, with the buyer’s fingerprint and nothing else changed', async () => {
    for (const who of [cast.agent, cast.lead, auditor]) expect((await link(who, request)).body.code).toBe('not_permitted');
    const { url } = (await link(cast.buyer, request)).body;
    const { status, headers, text } = await follow(url);
    expect(status).toBe(200);
    expect([headers.get('content-type'), headers.get('cache-control')]).toEqual(['text/csv; charset=utf-8', 'no-store']);
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="export-[a-z2-7]+\.csv"$/);
    const [head = [], ...rows] = readCsv(text);
    const answer = await cast.buyer.create('queries', { entitlement, sql: byOrigin });
    const released = await becomes(cast.buyer, 'queries', answer.id, 'released', 'refused');
    const result = await cast.buyer.get<{ rows: (string | number)[][] }>(`/v1/queries/${released.id}/result`);
    expect(head).toEqual(['from_district', 'trips', 'fare']);
    expect(result.rows).toHaveLength(rows.length - 1); // the small cell, which people have let out
    for (const [district, count, fare] of result.rows) {
      const row = rows.find(([name]) => name === district);
      expect(row?.[1]).toBe(String(count));
      expect(Math.abs(Number(row?.[2]) - Number(fare))).toBeLessThanOrEqual(1);
    }
    expect((await follow(url)).code).toBe('link_used');
    const actions = (await historyOf(auditor, 'export-requests', request.id)).map(({ action, by }) => [action, by]);
    expect(actions.slice(-2)).toEqual([
      ['draw', cast.buyer.person],
      ['download', cast.buyer.person],
    ]);
  });

  it('is traced, if it leaks, from the folder of the host; of so few numbers nobody is named', async () => {
    const { url } = (await link(cast.buyer, request)).body;
    const leaked = join(place.folder, 'leaked.csv');
    writeFileSync(leaked, (await follow(url)).text);
    const {
      code,
      out: said,
      err,
    } = await runScript('infra/local/trace-leak.ts', ['--leaked', leaked, '--export', request.id, '--contract', 'another'], {
      HARBOUR_FOLDER: place.folder,
    });
    expect([code, err]).toEqual([1, '']);
    expect(said).toMatch(/6 rows of the original were found, with 6 numbers/);
    expect(said.split('\n').filter((line) => line.includes('not told apart'))).toHaveLength(2);
    expect(said).toContain(`${cast.buyer.organisation}: 6/6`);
  });

  it('is not handed over for a link that was tampered with, or made by another', async () => {
    const { url } = (await link(cast.buyer, request)).body;
    const [text = '', code = ''] = url.replace('/v1/exports/', '').split('.');
    const told = JSON.parse(Buffer.from(text, 'base64url').toString()) as object;
    const other = Buffer.from(JSON.stringify({ ...told, contract: 'another', until: '2099-01-01T00:00:00.000Z' })).toString('base64url');
    for (const token of [`${other}.${code}`, `${text}.${code.slice(0, -1)}`, `${text}.`, text, 'x'])
      expect([token, (await follow(`/v1/exports/${token}`)).code]).toEqual([token, 'link_invalid']);
  });

  it('stands in the memory of releases: what its difference with a later question would tell stays hidden', async () => {
    const answer = await cast.buyer.create('queries', { entitlement, sql: all });
    const { id } = await becomes(cast.buyer, 'queries', answer.id, 'released');
    expect((await cast.buyer.get<{ rows: unknown[] }>(`/v1/queries/${id}/result`)).rows.length).toBeLessThan(5);
  });

  it('is not handed over at the next request once its right is suspended, its grant or it itself is ended', async () => {
    const { url } = (await link(cast.buyer, request)).body;
    expect((await tries(cast.venueLead, 'entitlements', entitlement, 'suspend', { reason: '核查中' })).status).toBe(200);
    expect((await follow(url)).code).toBe('authority_broken');
    expect((await link(cast.buyer, request)).body.code).toBe('authority_broken');
    const venueReviewer = await sessionOf(host.origin, 'venue', 'venue.reviewer');
    for (const who of [venueReviewer, cast.case, cast.venueLead]) await tries(who, 'entitlements', entitlement, 'resume', {});
    const right = await cast.buyer.get(`/v1/entitlements/${entitlement}`);
    expect(right.status).toBe('active');
    expect((await follow(url)).status).toBe(200);
    const again = (await link(cast.buyer, request)).body.url;
    expect((await tries(cast.lead, 'export-requests', request.id, 'revoke', { reason: '发现用途不符' })).status).toBe(200);
    expect((await follow(again)).code).toBe('wrong_state');
    expect((await link(cast.buyer, request)).body.code).toBe('wrong_state');
  });
});

describe('an export request', () => {
  it('is rejected at once, with the checks that block it, where a column seems personal', async () => {
    const request = await asks('SELECT from_district AS 姓名, count(*) AS n FROM data GROUP BY from_district');
    expect(request).toMatchObject({ status: 'rejected', data: { code: 'export_blocked' } });
    expect(levels(request)).toMatchObject({ PERSONAL_INFORMATION: 'BLOCK' });
    expect(request.links).not.toHaveProperty('reviews');
  });

  it('tells its reviewers of small cells by their number, never which, and its maker only that there are some', async () => {
    const request = await asks(
      "SELECT from_district, to_district, count(distinct vehicle_id) AS n FROM data WHERE to_district = '泰兴市' GROUP BY from_district, to_district",
    );
    const { data } = await cast.case.get(`/v1/export-requests/${request.id}`);
    const checks = data['checks'] as readonly Check[];
    expect(checks).toContainEqual({ test: 'SMALL_CELLS', level: 'WARN', affected: expect.any(Number), among: expect.any(Number) });
    expect(JSON.stringify(checks)).not.toMatch(/区|市/);
    // To the operator, who chose the cells, a number would count people.
    expect(request.data['checks']).toContainEqual({ test: 'SMALL_CELLS', level: 'WARN' });
    expect(request.data).not.toHaveProperty('output');
  });

  it('is rejected where it asks for what the gate does not accept, and says which', async () => {
    const request = await asks('SELECT vehicle_id FROM data');
    expect(request.status).toBe('rejected');
    expect(request.data['zh']).toEqual(expect.any(String));
  });

  it('is rejected where one of its reviewers rejects it, and told nothing then: the same question is answered as before', async () => {
    const request = await asks(
      "SELECT to_district, sum(distance_m) AS metres FROM data WHERE from_district IN ('海陵区', '姜堰区', '兴化市', '靖江市', '泰兴市') GROUP BY to_district",
    );
    expect(request.status).toBe('reviewing');
    await judges(request, ['APPROVE', 'REJECT', 'APPROVE']);
    const rejected = await becomes(cast.agent, 'export-requests', request.id, 'rejected');
    expect(rejected.data['reviews']).toContainEqual({ seat: 'LEAD', ...opinion('REJECT') });
    await host.idle();
    const answer = await cast.buyer.create('queries', {
      entitlement,
      sql: 'SELECT to_district, sum(distance_m) AS metres FROM data GROUP BY to_district',
    });
    const { id } = await becomes(cast.buyer, 'queries', answer.id, 'released');
    expect((await cast.buyer.get<{ rows: unknown[] }>(`/v1/queries/${id}/result`)).rows).toHaveLength(6);
    // And now the file would tell the difference: the automatic checks see it.
    const late = await asks(
      "SELECT to_district, sum(distance_m) AS metres FROM data WHERE from_district IN ('海陵区', '姜堰区', '兴化市', '靖江市', '泰兴市') GROUP BY to_district",
    );
    expect(late).toMatchObject({ status: 'rejected', data: { code: 'export_blocked' } });
    expect(levels(late)).toMatchObject({ DIFFERENCING: 'BLOCK' });
  });

  it('shows its reviewers what was released before: texts, times, verdicts and counts, without rows or names', async () => {
    const request = await asks('SELECT to_district, count(*) AS n FROM data GROUP BY to_district');
    const path = `/v1/export-requests/${request.id}/earlier`;
    const { items } = await cast.cdo.get<{ items: readonly Record<string, unknown>[] }>(path);
    expect(items).toContainEqual(expect.objectContaining({ kind: 'query', sql: byOrigin, status: 'released', rows: 5, hidden: 0 }));
    expect(Number(items.find(({ sql }) => sql === all)?.['hidden'])).toBeGreaterThan(0);
    expect(items).toContainEqual(
      expect.objectContaining({ kind: 'exportRequest', outcome: 'revoked', verdicts: ['APPROVE', 'APPROVE', 'APPROVE'] }),
    );
    expect(JSON.stringify(items)).not.toContain(cast.buyer.organisation);
    for (const who of [cast.agent, cast.buyer]) expect((await who.send<{ code: string }>('GET', path)).body.code).toBe('not_permitted');
    expect((await tries(cast.agent, 'export-requests', request.id, 'withdraw')).status).toBe(200);
    await host.idle();
    expect((await cast.case.get(`/v1/export-reviews/${reviewOf(request, 'case')}`)).status).toBe('dropped');
  });

  it('is not made for another operator’s contract', async () => {
    const other = await sessionOf(host.origin, 'xiangtai', 'operator.agent');
    const { body } = await wants(other, 'export-requests', { entitlement, title: '费用表', purpose: '评估', sql: byOrigin, format: 'CSV' });
    expect(body).toMatchObject({ code: 'reference_not_found', about: { reference: 'entitlement' } });
  });

  it('ends with the grant: the next request for its link is refused', async () => {
    const delivered = await out('SELECT to_district, count(*) AS n, avg(fare_fen) AS mean FROM data GROUP BY to_district');
    const { url } = (await link(cast.buyer, delivered)).body;
    const grants = await cast.lead.list('grants', 'region');
    for (const { id } of grants) await tries(cast.lead, 'grants', id, 'revoke', { reason: '授权终止，依法收回' });
    expect((await follow(url)).code).toBe('authority_broken');
    expect((await link(cast.buyer, delivered)).body.code).toBe('authority_broken');
  });
});
