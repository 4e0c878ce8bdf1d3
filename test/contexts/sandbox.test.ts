import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { becomes, done, refusal, when, whenCreating } from '../support/decisions.ts';
import { liveOf, now, recordOf } from '../support/fixtures.ts';
import { actors, people } from '../support/people.ts';

const agent = people['operator agent'];
const worker = actors['system worker'];
const link = { kind: 'grant', id: 'grant-1' };

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
    expect(again.data).toMatchObject({ attempt: 5, fileName: 'again.csv', depositedAt: now });
    expect(again.data).not.toHaveProperty('fault');
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
  const ask = (over: object = {}) => whenCreating(people['buyer agent'], 'query', over);

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
