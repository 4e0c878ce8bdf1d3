import type { PublicFiles } from '../blobs/public-files.ts';
import type { Signer } from '../vendor/signer.ts';

/** Another organisation's witness that cosigns our checkpoints: its verifier key and where it takes them. C2SP tlog-witness. */
export type WitnessAddress = { readonly key: string; readonly url: string };

/** One log of the ledger. There is more than one only where a host was put back from a backup: the log that was lost is never continued. */
export type Log = {
  /** The log's URL without scheme, which is also its key's name. Fixed when the log begins. C2SP tlog-checkpoint. */
  readonly origin: string;
  /** Where anyone reads it. */
  readonly url: string;
  /** How many entries the logs before it hold. */
  readonly base: number;
  readonly files: PublicFiles;
};

/** What a host gives to the public ledger. */
export type LedgerPorts = {
  /** The log that is written. */
  readonly log: Log;
  /** Those that ended, the oldest first, with where they ended. */
  readonly earlier: readonly (Log & { readonly size: number; readonly root: string })[];
  /** Every key that signs now, the newest last; only the sequencer may sign. */
  readonly signers: readonly Signer[];
  readonly witnesses: readonly WitnessAddress[];
  /** Has what is pending sequenced, somewhere else. */
  readonly wake: () => void;
};
