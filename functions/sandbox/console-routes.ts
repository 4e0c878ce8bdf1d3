import * as z from 'zod';
import type { Product } from '../../contracts/product.ts';
import { Query } from '../../contracts/query.ts';
import type { Template } from '../../contracts/template.ts';
import type { Entitlement } from '../../contracts/trade.ts';
import type { Call, Route } from '../../shared/edge/context.ts';
import { parse } from '../../shared/edge/parse.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { listKey } from '../../shared/store/layout.ts';
import { idIn, sortOf } from '../../shared/store/records.ts';
import { contractAccount } from './budget.ts';
import type { Column } from './form.ts';
import { spokenOf } from './preview.ts';
import { ruleToday, standing, tried, type Approved } from './preview-route.ts';
import { question, questionFault } from './question.ts';
import { visible } from './visible.ts';

type Right = Stored<typeof Entitlement>;

/** The right of the caller's own organisation: what is left of it, and what was asked under it, is that of nobody else. */
const ownRight = async (call: Call): Promise<Right> => {
  const right = await visible<Right>('entitlement', call);
  if (right.owner !== call.actor.org) throw new RefusalError('not_permitted');
  return right;
};
const productOf = async ({ ports }: Call, id: string): Promise<Stored<typeof Product>> => {
  const [product] = (await ports.door.load([{ kind: 'product', id }])) as unknown as readonly (Stored<typeof Product> | undefined)[];
  if (!product) throw new RefusalError('not_found');
  return product;
};

/** The columns of the table that a product is asked about, none where it is not loaded. */
const columnsOf = async ({ ports }: Call, { dataset, derivation }: Stored<typeof Product>['data']): Promise<readonly Column[]> => {
  const source = derivation === undefined ? { kind: 'dataset', id: dataset } : { kind: 'derivation', id: derivation };
  const [table] = (await ports.door.load([source])) as unknown as readonly ({ readonly data: object } | undefined)[];
  return table && 'columns' in table.data ? (table.data.columns as readonly Column[]) : [];
};
const rule: Route = {
  method: 'GET',
  path: '/v1/products/{id}/rule',
  operation: 'showProductRule',
  summary: ['产品的分析规则（含应用场景现行要求）', 'What may be asked of a product: its rule, as its scenario tightens it today'],
  open: true,
  refusals: ['not_found'],
  answers: async (call) => {
    const { data } = await visible<Stored<typeof Product>>('product', call);
    const rule = await ruleToday(call.ports, data);
    const told = spokenOf(rule, await columnsOf(call, data)).map(({ name, type }) => ({ name, type }));
    return { status: 200, body: { rule, columns: told } };
  },
};

const allowance: Route = {
  method: 'GET',
  path: '/v1/entitlements/{id}/allowance',
  operation: 'showAllowance',
  summary: [
    '合同余额：剩余查询次数与本合同的隐私预算',
    'What is left to the buyer: queries, and of the privacy budget what is this contract’s own; what others have spent is not told',
  ],
  open: false,
  refusals: ['unauthenticated', 'not_found', 'not_permitted'],
  answers: async (call) => {
    const { ports } = call;
    const { id, data } = await ownRight(call);
    const { privacy } = await ruleToday(ports, (await productOf(call, data.product)).data);
    const own = privacy && contractAccount(id, privacy);
    const queries = { of: data.queries, left: (await ports.records.left(`queries#${id}`)) ?? 0 };
    if (!own) return { status: 200, body: { queries } };
    // An account is opened by the first who spends from it.
    return { status: 200, body: { queries, budget: { ofMicro: own.opens, leftMicro: (await ports.records.left(own.id)) ?? own.opens } } };
  },
};

export const AskedQuery = z.strictObject({
  cursor: z.string().max(800).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});
const mostPages = 10;

/** What was asked, with which outcome; the answer is read elsewhere, where the chain is asked again. */
const lineOf = ({ id, status, data }: Stored<typeof Query>) => ({
  id,
  status,
  sql: data.sql,
  askedAt: data.askedAt,
  isService: data.service !== undefined,
  ...(data.template === undefined ? {} : { template: data.template }),
  ...('code' in data ? { code: data.code } : {}),
  ...('result' in data ? { rows: data.result.rows } : {}),
});
/** Lists are kept by owner, so that those of other contracts are left out after reading: a page may hold a few more than its limit. */
const askedUnder = async ({ ports }: Call, { id, owner }: Right, { cursor, limit }: z.output<typeof AskedQuery>) => {
  const items: ReturnType<typeof lineOf>[] = [];
  let next = cursor;
  for (let n = 0; n < mostPages; n += 1) {
    const after = next === undefined ? undefined : sortOf(next);
    if (next !== undefined && after === undefined) throw new RefusalError('invalid_cursor');
    const page = await ports.records.list({
      index: 'owner',
      keys: [listKey(Query.kind, owner)],
      limit,
      descending: true,
      ...(after === undefined ? {} : { after }),
    });
    const refs = page.entries.map((entry) => ({ kind: Query.kind, id: idIn(entry) }));
    const found = (await ports.door.load(refs)) as unknown as readonly (Stored<typeof Query> | undefined)[];
    items.push(...found.flatMap((query) => (query?.data.entitlement === id ? [lineOf(query)] : [])));
    next = page.cursor;
    if (next === undefined || items.length >= limit) break;
  }
  return { items, ...(next === undefined ? {} : { cursor: next }) };
};
const asked: Route = {
  method: 'GET',
  path: '/v1/entitlements/{id}/queries',
  operation: 'listAsked',
  summary: ['合同下的查询记录', 'What the buyer has asked under a contract, the newest first'],
  open: false,
  query: AskedQuery,
  refusals: ['unauthenticated', 'not_found', 'not_permitted', 'invalid_input', 'invalid_cursor'],
  answers: async (call) => {
    const page = parse(AskedQuery, call.query);
    return { status: 200, body: await askedUnder(call, await ownRight(call), page) };
  },
};

const { sql, template, arguments: given } = Query.inputs.create.shape;
export const TrialBody = z.strictObject({ sql, template, arguments: given });

/** A template of this contract's product, as it stands. */
const templateOf = async ({ ports }: Call, id: string): Promise<Stored<typeof Template>> => {
  const [found] = (await ports.door.load([{ kind: 'template', id }])) as unknown as readonly (Stored<typeof Template> | undefined)[];
  if (!found) throw new RefusalError({ code: 'reference_not_found', about: { reference: 'template' } });
  return found;
};
const trial: Route = {
  method: 'POST',
  path: '/v1/entitlements/{id}/preview',
  operation: 'previewUnderContract',
  summary: [
    '试问：本合同下能否得到回答（不计次数、不动用数据）',
    'Would this be answered under the contract? By its rule and invented rows; it costs nothing',
  ],
  open: false,
  body: TrialBody,
  refusals: [
    ...([
      'unauthenticated',
      'not_found',
      'not_permitted',
      'invalid_input',
      'unavailable',
      'authority_broken',
      'reference_not_found',
    ] as const),
    ...(['question_required', 'template_required', 'template_not_live'] as const),
    ...(['argument_unknown', 'argument_repeated', 'argument_missing', 'argument_invalid', 'argument_out_of_bounds'] as const),
  ],
  answers: async (call) => {
    const input = parse(TrialBody, call.body);
    const right = await ownRight(call);
    const broken = await call.ports.door.brokenUnder({ kind: 'entitlement', id: right.id });
    if (broken) throw new RefusalError({ code: 'authority_broken', about: { kind: broken.kind, id: broken.id } });
    const templates = input.template === undefined ? [] : [await templateOf(call, input.template)];
    if (templates.some(({ status }) => status !== 'approved')) throw new RefusalError('template_not_live');
    const asking = {
      input: { ...input, entitlement: right.id },
      refs: { entitlement: { ...right, isLive: true }, template: templates.map((one) => ({ ...one, isLive: true })) },
    };
    const fault = questionFault(asking);
    if (fault) throw new RefusalError(fault);
    const product = await standing<Approved>(call.ports, 'product', right.data.product, 'approved');
    if (product.data.rule.templatesOnly && templates.length === 0) throw new RefusalError('template_required');
    const { sql: asks } = question(asking);
    return { status: 200, body: { asks, ...(await tried(call.ports, product, asks)) } };
  },
};

export const consoleRoutes: readonly Route[] = [rule, allowance, asked, trial];
