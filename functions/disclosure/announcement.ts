import { entrySchema, type Entry } from '../../contracts/disclosure.ts';
import type { LedgerPorts } from '../../shared/edge/ledger.ts';
import { canonical } from '../../shared/kernel/canonical.ts';

/**
 * The entry by which a log announces the keys that sign it: its first, and one at each change of keys, so that a rotation stands in what the
 * old key has signed. A log that goes on after another names those before it and where they ended, so that none can be cut short later.
 */
export const announcement = (
  { log: { origin }, earlier }: Pick<LedgerPorts, 'log' | 'earlier'>,
  keys: readonly string[],
  n: number,
  at: string,
): string =>
  canonical({
    schema: entrySchema,
    event: `log.keys.${n}`,
    kind: 'log',
    record: 'keys',
    action: n === 0 ? 'begin' : 'changeKeys',
    seat: 'system',
    at,
    region: '',
    disclosed: {
      origin,
      keys,
      ...(n === 0 && earlier.length > 0 ? { after: earlier.map((log) => ({ origin: log.origin, size: log.size, root: log.root })) } : {}),
    },
    commitments: {},
  } satisfies Entry);
