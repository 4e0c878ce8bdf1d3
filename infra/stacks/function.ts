import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as cdk from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { bundle, root, type Code } from '../bundle.ts';

type Lock = { readonly packages: Readonly<Record<string, { readonly version: string }>> };
const duckdb = 'node_modules/@duckdb/';

/** Installs DuckDB as the lock file has it, for the machine of the function instead of this one. */
const installDuckdb = (folder: string): void => {
  const { packages, ...lock } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as Lock;
  const dependencies = { '@duckdb/node-api': packages[`${duckdb}node-api`]?.version };
  const kept = Object.entries(packages).filter(([path]) => path.startsWith(duckdb) || path === 'node_modules/detect-libc');
  writeFileSync(`${folder}/package.json`, JSON.stringify({ name: 'worker', private: true, dependencies }));
  writeFileSync(
    `${folder}/package-lock.json`,
    JSON.stringify({ ...lock, name: 'worker', packages: { '': { name: 'worker', dependencies }, ...Object.fromEntries(kept) } }),
  );
  execFileSync('npm', ['ci', '--os=linux', '--cpu=arm64', '--libc=glibc', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (!existsSync(`${folder}/${duckdb}node-bindings-linux-arm64`)) throw new Error('the registry has no DuckDB for linux-arm64');
};

export type FunctionProps = {
  readonly code: Code;
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly may: readonly iam.PolicyStatement[];
  readonly timeout: cdk.Duration;
  readonly retention: logs.RetentionDays;
  readonly memorySize?: number;
  readonly withDuckdb?: boolean;
} & Pick<
  lambda.FunctionOptions,
  'vpc' | 'vpcSubnets' | 'securityGroups' | 'ephemeralStorageSize' | 'deadLetterQueue' | 'reservedConcurrentExecutions'
>;

/** A function of ours: Node 24 on arm64, a role of its own with nothing but its log and what it `may`, traced, its log kept for a while. */
export class HarbourFunction extends lambda.Function {
  constructor(scope: Construct, id: string, { code, may, retention, withDuckdb = false, environment, ...props }: FunctionProps) {
    const logGroup = new logs.LogGroup(scope, `${id}Log`, { retention, removalPolicy: cdk.RemovalPolicy.DESTROY });
    const role = new iam.Role(scope, `${id}Role`, {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
    });
    role.addToPolicy(
      new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }),
    );
    for (const statement of may) role.addToPolicy(statement);
    const tryBundle = (folder: string): boolean => {
      bundle(code, folder);
      if (withDuckdb) installDuckdb(folder);
      return true;
    };
    super(scope, id, {
      ...props,
      code: lambda.Code.fromAsset(`${root}infra/aws`, {
        assetHashType: cdk.AssetHashType.OUTPUT,
        // CDK bundles once for equal settings, and cannot tell one `tryBundle` from another: the command, which is never run, tells.
        bundling: { image: cdk.DockerImage.fromRegistry('never-used'), command: [JSON.stringify(code)], local: { tryBundle } },
      }),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      memorySize: props.memorySize ?? 1024,
      tracing: lambda.Tracing.ACTIVE,
      loggingFormat: lambda.LoggingFormat.JSON,
      logGroup,
      role,
      environment: { NODE_OPTIONS: '--enable-source-maps', ...environment },
    });
    if (!props.deadLetterQueue) {
      cdk.Validations.of(this).acknowledge({
        id: 'Serverless-LambdaDLQ',
        reason: 'Nothing invokes it asynchronously: an API, a stream or a queue waits for its answer.',
      });
    }
    cdk.Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray takes no resource: xray:PutTraceSegments and xray:PutTelemetryRecords can only be allowed on all.',
    });
  }
}
