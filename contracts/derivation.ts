import * as z from 'zod';
import { Because, Count, Digest, Id, Line, Name, Nothing, Text } from './fields.ts';
import { kinds } from './kinds.ts';
import { Column, Dataset } from './sandbox.ts';
import { Scenario } from './scenario.ts';

/** By what a text names a source: an identifier of SQL. */
const SourceName = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);
/** A loaded dataset under the name that the text uses, and the column that says of whom each of its rows is; null where each row is its own. */
const Source = z.strictObject({ name: SourceName, dataset: Id, entity: Line.nullable() });
const Datasets = z
  .array(Source)
  .min(1)
  .max(4)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'a name stands twice')
  .refine((all) => new Set(all.map(({ dataset }) => dataset)).size === all.length, 'a dataset stands twice');
/** How often it was drafted or submitted: a worker that is late speaks of an earlier attempt. */
const Attempt = z.int().min(1).max(1000);
const text = z.strictObject({ title: Name, sql: z.string().trim().min(1).max(10_000), layout: z.array(Line).max(5) });
const given = text.extend({ scenario: Id, datasets: Datasets, attempt: Attempt });

const MadeOf = z.array(z.strictObject({ dataset: Id, resource: Id, column: Line })).max(200);
/** A column with the columns of data resources that it is made of. */
const rehearsedColumn = Column.pick({ name: true, type: true, personal: true }).extend({ madeOf: MadeOf });
const rehearsed = given.extend({ columns: z.array(rehearsedColumn).max(100), entity: Line.nullable() });
const ready = given.extend({
  columns: z.array(Column.extend({ madeOf: MadeOf })).max(100),
  entity: Line.nullable(),
  resources: z.array(Id).min(1).max(4),
  object: z.string().max(200),
  digest: Digest,
  bytes: Count,
  rows: Count,
});
const Fault = z.strictObject({ code: z.string().max(60), at: Count.optional() });

/**
 * A table that an operator prepares inside the sandbox from datasets of one scenario, by SQL that two officers have read. Its rows stay there,
 * for the operator as well.
 */
export const Derivation = {
  ...kinds.derivation,
  refs: { scenario: Scenario, datasets: [Dataset] },
  states: {
    draft: given.extend({ reason: Text.optional(), fault: Fault.optional() }),
    submitted: given,
    rehearsed,
    deriving: rehearsed,
    ready,
    sealed: ready.extend({ reason: Text }),
    retired: given.extend({ reason: Text }),
  },
  inputs: {
    create: text.extend({ scenario: Id, datasets: Datasets, layout: text.shape.layout.optional() }),
    edit: text,
    submit: Nothing,
    rehearse: rehearsed.pick({ attempt: true, columns: true, entity: true }),
    return: Because,
    approve: Nothing,
    derive: ready.pick({ attempt: true, object: true, digest: true, bytes: true, rows: true }).extend({
      columns: z.array(Column).max(100),
    }),
    refuse: z.strictObject({ attempt: Attempt.optional(), fault: Fault }),
    seal: Because,
    unseal: Nothing,
    retire: Because,
  },
} as const;
