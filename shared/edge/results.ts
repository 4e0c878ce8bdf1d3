import type { Query } from '../../contracts/query.ts';
import type { Stored } from '../kernel/process.ts';
import type { Ports } from './ports.ts';
import { RefusalError } from './refusal.ts';

/**
 * The stored answer of a query, as it is read wherever one may read it; the chain is asked again at each reading. DESIGN §5.
 * @throws RefusalError query_refused, authority_broken, result_not_ready, unavailable
 */
export const resultOf = async (
  { id, status, data }: Stored<typeof Query>,
  { door, blobs }: Pick<Ports, 'door' | 'blobs'>,
): Promise<object> => {
  if (status === 'refused') throw new RefusalError({ code: 'query_refused', about: { code: data.code } });
  if (status === 'withheld') throw new RefusalError({ code: 'authority_broken', about: data.link });
  if (status !== 'released') throw new RefusalError('result_not_ready');
  const link = await door.brokenUnder({ kind: 'entitlement', id: data.entitlement });
  if (link) throw new RefusalError({ code: 'authority_broken', about: { kind: link.kind, id: link.id } });
  const object = await blobs.get(data.result.object);
  if (!object) throw new RefusalError('unavailable');
  const text = Buffer.concat(await object.body.toArray()).toString();
  return { id, releasedAt: data.releasedAt, ruleVersion: data.ruleVersion, ...(JSON.parse(text) as object) };
};
