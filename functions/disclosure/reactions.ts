import type { Reaction } from '../../shared/edge/context.ts';
import { openLog } from './log.ts';

export const reactions: readonly Reaction[] = [
  {
    name: 'disclosure.append',
    on: 'published',
    runs: async ({ id, kind, record, action, at, region, public: disclosed = {} }, _record, { tables, now }) => {
      await openLog(tables.disclosure).append({ event: id, kind, record, action, at, region, disclosed }, now().toISOString());
      return undefined;
    },
    refused: { nothing: 'the log refuses nothing' },
  },
];
