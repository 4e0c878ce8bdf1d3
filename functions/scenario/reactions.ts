import type { Reaction } from '../../shared/edge/context.ts';

export const reactions: readonly Reaction[] = [
  {
    name: 'scenario.satisfy',
    // Where no condition is a precedent, an approval waits for nothing.
    on: ['scenario.condition', 'scenario.closeCondition'],
    takes: (_event, record) => [{ kind: 'scenario', action: 'satisfy', id: record.id, input: {} }],
    refused: { nothing: 'other precedents are still open' },
  },
];
