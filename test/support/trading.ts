import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { datasets } from '../../infra/local/demo/datasets.ts';
import { organisations } from '../../infra/local/demo/people.ts';
import { signIn, until, type Session, type View } from '../../infra/local/journey/client.ts';
import { assess, authorise, catalogue, disclose, list, load, trade, type Cast } from '../../infra/local/journey/journey.ts';
import { agreementTerms, embedded, productOffer, type Material } from '../../infra/local/journey/material.ts';
import type { Role } from '../../contracts/roles.ts';
import type { Problem } from '../../shared/edge/refusal.ts';

/** The trips of the journey, as few as a cell of ten vehicles needs: for files that make several products. */
export const material: Material = { ...embedded, content: () => Readable.from(datasets.trips(2_000)) };
export const quiet = (): void => undefined;

/** A demonstration person who holds a role in an organisation, the n-th of those that do. */
export const memberOf = (slug: string, role: Role, n = 0): string => {
  const person = organisations.find((o) => o.id === slug)?.people.filter((p) => p.roles.includes(role))[n];
  if (!person) throw new RangeError(`nobody number ${n} is ${role} of ${slug}`);
  return person.id;
};
export const sessionOf = (origin: string, slug: string, role: Role, n = 0): Promise<Session> => signIn(origin, memberOf(slug, role, n));

/** The access token of a demonstration person. */
export const tokenOf = async (origin: string, person: string): Promise<string> => {
  const body = JSON.stringify({ person });
  const answer = await fetch(`${origin}/oidc/demo-token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return ((await answer.json()) as { access_token: string }).access_token;
};

export const key = (of: string = randomUUID()) => ({ 'idempotency-key': of });
export const version = (of: number) => ({ 'if-match': `"${of}"` });

/** What a body says, but for the trace, which is each request's own. */
export const toldIn = (body: string): string => body.replace(/"trace":"[^"]+"/, '"trace":""');

/** Takes an action on a record as it stands, and answers what came of it, refusal or not. */
export const tries = async (session: Session, plural: string, id: string, action: string, input: object = {}, of?: string) => {
  const read = await session.get(`/v1/${plural}/${id}`);
  return session.send<View & Problem>('POST', `/v1/${plural}/${id}/${action}`, input, { ...key(of), ...version(read.version) });
};
/** Wants to create a record, and answers what came of it, refusal or not. */
export const wants = async (session: Session, plural: string, input: object, of?: string) =>
  session.send<View & Problem>('POST', `/v1/${plural}`, input, key(of));

/** Waits until a record has one of these states. */
export const becomes = async (session: Session, plural: string, id: string, ...statuses: readonly string[]): Promise<View> =>
  until(`${plural} ${id} becomes ${statuses.join(' or ')}`, async () => {
    const view = await session.get(`/v1/${plural}/${id}`);
    return statuses.includes(view.status) ? view : undefined;
  });

export type Supply = Awaited<ReturnType<typeof supply>>;
/** Everything above a trade: a resource granted, assessed, loaded and listed. */
export const supply = async (cast: Cast) => {
  const resource = await catalogue(cast, material, quiet);
  const grant = await authorise(cast, material, resource, quiet);
  const scenario = await assess(cast, material, grant, quiet);
  const dataset = await load(cast, material, scenario, resource, quiet);
  const listing = await list(cast, material, scenario, dataset, quiet);
  return {
    resource,
    grant,
    agreement: String(grant.links['agreement']),
    scenario,
    dataset,
    listing,
    product: String(listing.data['product']),
  };
};
/** A product that its two officers have priced, listed on the venue. */
export const listed = async (cast: Cast, product: View, over: { readonly callPriceFen?: number } = {}): Promise<View> => {
  await cast.agent.act(product, 'products', 'submit');
  await cast.case.act(product, 'products', 'approve', { ceilingFen: 5_000_000 });
  await cast.lead.act(product, 'products', 'approve', { ceilingFen: 5_000_000 });
  const listing = await cast.agent.create('listings', {
    product: product.id,
    priceFen,
    ...over,
    legality: '数据来源合法。',
    contact: '0523-00000000',
  });
  await cast.agent.act(listing, 'listings', 'submit');
  await disclose(cast, listing);
  await cast.reviewer.act(listing, 'listings', 'approve');
  return cast.venueLead.act(listing, 'listings', 'approve');
};
/** One more product on the same dataset, with a licence or price of its own. */
export const listAnother = async (
  cast: Cast,
  { scenario, dataset }: Supply,
  { callPriceFen, ...over }: { readonly queries?: number; readonly termDays?: number; readonly callPriceFen?: number } = {},
  of: Material = material,
): Promise<View> => {
  const offer = productOffer(of, of.title, scenario.id, dataset.id);
  const product = await cast.agent.create('products', { ...offer, licence: { ...offer.licence, ...over } });
  return listed(cast, product, callPriceFen === undefined ? {} : { callPriceFen });
};
export const priceFen = 3_880_000;

/** An order on which both sides have signed and which now waits for its money. */
export const orderSigned = async (cast: Cast, listing: Pick<View, 'id'>): Promise<View> => {
  const order = await cast.buyer.create('orders', { listing: listing.id, purpose: '评估网点布局。' });
  const contract = await until('a contract is drafted', async () => {
    for (const line of await cast.buyerSignatory.list('contracts', 'queue')) {
      const view = await cast.buyerSignatory.get(`/v1/contracts/${line.id}`);
      if (view.data.terms.order === order.id) return view;
    }
    return undefined;
  });
  for (const signatory of [cast.operatorSignatory, cast.buyerSignatory])
    await signatory.act(contract, 'contracts', 'sign', { digest: contract.data.digest });
  return becomes(cast.buyer, 'orders', order.id, 'contracted');
};
/** A trade whose data the buyer may query. */
export const entitled = async (cast: Cast, listing: View): Promise<{ readonly order: View; readonly entitlement: string }> => {
  const order = await trade(cast, listing, quiet);
  return { order, entitlement: String(order.data['entitlement']) };
};

/** The terms of an agreement over one resource, from today on. */
export const termsFor = async (cast: Cast, resource: Pick<View, 'id'>, over: object = {}) => {
  const { now } = await cast.organiser.get<{ now: string }>('/v1/health');
  return { ...agreementTerms('城市出行授权运营协议', cast.agent.organisation, resource.id, now.slice(0, 10)), ...over };
};

type HistoryLine = {
  readonly n: number;
  readonly action: string;
  readonly by?: string;
  readonly disclosed: boolean;
  readonly seat: string;
};
export const historyOf = async (session: Session, plural: string, id: string): Promise<readonly HistoryLine[]> =>
  (await session.get<{ items: readonly HistoryLine[] }>(`/v1/${plural}/${id}/history`)).items;
