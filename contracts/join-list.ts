import * as z from 'zod';
import { Because, Count, Id, Line, Nothing, Text } from './fields.ts';
import { kinds } from './kinds.ts';
import { Product } from './product.ts';
import { Entitlement } from './trade.ts';

/** By what a question names the list: an identifier of SQL, and not that of the governed table. */
const ListName = z.string().regex(/^(?!data$)[a-z][a-z0-9_]{0,39}$/);
/** How often it was put up: a worker that is late speaks of an earlier attempt. */
const Attempt = z.int().min(1).max(1000);
const named = z.strictObject({ entitlement: Id, name: ListName, column: Line, product: Id });
const put = named.extend({ attempt: Attempt });
/** `version` is a number of the data resource, over all lists of all buyers; `object` the version of the data that it was matched with. */
const admitted = put.extend({ version: Count.min(1), object: z.string().max(200) });

/**
 * Keys that a buyer brings to join a product with: `JOIN name ON data.column = name.key`. What is kept of them are those that stand in the data,
 * and neither their buyer nor anybody else is told which or how many.
 */
export const JoinList = {
  ...kinds.joinList,
  refs: { entitlement: Entitlement, product: Product },
  states: {
    named,
    checking: put,
    ready: admitted,
    refused: put.extend({ code: z.string().max(60), line: Count.optional() }),
    retired: named.extend({ reason: Text }),
  },
  inputs: {
    create: named.omit({ product: true }),
    submit: Nothing,
    admit: admitted.pick({ attempt: true, version: true, object: true }),
    refuse: z.strictObject({ attempt: Attempt.optional(), code: z.string().max(60), line: Count.optional() }),
    retire: Because,
  },
} as const;
