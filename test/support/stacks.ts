import { readFileSync } from 'node:fs';
import * as cdk from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { harbour } from '../../infra/stacks/harbour.ts';

export type Properties = Readonly<Record<string, unknown>>;
type Resource = { readonly Type: string; readonly Properties?: Properties; readonly DeletionPolicy?: string };
export type Statement = {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
};
type Templates = Readonly<Record<string, { readonly Resources: Readonly<Record<string, Resource>> }>>;

const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as { context: object };
export const inEurope = { stage: 'prod', region: 'eu-central-1', portalHost: 'harbour.example' };
export const inChina = {
  stage: 'prod',
  region: 'cn-north-1',
  portalHost: 'harbour.example.cn',
  portalCertificate: 'ASCAEXAMPLE',
  oidcIssuer: 'https://id.example.cn/',
  oidcAudience: 'portal',
  oidcJwks: 'https://id.example.cn/jwks',
};

/** The stacks as they are synthesised with a context, without their code; what cdk-nag finds in them, and what CDK itself warns of. */
export const built = (given: object) => {
  const app = new cdk.App({ context: { ...context, 'aws:cdk:bundling-stacks': [], ...given }, analyticsReporting: false });
  const stacks = harbour(app);
  // Before templates are made: what one stack takes from another still has the name there by which it was argued for.
  const findings = [new AwsSolutionsChecks(), new ServerlessChecks()].flatMap((pack) =>
    pack.validateScope(app).violations.map((v) => v.ruleName),
  );
  const templates: Templates = Object.fromEntries(
    Object.entries(stacks).map(([name, stack]) => [name, Template.fromStack(stack).toJSON() as Templates[string]]),
  );
  const warnings = app.synth().stacks.flatMap(({ messages }) => messages.map(({ entry }) => JSON.stringify(entry.data)));
  return { findings, templates, warnings };
};

export const listOf = (one: string | readonly string[]): readonly string[] => [one].flat();

export const queriesOf = (templates: Templates) => {
  const resources = Object.values(templates).flatMap(({ Resources }) => Object.entries(Resources));
  const all = (type: string): readonly (readonly [id: string, properties: Properties])[] =>
    resources.filter(([, r]) => r.Type === type).map(([id, r]) => [id, r.Properties ?? {}]);
  return {
    resources,
    all,
    /** What the roles may whose policies are named so. */
    statementsOf: (prefix: string): readonly Statement[] =>
      all('AWS::IAM::Policy')
        .filter(([id]) => id.startsWith(prefix))
        .flatMap(([, p]) => (p['PolicyDocument'] as { Statement: readonly Statement[] }).Statement),
  };
};
