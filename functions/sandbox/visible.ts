import type { Call } from '../../shared/edge/context.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { idOf } from '../../shared/edge/routes.ts';
import { sees } from '../../shared/kernel/seats.ts';

/** The record that a path names, if the caller may see it. @throws RefusalError not_found */
export const visible = async <T>(kind: string, call: Call): Promise<T> => {
  const { actor, ports } = call;
  const [record] = await ports.door.load([{ kind, id: idOf(call) }]);
  const process = ports.processes.get(kind);
  if (!record || !process || !sees(process, actor, record)) throw new RefusalError('not_found');
  return record as unknown as T;
};
