import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Figures } from '../../contracts/report.ts';
import { figuresOf, type Indexed } from '../../functions/disclosure/figures.ts';
import type { Host } from '../../infra/local/host.ts';
import { until, type Session, type View } from '../../infra/local/journey/client.ts';
import { accept, assemble, trade, type Cast } from '../../infra/local/journey/journey.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { digest } from '../../shared/kernel/digest.ts';
import { productOffer } from '../../infra/local/journey/material.ts';
import { freshFolder, openTestHost } from '../support/host.ts';
import { becomes, historyOf, material, priceFen, quiet, sessionOf, supply, tries, type Supply } from '../support/trading.ts';

type Clocks = Readonly<Record<string, { readonly due: string; readonly fired: boolean }>>;
type Disclosure = View & { readonly clocks: Clocks; readonly data: { readonly [name: string]: unknown; readonly figures: Figures } };
const plural = 'disclosure-records';

const { folder, remove } = freshFolder();
let host: Host;
let cast: Cast;
let chain: Supply;
let operator: string;
let institution: string;

const openAt = async (clock: string): Promise<void> => {
  host = await openTestHost({ HARBOUR_FOLDER: folder, HARBOUR_CLOCK: clock });
};
/** The same exchange at a later moment; who was signed in signs in again. */
const reopenAt = async (clock: string): Promise<void> => {
  await host.idle();
  await host.close();
  await openAt(clock);
};
const agent = (n = 0): Promise<Session> => sessionOf(host.origin, 'fengcheng', 'operator.agent', n);
const signatory = (): Promise<Session> => sessionOf(host.origin, 'fengcheng', 'operator.signatory');
const venueLead = (): Promise<Session> => sessionOf(host.origin, 'venue', 'venue.lead');
const lead = (): Promise<Session> => sessionOf(host.origin, 'data-bureau', 'authority.lead');
const read = (session: Session, id: string): Promise<Disclosure> => session.get<Disclosure>(`/v1/${plural}/${id}`);
const anyone = (id: string): Promise<Response> => fetch(`${host.origin}/v1/${plural}/${id}`);
const counted = async (id: string, ready: (one: Disclosure) => boolean = () => true): Promise<Disclosure> => {
  const session = await agent();
  return until(`${id} is counted`, async () => {
    const { status, body } = await session.send<Disclosure>('GET', `/v1/${plural}/${id}`);
    return status === 200 && body.data['countedAt'] !== undefined && ready(body) ? body : undefined;
  });
};
const told = (...topics: readonly string[]) => ({ statements: topics.map((topic) => ({ topic, text: '如实说明。' })), redactions: [] });
/** The operator tells, counts and approves. */
const approve = async (id: string, words: object): Promise<void> => {
  await (await agent()).act({ id }, plural, 'complete', words);
  await counted(id);
  await (await agent()).act({ id }, plural, 'submit');
  await (await signatory()).act({ id }, plural, 'approve');
};
/** The entries of the public ledger about an organisation, oldest first, once all that happened is there. */
const ledger = async (organisation: string): Promise<readonly Indexed[]> => {
  await host.idle();
  const answer = await fetch(`${host.origin}/v1/disclosure/entries?organisation=${organisation}&limit=1000`);
  return ((await answer.json()) as { items: readonly Indexed[] }).items.toReversed();
};
const announced = async (organisation: string, id: string): Promise<readonly object[]> =>
  (await ledger(organisation)).filter((e) => e.record === id).map((e) => e.disclosed);

/** Another product of the operator, and its listing as it was applied for. */
const applies = async (): Promise<View> => {
  const product = await cast.agent.create('products', productOffer(material, material.title, chain.scenario.id, chain.dataset.id));
  await cast.agent.act(product, 'products', 'submit');
  for (const one of [cast.case, cast.lead]) await one.act(product, 'products', 'approve', { ceilingFen: 5_000_000 });
  const listing = await cast.agent.create('listings', {
    product: product.id,
    priceFen,
    legality: '数据来源合法。',
    contact: '0523-00000000',
  });
  return cast.agent.act(listing, 'listings', 'submit');
};

beforeAll(async () => {
  await openAt('2026-12-01T02:00:00Z'); // Tuesday
  cast = await assemble(host.origin);
  chain = await supply(cast);
  operator = cast.agent.organisation;
  institution = cast.organiser.organisation;
}, 60_000);
afterAll(async () => {
  await host.close();
  remove();
});

describe('an agreement', () => {
  it('obliges its operator and whoever organised it, each with a schedule that everyone can read', async () => {
    for (const [organisation, role, clocks] of [
      [operator, 'OPERATOR', { quarter: '2026-12-31T16:00:00.000Z' }],
      [institution, 'IMPLEMENTING', { year: '2026-12-31T16:00:00.000Z' }],
    ] as const) {
      const duty = (await (await fetch(`${host.origin}/v1/disclosure-duties/duty:${organisation}`)).json()) as Disclosure;
      expect(duty).toMatchObject({ status: 'active', owner: organisation, data: { organisation, role, agreements: [{ operator }] } });
      expect(Object.fromEntries(Object.entries(duty.clocks).map(([name, { due }]) => [name, due]))).toEqual(clocks);
    }
  });
});

describe('a listing', () => {
  it('is not approved before what buyers must know is public: told by one of the operator, approved by another, published by the venue', async () => {
    const listing = await applies();
    const id = `before-trade:${listing.id}`;
    expect((await counted(id)).clocks['disclosure']?.due).toBe('2026-12-08T16:00:00.000Z');
    expect((await anyone(id)).status).toBe(404);
    expect((await tries(cast.reviewer, 'listings', listing.id, 'approve')).body.code).toBe('disclosure_not_live');

    const topics = ['PRODUCT', 'SOURCE', 'QUALITY', 'LIMITS', 'PRICE', 'RELATED_PARTIES', 'CONDITIONS'];
    const redactions = [{ topic: 'RIGHTS', ground: 'TRADE_SECRET', citation: '《反不正当竞争法》第九条' }];
    await approve(id, { ...told(...topics), redactions });
    expect((await tries(await lead(), plural, id, 'publish')).body.code).toBe('not_permitted');
    await (await venueLead()).act({ id }, plural, 'publish');
    const published = (await (await anyone(id)).json()) as Disclosure;
    expect(published).toMatchObject({ status: 'published', data: { redactions, subject: { kind: 'listing', id: listing.id } } });
    expect(await announced(operator, id)).toMatchObject([
      {
        id,
        type: 'BEFORE_TRADE',
        version: 1,
        digest: published.data.digest,
        redacted: [{ topic: 'RIGHTS', ground: 'TRADE_SECRET' }],
        late: false,
      },
    ]);
    await cast.reviewer.act(listing, 'listings', 'approve');
    expect((await cast.venueLead.act(listing, 'listings', 'approve')).status).toBe('listed');
  }, 30_000);

  it('that is sent back takes its disclosure with it, and brings it again', async () => {
    const listing = await applies();
    const id = `before-trade:${listing.id}`;
    await counted(id);
    await cast.reviewer.act(listing, 'listings', 'reject', { reason: '用途说明不清' });
    expect((await becomes(cast.agent, plural, id, 'withdrawn')).data).not.toHaveProperty('overdueAt');
    await cast.agent.act(listing, 'listings', 'submit');
    await becomes(cast.agent, plural, id, 'draft');
    await cast.reviewer.act(listing, 'listings', 'reject', { reason: '用途说明不清' });
    await cast.agent.act(listing, 'listings', 'withdraw', { reason: '不再挂牌' });
    await becomes(cast.agent, plural, id, 'withdrawn');
    expect(await announced(operator, id)).toEqual([]);
  }, 30_000);

  it('that is suspended opens an ad hoc disclosure of its operator, due in two working days', async () => {
    await accept(cast, await trade(cast, chain.listing, quiet), quiet);
    await cast.venueLead.act(chain.listing, 'listings', 'suspend', { reason: '第三方主张权利' });
    const line = await until('the agent has it to do', async () =>
      (await cast.agent.list(plural, 'queue')).find(({ id }) => id.startsWith('ad-hoc:listing.')),
    );
    const opened = await counted(line.id);
    expect(opened).toMatchObject({
      status: 'draft',
      owner: operator,
      data: { type: 'AD_HOC', ground: 'APPROVAL_SUSPENDED', subject: { kind: 'listing', id: chain.listing.id } },
    });
    expect(opened.clocks['disclosure']?.due).toBe('2026-12-03T16:00:00.000Z');
    for (const stranger of [cast.buyer, await sessionOf(host.origin, 'xiangtai', 'operator.agent')])
      expect((await stranger.send('GET', `/v1/${plural}/${line.id}`)).status).toBe(404);
    await reopenAt('2026-12-04T02:00:00Z');
    await until('it is marked', async () => ((await read(await agent(), line.id)).data['overdueAt'] === undefined ? undefined : true));
    expect(await announced(operator, line.id)).toMatchObject([{ id: line.id, overdue: 'disclosure', type: 'AD_HOC' }]);
    expect((await read(await agent(), line.id)).status).toBe('draft');
    await approve(line.id, told('FACT', 'EFFECT', 'MEASURES'));
    await (await venueLead()).act({ id: line.id }, plural, 'publish');
    expect((await announced(operator, line.id)).at(-1)).toMatchObject({ status: 'published', late: true, totals: { halts: 1 } });
  }, 60_000);
});

describe('what no record tells', () => {
  it('is opened by hand, by the authority or the operator, on one of the grounds', async () => {
    const duty = { id: `duty:${operator}` };
    const session = await sessionOf(host.origin, 'data-bureau', 'authority.case');
    const told = { ground: 'DISPUTE', occurredAt: '2026-12-03T02:00:00.000Z' };
    expect(
      (await tries(await sessionOf(host.origin, 'bank', 'buyer.agent'), 'disclosure-duties', duty.id, 'openAdHoc', told)).body.code,
    ).toBe('not_permitted');
    await session.act(duty, 'disclosure-duties', 'openAdHoc', told);
    const line = await until('the agent has it to do', async () =>
      (await (await agent()).list(plural, 'queue')).find(({ id }) => id.startsWith('ad-hoc:disclosureDuty.')),
    );
    const opened = await counted(line.id);
    expect(opened).toMatchObject({ owner: operator, data: { type: 'AD_HOC', ground: 'DISPUTE', agreements: [{ id: chain.agreement }] } });
    expect(opened.clocks['disclosure']?.due).toBe('2026-12-07T16:00:00.000Z');
  });
});

describe('the year', () => {
  const id = (): string => `annual:${operator}:2026`;
  const period = { from: '2026-01-01', to: '2026-12-31' };

  it('is opened on 1 January for the year before, with what anyone can count again from the public ledger', async () => {
    await reopenAt('2027-01-04T02:00:00Z');
    const opened = await counted(id());
    expect(opened).toMatchObject({
      status: 'draft',
      data: { type: 'ANNUAL', role: 'OPERATOR', period, agreements: [{ id: chain.agreement }] },
    });
    expect(opened.clocks['disclosure']?.due).toBe('2027-03-31T16:00:00.000Z');
    expect(opened.data.figures).toEqual(figuresOf(await ledger(operator), period));
    expect(opened.data.figures).toMatchObject({
      totals: { resources: 1, products: 3, listings: 2, trades: 1, volumeFen: priceFen, halts: 1, late: 1 },
      resources: [{ grant: chain.grant.id, resource: chain.resource.id, status: 'active' }],
      trades: [{ product: chain.product, priceFen, number: 1 }],
    });
    expect((await counted(`quarterly:${operator}:2026-12-31`)).data).toMatchObject({ type: 'QUARTERLY', period: { from: '2026-10-01' } });
  }, 60_000);

  it('of the institution holds what was done under its agreements', async () => {
    const officer = await sessionOf(host.origin, 'data-centre', 'implementing.officer');
    const opened = await until('it is counted', async () => {
      const one = await read(officer, `annual:${institution}:2026`);
      return one.data['countedAt'] === undefined ? undefined : one;
    });
    expect(opened.data.figures).toMatchObject({
      totals: { resources: 1, trades: 1, volumeFen: priceFen },
      products: expect.arrayContaining([expect.objectContaining({ product: chain.product, ceilingFen: 5_000_000 })]),
    });
  }, 30_000);

  it('is reminded of two weeks before its day, told, heard by its source, and published by the authority', async () => {
    await reopenAt('2027-03-18T02:00:00Z');
    await until('it is reminded', async () => ((await read(await agent(), id())).data['remindedAt'] === undefined ? undefined : true));
    await (await agent()).act({ id: id() }, plural, 'complete', told('ORGANISATION'));
    await counted(id());
    const session = await agent();
    await session.act({ id: id() }, plural, 'submit');
    await (await sessionOf(host.origin, 'transport', 'source.cdo')).act({ id: id() }, plural, 'opine', { comment: '无意见。' });
    expect((await tries(session, plural, id(), 'approve')).body.code).toBe('not_permitted');
    await (await signatory()).act({ id: id() }, plural, 'approve');
    expect((await tries(await venueLead(), plural, id(), 'publish')).body.code).toBe('not_permitted');
    await (await lead()).act({ id: id() }, plural, 'publish');
    const published = (await (await anyone(id())).json()) as Disclosure;
    expect(published.status).toBe('published');
    expect(Object.keys(published.data)).not.toEqual(expect.arrayContaining(['opinions']));
    const { publishedAt: _when, digest: said, ...content } = published.data;
    expect(digest(canonical(content))).toBe(said);
    expect(await announced(operator, id())).toMatchObject([
      { status: 'published', version: 1, late: false, totals: { trades: 1 }, digest: said },
    ]);
  }, 60_000);

  it('that nobody tells is marked after 31 March, and stays to be told', async () => {
    await reopenAt('2027-04-01T02:00:00Z');
    const officer = await sessionOf(host.origin, 'data-centre', 'implementing.officer');
    const owed = `annual:${institution}:2026`;
    await until('it is marked', async () => ((await read(officer, owed)).data['overdueAt'] === undefined ? undefined : true));
    expect((await historyOf(officer, plural, owed)).map(({ action }) => action)).toEqual(['create', 'fill', 'remind', 'overdue']);
    expect(await announced(institution, owed)).toMatchObject([{ id: owed, overdue: 'disclosure', organisation: institution, period }]);
  }, 30_000);

  it('is corrected by a further version that takes the same persons; the first stays readable and says so', async () => {
    await (await agent()).act({ id: id() }, plural, 'correct', { correction: '主体名称更正' });
    const second = `${id()}:2`;
    expect((await counted(second)).data).toMatchObject({ version: 2, corrects: id(), ...told('ORGANISATION') });
    expect((await anyone(second)).status).toBe(404);
    expect((await tries(await agent(1), plural, id(), 'correct', { correction: '再次更正' })).body.code).toBe('already_exists');
    await approve(second, told('ORGANISATION'));
    await (await lead()).act({ id: second }, plural, 'publish');
    await becomes(await agent(), plural, id(), 'superseded');
    const [first, corrected] = (await Promise.all([id(), second].map(async (one) => (await anyone(one)).json()))) as [
      Disclosure,
      Disclosure,
    ];
    expect([first.status, first.data['supersededBy'], first.data['version']]).toEqual(['superseded', second, 1]);
    expect([corrected.status, corrected.data['correction']]).toEqual(['published', '主体名称更正']);
    expect((await announced(operator, second)).at(-1)).toMatchObject({ version: 2, corrects: id() });
    expect((await announced(operator, id())).at(-1)).toMatchObject({ status: 'superseded', supersededBy: second });
  }, 60_000);
});
