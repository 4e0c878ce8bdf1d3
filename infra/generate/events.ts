import * as z from 'zod';
import { Entry, Opening } from '../../contracts/disclosure.ts';
import type { Process } from '../../shared/kernel/process.ts';
import { happenings } from './shapes.ts';

const text = (most: number): z.ZodString => z.string().max(most);
const typesOf = (process: Process): readonly string[] => happenings(process).map((action) => `${process.contract.kind}.${action}`);

const eventOf = (process: Process) =>
  z.object({
    id: text(250),
    kind: z.literal(process.contract.kind),
    record: text(120),
    n: z.int().min(1).max(999_999_999),
    action: z.enum(happenings(process)),
    partial: z.literal(true).optional(),
    by: text(200),
    org: text(200),
    seat: text(300),
    at: z.iso.datetime().max(40),
    status: z.enum(Object.keys(process.contract.states)),
    region: text(6),
    public: z.looseObject({}).optional(),
    sealed: z.looseObject({}).optional(),
    signers: z.record(text(300), z.object({ by: text(200), org: text(200) })).optional(),
  });

/** The event of shared/kernel/decide.ts as JSON Schema, told apart by kind; `$defs.Type` is every `<kind>.<action>` that a reaction can name. */
export const eventsSchema = (processes: readonly Process[]): object => {
  const [first, ...others] = processes.map(eventOf);
  if (!first) throw new RangeError('no process writes events');
  const { $schema, ...schema } = z.toJSONSchema(z.discriminatedUnion('kind', [first, ...others]), { io: 'input' });
  return { $schema, title: '事件 · Event', ...schema, $defs: { Type: { enum: processes.flatMap(typesOf) } } };
};

/** The entry of the public ledger as JSON Schema, and what opens its commitments under `$defs.LedgerOpening`. */
export const entrySchema = (): object => {
  const { $schema, $defs } = z.toJSONSchema(z.object({ Entry, Opening }));
  return { $schema, title: '公开账本条目 · Entry of the disclosure ledger', $ref: '#/$defs/LedgerEntry', $defs };
};
