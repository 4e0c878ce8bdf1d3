import * as cdk from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import * as gateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { contexts } from '../../functions/index.ts';
import type { Context } from '../../shared/edge/context.ts';
import { contextRoutes } from '../../shared/edge/routes.ts';
import { variables } from '../aws/environment.ts';
import type { DataStack } from './data.ts';
import { HarbourFunction } from './function.ts';
import { outputs, retentionOf, type Issuer, type StageProps } from './stage.ts';

/** What the routes of a context's own modules take, beside the records. */
const modules: Readonly<Record<string, (data: DataStack) => readonly iam.PolicyStatement[]>> = {
  disclosure: (data) => [...data.mayRead('disclosure', 'openings'), ...data.log.mayRead()],
  settlement: (data) => data.mayRead('money'),
  listing: (data) => data.mayRead('search'),
  // Who asks for a place to upload to is given an address that this function may use itself.
  sandbox: (data) => [...data.mayRead('releases'), ...data.mayGet('results', 'exports'), ...data.mayPut('quarantine')],
  // A call waits for its answer.
  delivery: (data) => [...data.mayRead('usage'), ...data.mayWrite('usage'), ...data.mayGet('results')],
  // A parked reaction is given back to the belt.
  operations: (data) => data.mayWrite('records'),
};

const mayOf = ({ name, processes }: Context, data: DataStack): readonly iam.PolicyStatement[] => [
  ...data.mayOpen(),
  // Whoever asks, their membership is a record.
  ...data.mayRead('records'),
  ...(processes.length > 0 ? data.mayWrite('records') : []),
  ...(modules[name]?.(data) ?? []),
];

/** Who asked for what, when, and what came of it: no query, no body, no token. */
const logged = JSON.stringify({
  request: '$context.requestId',
  at: '$context.requestTime',
  from: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  bytes: '$context.responseLength',
  took: '$context.responseLatency',
  error: '$context.integrationErrorMessage',
});

type ApiProps = StageProps & { readonly data: DataStack; readonly issuer: Issuer };

/** The HTTP API: a function for each context of the registry, a route for each of its routes. */
export class ApiStack extends cdk.Stack {
  readonly api: gateway.HttpApi;
  readonly functions: readonly HarbourFunction[];
  readonly stage: gateway.HttpStage;

  constructor(scope: Construct, id: string, { stage, data, issuer, portalHost: _host, ...props }: ApiProps) {
    super(scope, id, props);
    const environment = {
      ...data.names,
      [variables.issuer]: issuer.issuer,
      [variables.audience]: issuer.audience.join(','),
      [variables.jwks]: issuer.jwks,
    };
    this.api = new gateway.HttpApi(this, 'Api', { createDefaultStage: false, description: 'Data Harbour' });
    const signedIn = new HttpJwtAuthorizer('SignedIn', issuer.issuer, { jwtAudience: [...issuer.audience] });
    // Anyone may ask what is public; who sends a token is recognised by our own edge.
    const anyone = new gateway.HttpNoneAuthorizer();
    this.functions = contexts.map((context) => {
      const { name } = context;
      const code = { context: name };
      const description = `Data Harbour: the API of ${name}`;
      const timeout = cdk.Duration.seconds(29); // API Gateway waits no longer
      const isSandbox = name === 'sandbox';
      const answer = new HarbourFunction(this, name, {
        code,
        description,
        environment,
        timeout,
        may: mayOf(context, data),
        retention: retentionOf(stage),
        // Questions are tried where they are asked, on invented rows.
        withDuckdb: isSandbox,
        memorySize: isSandbox ? 1769 : 1024,
      });
      const integration = new HttpLambdaIntegration(name, answer, { scopePermissionToRoute: false });
      for (const { method, path, open, keyed } of contextRoutes(context)) {
        const routes = this.api.addRoutes({
          path,
          methods: [gateway.HttpMethod[method]],
          integration,
          authorizer: open ? anyone : signedIn,
        });
        if (open)
          for (const route of routes)
            cdk.Validations.of(route).acknowledge({
              id: 'AwsSolutions-APIG4',
              reason: keyed
                ? 'It takes a token of our own, which no OpenID provider knows and the route itself checks.'
                : 'Explicitly public in the registry: it answers what anyone may see.',
            });
      }
      if (isSandbox) data.acknowledgeFolders(answer, 'quarantine', 'results', 'exports');
      if (name === 'delivery') data.acknowledgeFolders(answer, 'results');
      if (name === 'disclosure') data.log.acknowledge(answer.role ?? answer);
      return answer;
    });
    const destination = new gateway.LogGroupLogDestination(
      new logs.LogGroup(this, 'AccessLog', { retention: retentionOf(stage), removalPolicy: cdk.RemovalPolicy.DESTROY }),
    );
    this.stage = new gateway.HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: 500, burstLimit: 1000 },
      accessLogSettings: { destination, format: AccessLogFormat.custom(logged) },
    });
    outputs(this, { Address: this.api.apiEndpoint });
  }
}
