import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import reactionMap from '../../contracts/generated/reactions.json' with { type: 'json' };
import { openS3 } from '../../shared/blobs/s3.ts';
import { compose } from '../../shared/edge/compose.ts';
import type { Reaction } from '../../shared/edge/context.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import type { Process } from '../../shared/kernel/process.ts';
import { openVerifier } from '../../shared/vendor/openid.ts';
import { openS3Uploads } from '../../shared/blobs/uploads-s3.ts';
import { setting, told } from './environment.ts';
import { ledgerFromEnvironment } from './ledger.ts';
import { openTables } from './tables.ts';

/** What a function does of the whole: the tables behind its door, and the reactions that it runs, if it runs any. */
export type Share = {
  readonly processes: readonly Process[];
  readonly reactions?: readonly Reaction[];
  readonly dispatch?: Ports['dispatch'];
};

const nowhere = async (): Promise<never> => {
  throw new Error('this function dispatches no jobs');
};

/** The key of idempotency marks and derived ids. It is never in the environment, where whoever may describe a function would read it. */
const secretOf = async (arn: string): Promise<string> => {
  const client = new SecretsManagerClient({});
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (SecretString === undefined) throw new Error('the secret has no text');
    return SecretString;
  } finally {
    client.destroy();
  }
};

/** Where no issuer is named no token is good. */
const verifierOf = (issuer: string | undefined): Ports['verify'] =>
  issuer === undefined
    ? async () => undefined
    : openVerifier({ issuer, audience: setting('audience').split(','), jwksUri: setting('jwks') });

/**
 * The ports of a Lambda function, from its environment (see `environment.ts`). Nothing is opened before the first request.
 * @returns what `providePorts` takes. It throws where a variable is missing or the secret cannot be read, and may be tried again.
 */
export const portsFromEnvironment =
  ({ processes, reactions = [], dispatch = nowhere }: Share) =>
  async (): Promise<Ports> => {
    const place = { bucket: setting('objects'), region: setting('region') };
    return compose({
      tables: openTables(),
      blobs: openS3(place),
      uploads: openS3Uploads(place),
      ledger: ledgerFromEnvironment(),
      processes,
      reactions,
      reactionMap,
      verify: verifierOf(told('issuer')),
      now: () => new Date(),
      secret: await secretOf(setting('secret')),
      dispatch,
      wake: () => undefined, // the stream wakes the belt
    });
  };
