import { rulesOf } from '../../contracts/parameters.ts';
import type { AccessKey } from '../../contracts/delivery.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { quotaOf } from './access-key.process.ts';

const worker = { type: 'system', id: 'worker' } as const;

/**
 * Leases the next block of a contract's quota for a key: at most a quarter of what is left, so that no key holds up the others near the end.
 * Of many that ask at once one leases, and all go on with what it has leased.
 * @throws RefusalError quota_exhausted where nothing is left, access_key_not_live where the key has ended meanwhile
 */
export const leaseBlock = async ({ door, records }: Ports, { id, rules, data }: Stored<typeof AccessKey>): Promise<void> => {
  const left = await records.left(quotaOf(data.entitlement));
  const amount = Math.min(rulesOf(rules).service.block, Math.ceil((left ?? 0) / 4));
  if (amount === 0) throw new RefusalError('quota_exhausted');
  const block = data.block + 1;
  try {
    await door.act({ kind: 'accessKey', action: 'lease', id, input: { block, amount }, actor: worker, key: `lease/${block}/${amount}` });
  } catch (error) {
    const code = error instanceof RefusalError ? error.refused.code : undefined;
    if (code === 'wrong_state') throw new RefusalError('access_key_not_live');
    if (code !== 'already_exists' && code !== 'quota_exhausted') throw error; // another leased it, or took what was left: the caller looks again
  }
};
