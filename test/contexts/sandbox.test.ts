import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { becomes, done, refusal, when, whenCreating } from '../support/decisions.ts';
import { liveOf, now, recordOf } from '../support/fixtures.ts';
import { actors, people } from '../support/people.ts';

const agent = people['operator agent'];
const worker = actors['system worker'];
const link = { kind: 'grant', id: 'grant-1' };
const { inspection } = recordOf('dataset', 'inspected').data as { readonly inspection: object };
const column = (name: string, personal: string | null) => ({
  name,
  type: 'BIGINT',
  alternatives: ['DECIMAL(18,4)', 'VARCHAR'],
  nullPermille: 0,
  distinctApprox: 9,
  unique: false,
  personal,
  conformPermille: 1000,
  plausiblePermille: null,
  freshDays: null,
});

describe('a dataset (Measures art. 19: no decision, no sandbox)', () => {
  const scenario = liveOf('scenario', { region: '321281', data: { resources: ['resource-1'] } });
  const request = (input: object, over: object = {}) => whenCreating(agent, 'dataset', { input, refs: { scenario }, ...over });

  it('is requested for a resource of its scenario, and no other', () => {
    expect(refusal(request({ resource: 'resource-1' }))).toBeUndefined();
    const other = { ...liveOf('resource'), id: 'resource-2' };
    expect(refusal(request({ resource: 'resource-2' }, { refs: { scenario, resource: other } }))).toBe('resource_outside_scenario');
  });

  it('belongs to the operator, its source is the other side, in the region of the scenario', () => {
    expect(becomes(request({ resource: 'resource-1' }))).toMatchObject({ owner: 'operator-a', party: 'source-a', region: '321281' });
  });

  it('is loaded after the source’s officer and the authority’s lead have approved, neither of whom had a hand in it', () => {
    const checked = recordOf('dataset', 'checked', { did: { create: ['agent'], deposit: ['steward'], check: ['case'] } });
    const half = becomes(when(people.cdo, 'approve', checked));
    expect(half.status).toBe('checked');
    expect(becomes(when(people['lead of the city'], 'approve', half)).status).toBe('loading');
    for (const past of ['create', 'deposit', 'check'])
      expect(refusal(when(people.cdo, 'approve', { ...checked, did: { [past]: [people.cdo.id] } }))).toBe('own_work');
  });

  it('is not loaded once the chain is broken, even while it is being loaded', () => {
    expect(refusal(when(people.cdo, 'approve', recordOf('dataset', 'checked'), { broken: { scenario: link } }))).toBe('authority_broken');
    expect(refusal(when(worker, 'load', recordOf('dataset', 'loading'), { broken: { scenario: link } }))).toBe('authority_broken');
  });

  it('counts its attempts, and forgets the fault of the last', () => {
    const refused = recordOf('dataset', 'refused', { data: { attempt: 4 } });
    const again = becomes(when(people.steward, 'deposit', refused, { input: { fileName: 'again.csv' } }));
    expect(again.data).toMatchObject({ attempt: 5, fileName: 'again.csv', depositedAt: now, parts: 1, stated: {} });
    expect(again.data).not.toHaveProperty('fault');
  });

  it('is inspected, loaded or refused by work on this attempt, never by work that is late', () => {
    const late = { attempt: 3 };
    for (const [action, status] of [
      ['inspect', 'deposited'],
      ['load', 'loading'],
      ['refuse', 'deposited'],
    ] as const) {
      const record = recordOf('dataset', status, { data: { attempt: 4 } });
      expect([action, refusal(when(worker, action, record, { input: late }))]).toEqual([action, 'wrong_state']);
      expect([action, refusal(when(worker, action, record, { input: { attempt: 4 } }))]).toEqual([action, undefined]);
    }
  });

  it('is checked only once it has been inspected, and not by whoever corrected its types', () => {
    const inspected = recordOf('dataset', 'inspected', { data: { inspection } });
    const officer = people['case of the city'];
    expect(refusal(when(officer, 'check', recordOf('dataset', 'deposited')))).toBe('wrong_state');
    expect(refusal(when(officer, 'check', { ...inspected, did: { correct: [officer.id] } }))).toBe('own_work');
    expect(becomes(when(officer, 'check', inspected)).status).toBe('checked');
  });

  it('with findings is checked with a reason, which stays with it', () => {
    const findings = [{ column: 'contact', personal: 'mobile', finding: 'UNDECLARED' }];
    const inspected = recordOf('dataset', 'inspected', { data: { inspection: { ...inspection, findings } } });
    const check = (input: object) => when(people['case of the city'], 'check', inspected, { input });
    expect(refusal(check({}))).toBe('findings_not_accepted');
    expect(becomes(check({ accepts: '已核对来源说明' })).data).toMatchObject({ accepts: '已核对来源说明' });
  });

  it('is corrected to what a column can be, the inferred type among it', () => {
    const deposited = recordOf('dataset', 'deposited');
    const inspected = becomes(
      when(worker, 'inspect', deposited, { input: { inspection: { ...inspection, columns: [column('fare', null)] } } }),
    );
    const to = (type: string) => when(people.steward, 'correct', inspected, { input: { types: [{ column: 'fare', type }] } });
    const wider = becomes(to('DECIMAL(18,4)'));
    expect(wider.data['inspection']).toMatchObject({ columns: [{ type: 'DECIMAL(18,4)' }] });
    expect(refusal(to('BIGINT'))).toBeUndefined();
    expect(to('DATE')).toEqual({ refused: { code: 'column_type_impossible', about: { column: 'fare' } } });
  });

  it('forgets what was found of a file that is refused', () => {
    const returned = becomes(when(people['case of the city'], 'return', recordOf('dataset', 'inspected', { data: { inspection } })));
    expect(returned.data).not.toHaveProperty('inspection');
  });

  it('is sealed by one and unsealed by two, while its chain is whole', () => {
    const sealed = becomes(when(people['lead of the city'], 'seal', recordOf('dataset', 'loaded')));
    expect(refusal(when(people['lead of the city'], 'unseal', sealed, { broken: { scenario: link } }))).toBe('authority_broken');
    const half = becomes(when(people['lead of the city'], 'unseal', sealed));
    expect(half.status).toBe('sealed');
    expect(becomes(when(people['case of the city'], 'unseal', half)).status).toBe('loaded');
  });

  it('discloses that it was loaded, and seals which bytes and how many rows', () => {
    const { event } = done(when(worker, 'load', recordOf('dataset', 'loading'), { input: { rows: 12 } }));
    expect(event.public).toEqual({ id: 'dataset-1', resource: 'resource-1', scenario: 'scenario-1' });
    expect(event.sealed).toMatchObject({ rows: 12, digest: expect.stringMatching(/^sha256:/) });
  });
});

describe('the findings of an inspection (GB/T 43697, Annex H; Measures arts. 8, 22)', () => {
  const found = (personal: string | null, entry: { readonly grade: string; readonly declares?: boolean }) => {
    const fields = [{ name: 'Contact', title: '联系方式', personal: entry.declares ?? false }];
    const resource = liveOf('resource', { data: { grade: entry.grade, fields } });
    const record = recordOf('dataset', 'deposited');
    const columns = [column('contact', personal)];
    const inspected = becomes(when(worker, 'inspect', record, { input: { inspection: { ...inspection, columns } }, refs: { resource } }));
    return (inspected.data['inspection'] as { findings: readonly { finding: string }[] }).findings.map(({ finding }) => finding);
  };
  it.each([
    ['a mobile number that nobody declared', 'mobile', { grade: 'GENERAL_2' }, ['UNDECLARED']],
    ['a declared mobile number', 'mobile', { grade: 'GENERAL_2', declares: true }, []],
    ['a mobile number among data of the lowest level', 'mobile', { grade: 'GENERAL_1', declares: true }, ['GRADE_TOO_LOW']],
    ['an identity number among data of the third level', 'resident_id', { grade: 'GENERAL_3', declares: true }, ['GRADE_TOO_LOW']],
    ['a bank card that nobody declared, of the second level', 'bank_card', { grade: 'GENERAL_2' }, ['UNDECLARED', 'GRADE_TOO_LOW']],
    ['an identity number among important data', 'resident_id', { grade: 'IMPORTANT', declares: true }, []],
    ['what its source declared and the scan did not find', null, { grade: 'GENERAL_1', declares: true }, ['GRADE_TOO_LOW']],
    ['the credit code of an organisation', 'credit_code', { grade: 'GENERAL_1' }, []],
    ['a column without personal information', null, { grade: 'GENERAL_1' }, []],
  ])('%s', (_what, personal, entry, findings) => {
    expect(found(personal, entry)).toEqual(findings);
  });
});

describe('a job', () => {
  it('goes back into the queue when its worker is lost, and fails after the fifth attempt', () => {
    fc.assert(
      fc.property(fc.constantFrom('queued', 'running'), fc.integer({ min: 0, max: 9 }), (status, attempt) => {
        const after = becomes(when(actors['system clock'], 'requeue', recordOf('job', status, { data: { attempt } })));
        expect(after.status).toBe(attempt >= 5 ? 'failed' : 'queued');
        expect(after.data['attempt']).toBe(attempt);
      }),
    );
  });

  it('holds its lease a little longer with each sign of life', () => {
    const started = becomes(when(worker, 'start', recordOf('job', 'queued', { data: { attempt: 1 } })));
    expect(started).toMatchObject({ status: 'running', data: { attempt: 2, permille: 0, leaseUntil: '2026-11-23T02:02:00.000Z' } });
    const alive = becomes(when(worker, 'progress', started, { now: '2026-11-23T02:01:30.000Z', input: { permille: 400 } }));
    expect(alive.data).toMatchObject({ permille: 400, leaseUntil: '2026-11-23T02:03:30.000Z' });
  });
});

describe('a query', () => {
  const ask = ({ input = {}, ...over }: { readonly input?: object; readonly [name: string]: unknown } = {}) =>
    whenCreating(people['buyer agent'], 'query', { input: { sql: 'SELECT count(*) FROM data', ...input }, ...over });

  it('takes one of the queries that the contract opened, in the same transaction', () => {
    expect(done(ask({ input: { entitlement: 'entitlement-1' } })).effects).toEqual([
      { take: 'queries#entitlement-1', amount: 1, or: 'quota_exhausted' },
    ]);
  });

  it('is asked under one’s own entitlement, while the whole chain stands', () => {
    expect(refusal(ask({ refs: { entitlement: liveOf('entitlement', { owner: 'buyer-b' }) } }))).toBe('reference_not_found');
    expect(ask({ broken: { entitlement: link } })).toEqual({ refused: { code: 'authority_broken', about: link } });
  });

  it('is answered only if the chain still stands at the release', () => {
    expect(refusal(when(worker, 'release', recordOf('query', 'admitted'), { broken: { entitlement: link } }))).toBe('authority_broken');
    expect(becomes(when(worker, 'withhold', recordOf('query', 'admitted'), { input: { link } }))).toMatchObject({
      status: 'withheld',
      data: { link },
    });
  });

  it('is asked of nobody else: neither operator nor venue sees it', () => {
    for (const who of ['operator agent', 'venue lead', 'lead of the city', 'sre'] as const)
      expect(refusal(when(people[who], 'cancel', recordOf('query', 'admitted')))).toBe('not_found');
  });
});
