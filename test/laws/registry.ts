import { contexts } from '../../functions/index.ts';
import type { Process } from '../../shared/kernel/process.ts';

/** Every table of the registry, and every reaction. */
export const processes: readonly Process[] = contexts.flatMap((context) => context.processes);
export const reactions = contexts.flatMap((context) => context.reactions);
export const processOf = (kind: string): Process => {
  const found = processes.find(({ contract }) => contract.kind === kind);
  if (!found) throw new RangeError(`no process ${kind} in the registry`);
  return found;
};
