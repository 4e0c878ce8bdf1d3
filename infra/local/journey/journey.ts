import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { personWith, signIn, until, type Line, type Session, type View } from './client.ts';
import { agreementTerms, catalogueEntry, productOffer, question, scenarioFile, strongSheet, type Material } from './material.ts';

/** Says what happened, one step a line. */
export type Tell = (step: string) => void;
export type Cast = Awaited<ReturnType<typeof assemble>>;

/** The people of the main job, each signed in as themselves. */
export const assemble = async (origin: string) => {
  const at = (role: Parameters<typeof personWith>[0], n = 0, organisation?: string): Promise<Session> =>
    signIn(origin, personWith(role, n, organisation));
  const experts = await Promise.all([0, 1, 2, 3, 4, 5, 6].map((n) => at('expert', n * 4)));
  return {
    origin,
    steward: await at('source.steward', 0, 'transport'),
    cdo: await at('source.cdo', 0, 'transport'),
    case: await at('authority.case', 0, 'data-bureau'),
    secondCase: await at('authority.case', 1, 'data-bureau'),
    lead: await at('authority.lead', 0, 'data-bureau'),
    grantor: await at('granting.officer'),
    organiser: await at('implementing.officer', 0),
    secondOrganiser: await at('implementing.officer', 1),
    cyberspace: await at('cyberspace.officer'),
    agent: await at('operator.agent', 0, 'fengcheng'),
    operatorSignatory: await at('operator.signatory', 0, 'fengcheng'),
    secretary: await at('committee.secretary'),
    experts,
    reviewer: await at('venue.reviewer'),
    venueLead: await at('venue.lead'),
    cashier: await at('venue.cashier', 0),
    secondCashier: await at('venue.cashier', 1),
    buyer: await at('buyer.agent', 0, 'bank'),
    buyerSignatory: await at('buyer.signatory', 0, 'bank'),
  };
};

/** The newest record in a list whose page answers true. Lists may be late, so it is looked for again. */
const find = async (session: Session, plural: string, scope: 'own' | 'party' | 'queue', fits: (view: View) => boolean): Promise<View> =>
  until(`${session.person} finds ${plural}`, async () => {
    for (const line of (await session.list(plural, scope)).slice(0, 100) as readonly Line[]) {
      const view = await session.get(`/v1/${plural}/${line.id}`);
      if (fits(view)) return view;
    }
    return undefined;
  });
/** Waits for a state of a record, up to so many seconds. */
const settledWithin =
  (seconds: number) =>
  async (session: Session, plural: string, id: string, ...statuses: readonly string[]): Promise<View> =>
    until(
      `${plural} ${id} becomes ${statuses.join(' or ')}`,
      async () => {
        const view = await session.get(`/v1/${plural}/${id}`);
        return statuses.includes(view.status) ? view : undefined;
      },
      seconds,
    );
const usual = 60;
const settled = settledWithin(usual);

/** The institution registers a data resource. */
export const catalogue = async (cast: Cast, material: Material, tell: Tell): Promise<View> => {
  const entry = catalogueEntry(material, `JT-${randomUUID().slice(0, 13)}`);
  const drafted = await cast.steward.create('resources', { ...entry, organisation: cast.steward.organisation, stateSecret: false });
  await cast.steward.act(drafted, 'resources', 'submit');
  await cast.case.act(drafted, 'resources', 'check');
  const published = await cast.cdo.act(drafted, 'resources', 'publish');
  tell(`资源已发布 resource published ${published.id}`);
  return published;
};

/** The authority grants it to an operator under an agreement, and its source consents. */
export const authorise = async (cast: Cast, material: Material, resource: View, tell: Tell): Promise<View> => {
  const { now } = await cast.organiser.get<{ now: string }>('/v1/health');
  const terms = agreementTerms(`${material.title.zh}授权运营协议`, cast.agent.organisation, resource.id, now.slice(0, 10));
  const drafted = await cast.organiser.create('agreements', terms);
  await cast.operatorSignatory.act(drafted, 'agreements', 'sign');
  await cast.secondOrganiser.act(drafted, 'agreements', 'sign');
  await cast.grantor.act(drafted, 'agreements', 'activate');
  await cast.lead.act(drafted, 'agreements', 'activate');
  tell(`协议已生效 agreement active ${drafted.id}`);
  const offered = await find(cast.cdo, 'grants', 'queue', (g) => g.links['resource'] === resource.id);
  const grant = await cast.cdo.act(offered, 'grants', 'consent');
  tell(`授权已生效 grant active ${grant.id}`);
  return grant;
};

const fields = ['LAW', 'PRIVACY', 'SECURITY', 'SECTOR', 'ECONOMICS', 'LAW', 'SECTOR'] as const;
/** The operator files a scenario; the committee scores it; the authority and the cyberspace office decide. */
export const assess = async (cast: Cast, material: Material, grant: View, tell: Tell, others: readonly View[] = []): Promise<View> => {
  const file = scenarioFile(`${material.title.zh}应用场景`, grant.id);
  const scenario = await cast.agent.create('scenarios', { ...file, grants: [grant, ...others].map(({ id }) => id) });
  await cast.agent.act(scenario, 'scenarios', 'file');
  const assessment = await find(cast.secretary, 'assessments', 'queue', (a) => a.data['scenario'] === scenario.id);
  const panel = cast.experts.map((expert, n) => ({
    person: expert.person,
    employer: `employer-${n + 1}`,
    field: fields[n],
    authoritySide: false,
  }));
  await cast.secretary.act(assessment, 'assessments', 'proposePanel', { panel });
  await cast.lead.act(assessment, 'assessments', 'confirmPanel');
  const none = {
    employment: false,
    shares: false,
    paidAdvice: false,
    kin: false,
    coAuthor: false,
    competitor: false,
    licence: false,
    supervised: false,
  };
  await Promise.all(
    cast.experts.map(async (expert) => {
      const sheet = await find(expert, 'sheets', 'queue', (s) => s.data['assessment'] === assessment.id);
      await expert.act(sheet, 'sheets', 'declare', none);
      await expert.act(sheet, 'sheets', 'seal', { sheet: strongSheet() });
    }),
  );
  const opened = await settled(cast.secretary, 'assessments', assessment.id, 'opened');
  tell(`评分已启封 sheets opened: compliance ${opened.data.tally.compliance}, security ${opened.data.tally.security}`);
  await cast.cyberspace.act(assessment, 'assessments', 'approve');
  await cast.lead.act(assessment, 'assessments', 'approve');
  const approved = await settled(cast.agent, 'scenarios', scenario.id, 'approved');
  tell(`场景已批准 scenario approved ${scenario.id}`);
  return approved;
};

/** Puts the material where the platform says. @throws Error with the status where it is not taken */
export const upload = async (session: Session, dataset: Pick<View, 'id'>, content: Readable): Promise<void> => {
  const place = await session.get<{ url: string; method: string; headers: Record<string, string> }>(`/v1/datasets/${dataset.id}/upload`);
  const response = await fetch(place.url, { method: place.method, headers: place.headers, body: Readable.toWeb(content), duplex: 'half' });
  if (!response.ok) throw new Error(`the upload was not taken: ${response.status}`);
};
/**
 * A deposited file is inspected, checked, approved by two and loaded; or it is refused. What disagrees with the catalogue the officer accepts.
 * A large file is waited for longer than the usual seconds, at each of its two stages.
 */
export const examine = async (cast: Cast, dataset: Pick<View, 'id'>, seconds = usual): Promise<View> => {
  const examined = settledWithin(seconds);
  const inspected = await examined(cast.case, 'datasets', dataset.id, 'inspected', 'refused');
  if (inspected.status === 'refused') return inspected;
  const { findings } = inspected.data['inspection'] as { readonly findings: readonly unknown[] };
  await cast.case.act(dataset, 'datasets', 'check', findings.length > 0 ? { accepts: '已核对来源说明，按检出情形从严管理。' } : {});
  await cast.cdo.act(dataset, 'datasets', 'approve');
  await cast.lead.act(dataset, 'datasets', 'approve');
  return examined(cast.agent, 'datasets', dataset.id, 'loaded', 'refused');
};
/** The data is loaded into the sandbox. */
export const load = async (cast: Cast, material: Material, scenario: View, resource: View, tell: Tell): Promise<View> => {
  const layout = [...(material.entity === null ? [] : [material.entity]), ...material.dimensions].slice(0, 5);
  const requested = await cast.agent.create('datasets', { scenario: scenario.id, resource: resource.id, layout });
  await upload(cast.steward, requested, material.content());
  await cast.steward.act(requested, 'datasets', 'deposit', { fileName: material.fileName });
  const loaded = await examine(cast, requested);
  if (loaded.status === 'refused') throw new Error(`the file was refused: ${JSON.stringify(loaded.data['fault'])}`);
  tell(`数据已装载 dataset loaded: ${String(loaded.data['rows'])} rows`);
  return loaded;
};

const ceilingFen = 5_000_000;
const priceFen = 3_880_000;
const beforeTrade = ['PRODUCT', 'SOURCE', 'RIGHTS', 'QUALITY', 'LIMITS', 'PRICE', 'RELATED_PARTIES', 'CONDITIONS'].map((topic) => ({
  topic,
  text: '据实披露，与挂牌申请一致。',
}));
/** Two of the operator tell and approve what buyers must know before trade, and the venue publishes it. */
export const disclose = async (cast: Cast, listing: Pick<View, 'id'>): Promise<void> => {
  const report = { id: `before-trade:${listing.id}` };
  const counted = async (): Promise<View> =>
    until('the figures are counted', async () => {
      const { status, body } = await cast.agent.send<View>('GET', `/v1/disclosure-records/${report.id}`);
      return status === 200 && body.data['countedAt'] !== undefined ? body : undefined;
    });
  await counted();
  await cast.agent.act(report, 'disclosure-records', 'complete', { statements: beforeTrade, redactions: [] });
  await counted();
  await cast.agent.act(report, 'disclosure-records', 'submit');
  await cast.operatorSignatory.act(report, 'disclosure-records', 'approve');
  await cast.venueLead.act(report, 'disclosure-records', 'publish');
};
/** The operator publishes a product; the trading venue lists it. */
export const list = async (cast: Cast, material: Material, scenario: View, dataset: View, tell: Tell): Promise<View> => {
  const product = await cast.agent.create('products', productOffer(material, material.title, scenario.id, dataset.id));
  await cast.agent.act(product, 'products', 'submit');
  await cast.case.act(product, 'products', 'approve', { ceilingFen });
  await cast.lead.act(product, 'products', 'approve', { ceilingFen });
  tell(`产品已核定 product approved ${product.id}`);
  const listing = await cast.agent.create('listings', {
    product: product.id,
    priceFen,
    legality: '数据来源合法，授权链条完整。',
    contact: '0523-00000000',
  });
  await cast.agent.act(listing, 'listings', 'submit');
  await disclose(cast, listing);
  tell(`交易前信息已披露 disclosed before trade ${listing.id}`);
  await cast.reviewer.act(listing, 'listings', 'approve');
  const listed = await cast.venueLead.act(listing, 'listings', 'approve');
  tell(`产品已挂牌 listed ${listing.id}`);
  return listed;
};

/** A buyer orders, both sides sign, the buyer pays, and the cashier confirms what has arrived. */
export const trade = async (cast: Cast, listing: View, tell: Tell): Promise<View> => {
  const order = await cast.buyer.create('orders', { listing: listing.id, purpose: '评估网点布局与服务需求。' });
  const contract = await find(cast.buyerSignatory, 'contracts', 'queue', (c) => c.data.terms.order === order.id);
  const signature = { digest: contract.data.digest };
  await cast.operatorSignatory.act(contract, 'contracts', 'sign', signature);
  await cast.buyerSignatory.act(contract, 'contracts', 'sign', signature);
  await settled(cast.cashier, 'orders', order.id, 'contracted');
  tell(`合同已签署 contract signed ${contract.id} ${signature.digest.slice(0, 20)}…`);
  await cast.cashier.act(order, 'orders', 'confirmPayment', { amountFen: priceFen, remittance: `HK${randomUUID().slice(0, 18)}` });
  const delivering = await settled(cast.buyer, 'orders', order.id, 'delivering', 'refundDue');
  tell(`已付款并开通 paid and entitled ${String(delivering.data['entitlement'])}`);
  return delivering;
};

export type Result = { readonly columns: readonly { readonly name: string }[]; readonly rows: readonly (readonly unknown[])[] };
/** The buyer asks a governed question and reads what comes out. */
export const ask = async (cast: Cast, entitlement: string, sql: string): Promise<{ readonly query: View; readonly result: Result }> => {
  const asked = await cast.buyer.create('queries', { entitlement, sql });
  const query = await settled(cast.buyer, 'queries', asked.id, 'released', 'refused', 'withheld');
  if (query.status !== 'released') throw new Error(`the query was ${query.status}: ${JSON.stringify(query.data)}`);
  return { query, result: await cast.buyer.get<Result>(`/v1/queries/${asked.id}/result`) };
};

/** The main job from the catalogue to a paid entitlement. */
export const toEntitlement = async (cast: Cast, material: Material, tell: Tell) => {
  const resource = await catalogue(cast, material, tell);
  const grant = await authorise(cast, material, resource, tell);
  const scenario = await assess(cast, material, grant, tell);
  const dataset = await load(cast, material, scenario, resource, tell);
  const listing = await list(cast, material, scenario, dataset, tell);
  const order = await trade(cast, listing, tell);
  return { resource, grant, scenario, dataset, listing, order, entitlement: String(order.data['entitlement']) };
};

/** The buyer accepts, and the money is settled. */
export const accept = async (cast: Cast, order: View, tell: Tell): Promise<View> => {
  await cast.buyer.act(order, 'orders', 'accept');
  const done = await settled(cast.buyer, 'orders', order.id, 'settled');
  const statement = await cast.agent.get<{ totalFen: string }>(`/v1/statement?account=operator:${cast.agent.organisation}`);
  tell(`已验收结算 accepted and settled; the operator is owed ${(Number(statement.totalFen) / 100).toFixed(2)} CNY in all`);
  return done;
};

/** The authority revokes the grant: the buyer's very next query is refused with the link that broke, and so is the stored result. */
export const revoke = async (cast: Cast, grant: View, entitlement: string, past: View, sql: string, tell: Tell): Promise<void> => {
  await cast.lead.act(grant, 'grants', 'revoke', { reason: '演示：授权撤销' });
  const next = await cast.buyer.send<{ code: string; about: { kind: string; id: string } }>(
    'POST',
    '/v1/queries',
    { entitlement, sql },
    { 'idempotency-key': randomUUID() },
  );
  const stored = await cast.buyer.send<{ code: string; about: { kind: string; id: string } }>('GET', `/v1/queries/${past.id}/result`);
  for (const { status, body } of [next, stored])
    if (status !== 403 || body.code !== 'authority_broken' || body.about.id !== grant.id)
      throw new Error(`after the revocation: ${status} ${JSON.stringify(body)}`);
  tell(`授权已撤销，下一次查询与已存结果均被拒绝 revoked; refused with the link ${next.body.about.kind} ${next.body.about.id}`);
};

/** The whole main job, in one breath. DESIGN. */
export const journey = async (origin: string, material: Material, tell: Tell): Promise<void> => {
  const cast = await assemble(origin);
  const { grant, order, entitlement } = await toEntitlement(cast, material, tell);
  const sql = question(material);
  const { query, result } = await ask(cast, entitlement, sql);
  tell(`查询已放行 query released: ${result.rows.length} rows; the first: ${JSON.stringify(result.rows[0])}`);
  await accept(cast, order, tell);
  const { body: ledger } = await cast.buyer.send<{ size: number; root: string }>('GET', '/v1/disclosure/log');
  tell(`公开账本 disclosure ledger: ${ledger.size} entries, root ${ledger.root.slice(0, 23)}…`);
  await ask(cast, entitlement, sql);
  await revoke(cast, grant, entitlement, query, sql, tell);
};
