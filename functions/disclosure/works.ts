import type { LedgerWorkPorts } from '../../shared/edge/ports.ts';
import { openPruning } from './pruning.ts';
import { openPublicRegister } from './published.ts';
import { openSequencer } from './sequencer.ts';
import { openWitnessing } from './witnessing.ts';

/** All that runs beside requests for the public ledger, woken by what is pending and each minute. */
export const openLedgerWorks = (ports: LedgerWorkPorts) => {
  const { tables, blobs, ledger, now } = ports;
  const table = tables.disclosure;
  const sequencer = openSequencer({ table, staging: blobs, ledger, now });
  const register = openPublicRegister(ports);
  const witnessing = openWitnessing(ports);
  const pruning = openPruning({ table, log: ledger.log, now });
  return {
    /** Sequences until nothing is pending, then shows what is published and has it cosigned. */
    run: async (): Promise<void> => {
      while (await sequencer.round());
      while ((await register.project()) > 0);
      await witnessing.cosign();
    },
    /** Removes what readers no longer need. */
    tidy: async (): Promise<number> => (await pruning.prune()) + (await sequencer.sweep()),
  };
};
