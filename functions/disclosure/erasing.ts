import type { Erasure } from '../../contracts/erasure.ts';
import type { Reaction } from '../../shared/edge/context.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { eraseOpening } from './openings.ts';

/** What was approved is erased, and only then published as erased. */
export const erasing: Reaction = {
  name: 'disclosure.erase',
  on: ['erasure.approve'],
  runs: async (event, record, { tables, door, now }) => {
    const { data } = record as unknown as Stored<typeof Erasure, 'approved'>;
    if (!(await eraseOpening(tables.openings, data.event, data.sealedField, now().toISOString()))) return { code: 'opening_unknown' };
    const actor = { type: 'system', id: 'reaction' } as const;
    await door.act({ kind: 'erasure', action: 'erase', id: event.record, input: {}, actor, key: `${event.id}/disclosure.erase` });
    return undefined;
  },
  refused: (_refused, event) => ({ kind: 'erasure', action: 'fail', id: event.record, input: {} }),
};
