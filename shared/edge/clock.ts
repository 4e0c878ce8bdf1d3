import type { Refused } from '../kernel/process.ts';
import { nextDue } from '../kernel/clocks.ts';
import type { Records } from '../store/records.ts';
import type { Door } from './door.ts';
import { RefusalError } from './refusal.ts';

export type Clock = ReturnType<typeof openClock>;
const page = 100;

/**
 * Fires what is due: each clock takes its action through the door, once for each instant. Silence is never consent: what the action does is
 * in the table. The index may be late, so what fires is decided on the record.
 */
export const openClock = ({ records, door, now }: { readonly records: Records; readonly door: Door; readonly now: () => Date }) => {
  const fire = async (kind: string, id: string, at: string): Promise<Refused | undefined> => {
    const [record] = await door.load([{ kind, id }]);
    const next = record && nextDue(record.clocks);
    if (!record || !next || next.due > at) return undefined;
    const action = door.processOf(kind).clocks[next.clock]?.takes;
    if (action === undefined) return undefined;
    try {
      await door.act({
        kind,
        id,
        action,
        input: {},
        actor: { type: 'system', id: 'clock' },
        key: `clock/${next.clock}/${next.due}`,
        fires: next.clock,
      });
      return undefined;
    } catch (error) {
      if (error instanceof RefusalError) return error.refused;
      throw error;
    }
  };
  return {
    /** @returns what was fired and what refused it */
    tick: async (): Promise<readonly { kind: string; id: string; refused?: Refused }[]> => {
      const at = now().toISOString();
      const { entries } = await records.list({ index: 'due', keys: ['due'], limit: page });
      const fired: { kind: string; id: string; refused?: Refused }[] = [];
      for (const entry of entries.filter((e) => e.sort.slice(0, at.length) <= at)) {
        const [kind = '', id = ''] = entry.pk.split('#');
        const refused = await fire(kind, id, at);
        fired.push({ kind, id, ...(refused ? { refused } : {}) });
      }
      return fired;
    },
    /** Records whose dates lie past the last published calendar: shown, never fired. */
    provisional: async (after?: string) =>
      records.list({ index: 'due', keys: ['provisional'], limit: page, ...(after === undefined ? {} : { after }) }),
  };
};
