import type * as cdk from 'aws-cdk-lib';
import { witnessAddress } from '../../functions/disclosure/witnessing.ts';
import type { WitnessAddress } from '../../shared/edge/ledger.ts';
import { ApiStack } from './api.ts';
import { DataStack } from './data.ts';
import { IdentityStack } from './identity.ts';
import { LedgerStack } from './ledger.ts';
import { PortalStack } from './portal.ts';
import { SandboxStack } from './sandbox.ts';
import type { Issuer, LedgerAddress, StageProps } from './stage.ts';
import { WatchStack } from './watch.ts';
import { WorkStack } from './work.ts';

const china = 'cn-';

/** The provider that the context names, if it names one. */
const namedIssuer = (given: (name: string) => string | undefined): Issuer | undefined => {
  const [issuer, audience, jwks] = ['oidcIssuer', 'oidcAudience', 'oidcJwks'].map(given);
  if (issuer === undefined || audience === undefined || jwks === undefined) return undefined;
  return { issuer, audience: audience.split(','), jwks, addresses: [new URL(issuer).origin] };
};

/** The log's origin is the address at which it is first published, and stays when the portal is called by another name. */
const ledgerOf = (given: (name: string) => string | undefined): LedgerAddress => {
  const host = given('portalHost');
  const origin = given('ledgerOrigin') ?? (host === undefined ? undefined : `${host}/log`);
  const witnesses = (JSON.parse(given('ledgerWitnesses') ?? '[]') as readonly WitnessAddress[]).map(witnessAddress);
  return { witnesses, ...(origin === undefined ? {} : { origin }) };
};

/**
 * All stacks of one stage. From the context: `stage` (dev, or prod), `region`, `portalHost` with `portalCertificate`, and `oidcIssuer` with
 * `oidcAudience` and `oidcJwks` for any OpenID provider; without them, a user pool of Cognito. In China the last five are required. Of the
 * ledger: `ledgerOrigin`, where it is not that of the portal's name; `ledgerKeys`, the names of the keys that sign, the newest last, with
 * commas between; `ledgerWitnesses`, a JSON list of {"key", "url"}.
 * @throws Error for what China regions require
 */
export const harbour = (app: cdk.App): Readonly<Record<string, cdk.Stack>> => {
  const given = (name: string): string | undefined => app.node.tryGetContext(name) as string | undefined;
  const stage = given('stage') === 'prod' ? 'prod' : 'dev';
  const [region, account, portalHost, certificate] = [
    given('region') ?? process.env['CDK_DEFAULT_REGION'],
    process.env['CDK_DEFAULT_ACCOUNT'],
    given('portalHost'),
    given('portalCertificate'),
  ];
  const env = { ...(region === undefined ? {} : { region }), ...(account === undefined ? {} : { account }) };
  const props: StageProps = { stage, env, analyticsReporting: false, ...(portalHost === undefined ? {} : { portalHost }) };
  const named = (name: string): string => `DataHarbour-${stage}-${name}`;

  const external = namedIssuer(given);
  if (!external && region?.startsWith(china))
    throw new Error('China regions have no Cognito: give -c oidcIssuer, -c oidcAudience and -c oidcJwks');
  const identity = external ? undefined : new IdentityStack(app, named('Identity'), props);
  const issuer = identity?.issuer ?? external;
  if (!issuer) throw new Error('no OpenID provider');
  const data = new DataStack(app, named('Data'), { ...props, ledger: ledgerOf(given) });
  const api = new ApiStack(app, named('Api'), { ...props, data, issuer });
  const sandbox = new SandboxStack(app, named('Sandbox'), { ...props, data, scans: region?.startsWith(china) !== true });
  const work = new WorkStack(app, named('Work'), { ...props, data, jobs: sandbox.jobs });
  const keys = (given('ledgerKeys') ?? '1').split(',');
  const ledger = new LedgerStack(app, named('Ledger'), { ...props, data, keys, failed: work.failed });
  const watch = new WatchStack(app, named('Watch'), { ...props, api, sandbox, work, ledger });
  const portal = new PortalStack(app, named('Portal'), {
    ...props,
    data,
    api,
    issuer,
    ...(certificate === undefined ? {} : { certificate }),
  });
  return { ...(identity ? { identity } : {}), data, api, sandbox, work, ledger, watch, portal };
};
