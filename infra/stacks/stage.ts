import * as cdk from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { WitnessAddress } from '../../shared/edge/ledger.ts';

/** Who issues the tokens, where it is not our own user pool. */
export type Issuer = {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly jwks: string;
  /** The origins that a browser speaks to while a person signs in. */
  readonly addresses: readonly string[];
};

/** What is decided for all stacks. */
export type Stage = {
  readonly stage: 'dev' | 'prod';
  /** The name by which people reach the portal, once it is known. */
  readonly portalHost?: string;
};
/** How the public ledger is known: its origin, once it has one, and those who cosign it. */
export type LedgerAddress = { readonly origin?: string; readonly witnesses: readonly WitnessAddress[] };
export type StageProps = Stage & cdk.StackProps;

/** Six months at least: Cybersecurity Law of the PRC, art. 21(3). */
export const retentionOf = (stage: Stage['stage']): logs.RetentionDays =>
  stage === 'prod' ? logs.RetentionDays.SIX_MONTHS : logs.RetentionDays.ONE_WEEK;

/** What whoever deploys needs to know of a stack. */
export const outputs = (stack: cdk.Stack, values: Readonly<Record<string, string>>): readonly cdk.CfnOutput[] =>
  Object.entries(values).map(([name, value]) => new cdk.CfnOutput(stack, name, { value }));
