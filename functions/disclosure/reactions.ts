import type { Reaction } from '../../shared/edge/context.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { erasing } from './erasing.ts';
import { entryOf } from './entry.ts';
import { enqueue } from './ledger.ts';
import { openingsFor } from './openings.ts';
import { countUse } from './usage.ts';

export const reactions: readonly Reaction[] = [
  {
    name: 'disclosure.append',
    on: 'published',
    runs: async (event, _record, { tables, ledger }) => {
      const text = canonical(entryOf(event, await openingsFor(tables.openings, event)));
      await enqueue(tables.disclosure, { event: event.id, at: event.at, text });
      ledger.wake();
      return undefined;
    },
    refused: { nothing: 'the log refuses nothing' },
  },
  erasing,
  {
    name: 'disclosure.countUse',
    on: ['query.release'],
    runs: async (event, record, ports) => {
      await countUse(event, record, ports);
      return undefined;
    },
    refused: { nothing: 'counting refuses nothing' },
  },
];
