import { openPublicS3 } from '../../shared/blobs/public-files-s3.ts';
import type { LedgerPorts, WitnessAddress } from '../../shared/edge/ledger.ts';
import type { Signer } from '../../shared/vendor/signer.ts';
import { setting, told } from './environment.ts';

/** Where the log lies in its bucket, so that its addresses are those of the distribution. */
const prefix = 'log/';

/**
 * The public ledger as the environment tells it; whoever signs it gives the signers. A name that is never resolved (RFC 2606) stands for the
 * origin until there is one. The stream of pending entries wakes the sequencer.
 */
export const ledgerFromEnvironment = (signers: readonly Signer[] = []): LedgerPorts => {
  const origin = told('ledgerOrigin') ?? 'unnamed.invalid/log';
  const files = openPublicS3({ bucket: setting('ledgerBucket'), region: setting('region'), prefix });
  return {
    log: { origin, url: `https://${origin}/`, base: 0, files },
    earlier: [],
    signers,
    witnesses: JSON.parse(told('ledgerWitnesses') ?? '[]') as readonly WitnessAddress[],
    wake: () => undefined,
  };
};
