import * as z from 'zod';
import type { Listing } from '../../contracts/listing.ts';
import type { Product } from '../../contracts/product.ts';
import { Query } from '../../contracts/query.ts';
import type { Dataset } from '../../contracts/sandbox.ts';
import type { Route } from '../../shared/edge/context.ts';
import { parse } from '../../shared/edge/parse.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { idOf } from '../../shared/edge/routes.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import type { Parser } from './gate.ts';
import { preview } from './preview.ts';
import type { Rehearse } from './rehearsal.ts';

/** What a question is tried with. DuckDB is not in the bundle of an API, so a host that has it says how it is opened. */
export type Trials = { readonly parse: Parser; readonly rehearse: Rehearse };

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

export const PreviewBody = z.strictObject({ sql: Query.inputs.create.shape.sql });

export const previewRoute: Route = {
  method: 'POST',
  path: '/v1/listings/{id}/preview',
  operation: 'previewQuery',
  summary: ['试问：能否得到回答', 'Can my question be answered? By the rule of a listed product and invented rows, never by its data'],
  open: false,
  body: PreviewBody,
  refusals: ['unauthenticated', 'not_found', 'invalid_input', 'unavailable'],
  answers: async (call) => {
    const { sql } = parse(PreviewBody, call.body);
    const { load } = call.ports.door;
    const [listing] = (await load([{ kind: 'listing', id: idOf(call) }])) as unknown as readonly (Stored<typeof Listing> | undefined)[];
    if (listing?.status !== 'listed') throw new RefusalError('not_found');
    const [product] = (await load([{ kind: 'product', id: listing.data.product }])) as unknown as readonly (
      | Stored<typeof Product>
      | undefined
    )[];
    if (product?.status !== 'approved') throw new RefusalError('not_found');
    const [dataset] = (await load([{ kind: 'dataset', id: product.data.dataset }])) as unknown as readonly (
      | Stored<typeof Dataset>
      | undefined
    )[];
    if (dataset?.status !== 'loaded') throw new RefusalError('not_found');
    return { status: 200, body: await preview(sql, product.data.rule, dataset.data.columns, await trials()) };
  },
};
