import * as z from 'zod';
import { tightened, type AnalysisRule } from '../../contracts/analysis-rule.ts';
import type { Derivation } from '../../contracts/derivation.ts';
import type { Listing } from '../../contracts/listing.ts';
import type { Product } from '../../contracts/product.ts';
import { Query } from '../../contracts/query.ts';
import type { Dataset } from '../../contracts/sandbox.ts';
import type { Scenario } from '../../contracts/scenario.ts';
import { Arguments, type Template } from '../../contracts/template.ts';
import type { Call, Route } from '../../shared/edge/context.ts';
import { parse } from '../../shared/edge/parse.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { idOf } from '../../shared/edge/routes.ts';
import { isInside } from '../../shared/edge/view.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { derivationTrialRoute } from './derivation-route.ts';
import type { DerivationTrials } from './derivation-trial.ts';
import { preview } from './preview.ts';
import type { Rehearse } from './rehearsal.ts';
import { bind } from './template-arguments.ts';
import { visible } from './visible.ts';

/** What a question is tried with. DuckDB is not in the bundle of an API, so a host that has it says how it is opened. */
export type Trials = DerivationTrials & { readonly rehearse: Rehearse };

let provided: (() => Promise<Trials>) | undefined;
let opened: Promise<Trials> | undefined;

/** The host says how trials are opened, before the first request. Without it a preview is `unavailable`. */
export const provideTrials = (open: () => Promise<Trials>): void => {
  provided = open;
  opened = undefined;
};

/** Opened once; a failure to open is not remembered. */
const trials = async (): Promise<Trials> => {
  if (provided === undefined) throw new RefusalError('unavailable');
  opened ??= provided().catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
};

export const PreviewBody = z.strictObject({ sql: Query.inputs.create.shape.sql.unwrap() });
export const TemplatePreviewBody = z.strictObject({ arguments: Arguments });

/** A record in the state in which it can be tried on. @throws RefusalError not_found */
export const standing = async <T extends Stored>({ door }: Ports, kind: string, id: string, status: T['status']): Promise<T> => {
  const [record] = await door.load([{ kind, id }]);
  if (record?.status !== status) throw new RefusalError('not_found');
  return record as unknown as T;
};
export type Approved = Stored<typeof Product, 'approved'>;

const tableOf = (ports: Ports, { data: { dataset, derivation } }: Approved) =>
  derivation === undefined
    ? standing<Stored<typeof Dataset, 'loaded'>>(ports, 'dataset', dataset, 'loaded')
    : standing<Stored<typeof Derivation, 'ready'>>(ports, 'derivation', derivation, 'ready');

/** The rule of a product with what its scenario demands more today. */
export const ruleToday = async ({ door }: Ports, { scenario: id, rule }: Stored<typeof Product>['data']): Promise<AnalysisRule> => {
  const [scenario] = (await door.load([{ kind: 'scenario', id }])) as unknown as readonly Stored<typeof Scenario>[];
  const floor = scenario && 'floor' in scenario.data ? scenario.data.floor : undefined;
  return tightened(rule, floor);
};
/** What a question about a product would be answered with, by its rule as it is tightened today. */
export const tried = async (ports: Ports, product: Approved, sql: string) => {
  const { data: table } = await tableOf(ports, product);
  return preview(sql, await ruleToday(ports, product.data), table.columns, await trials());
};

const listed: Route = {
  method: 'POST',
  path: '/v1/listings/{id}/preview',
  operation: 'previewQuery',
  summary: ['试问：能否得到回答', 'Can my question be answered? By the rule of a listed product and invented rows, never by its data'],
  open: false,
  body: PreviewBody,
  refusals: ['unauthenticated', 'not_found', 'invalid_input', 'template_required', 'unavailable'],
  answers: async (call) => {
    const { sql } = parse(PreviewBody, call.body);
    const listing = await standing<Stored<typeof Listing, 'listed'>>(call.ports, 'listing', idOf(call), 'listed');
    const product = await standing<Approved>(call.ports, 'product', listing.data.product, 'approved');
    if (product.data.rule.templatesOnly) throw new RefusalError('template_required');
    return { status: 200, body: await tried(call.ports, product, sql) };
  },
};

/** Those who see an approved template only because everyone does see it tried while its product is on the market. */
const isOffered = async ({ actor, ports }: Call, template: Stored<typeof Template>): Promise<boolean> => {
  const record = template as unknown as Stored;
  const process = ports.processes.get('template');
  if (process && isInside(process, record, actor)) return true;
  const [held] = await ports.records.held([`listing#${template.data.product}`]);
  return held === true;
};
const ofTemplate: Route = {
  method: 'POST',
  path: '/v1/templates/{id}/preview',
  operation: 'previewTemplate',
  summary: [
    '试问：以所填参数试运行分析模板',
    'What a template would answer with these arguments: by the rule and invented rows, never by the data',
  ],
  open: false,
  body: TemplatePreviewBody,
  refusals: [
    ...(['unauthenticated', 'not_found', 'invalid_input', 'unavailable'] as const),
    ...(['argument_unknown', 'argument_repeated', 'argument_missing', 'argument_invalid', 'argument_out_of_bounds'] as const),
  ],
  answers: async (call) => {
    const { arguments: given } = parse(TemplatePreviewBody, call.body);
    const template = await visible<Stored<typeof Template>>('template', call);
    if (!(await isOffered(call, template))) throw new RefusalError('not_found');
    const bound = bind(template.data, given);
    if ('refused' in bound) throw new RefusalError(bound.refused);
    const product = await standing<Approved>(call.ports, 'product', template.data.product, 'approved');
    return { status: 200, body: { asks: bound.sql, ...(await tried(call.ports, product, bound.sql)) } };
  },
};

export const previewRoutes: readonly Route[] = [listed, ofTemplate, derivationTrialRoute(trials)];
