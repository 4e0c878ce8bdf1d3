import * as z from 'zod';
import { Because, Id, Name, Nothing, Text } from './fields.ts';
import { kinds } from './kinds.ts';
import { Product } from './product.ts';

const ParameterName = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);
/** A value as text whatever its type, since JSON numbers are not exact. */
const Value = z.string().max(200);
export const ParameterType = z.enum(['text', 'integer', 'decimal', 'date']);
export type ParameterType = z.infer<typeof ParameterType>;

/**
 * What a buyer may vary in a template. A text may be held to a closed list; the other types to `min` and `max`, both inclusive. One with a
 * default may be left out.
 */
export const Parameter = z.strictObject({
  name: ParameterName,
  title: Name,
  type: ParameterType,
  values: z.array(Value).min(1).max(200).optional(),
  min: Value.optional(),
  max: Value.optional(),
  default: Value.optional(),
});
export type Parameter = z.infer<typeof Parameter>;

/** What a parameter is to be for one question. */
export const Argument = z.strictObject({ name: ParameterName, value: Value });
export type Argument = z.infer<typeof Argument>;
export const Arguments = z.array(Argument).max(20);

const body = z.strictObject({
  title: Name,
  summary: Text,
  sql: z.string().trim().min(1).max(4000),
  parameters: z.array(Parameter).max(20),
});
const ofProduct = body.extend({ product: Id });

/** A reviewed question about one product, with `$name` where a buyer may vary it: sandbox.md, "allowed templates". */
export const Template = {
  ...kinds.template,
  refs: { product: Product },
  states: {
    draft: ofProduct.extend({ reason: Text.optional() }),
    submitted: ofProduct,
    approved: ofProduct,
    retired: ofProduct.extend({ reason: Text }),
  },
  inputs: {
    create: ofProduct,
    edit: body,
    submit: Nothing,
    return: Because,
    approve: Nothing,
    retire: Because,
    overdue: Nothing,
  },
} as const;
