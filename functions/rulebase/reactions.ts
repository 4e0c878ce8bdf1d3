import type { Reaction } from '../../shared/edge/context.ts';

export const reactions: readonly Reaction[] = [
  {
    name: 'rulebase.deriveProvisionalDates',
    on: ['calendar.adopt'],
    runs: async (_event, _record, { clock, door }) => {
      for (let after: string | undefined, more = true; more;) {
        const { entries, cursor } = await clock.provisional(after);
        for (const entry of entries) {
          const [kind = '', id = ''] = entry.pk.split('#');
          await door.redate({ kind, id });
        }
        after = entries.at(-1)?.sort;
        more = cursor !== undefined;
      }
      return undefined;
    },
    refused: { nothing: 'a date that could not be derived parks the event, to be replayed' },
  },
];
