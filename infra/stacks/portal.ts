import * as cdk from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { ApiStack } from './api.ts';
import type { DataStack } from './data.ts';
import type { LogBucket } from './log.ts';
import { outputs, type Issuer, type StageProps } from './stage.ts';

type PortalProps = StageProps & {
  readonly data: DataStack;
  readonly api: ApiStack;
  readonly issuer: Issuer;
  /** The ARN of a certificate in us-east-1; in China, the id of a server certificate in IAM. */
  readonly certificate?: string;
};

/** Any address that is no file is the portal's own to route; in China, only the root. */
const toPortal = `function handler(event) {
  if (!/\\.(?:html|js|mjs|css|svg|json)$/.test(event.request.uri)) event.request.uri = '/index.html';
  return event.request;
}`;

const policyOf = (issuer: Issuer, data: DataStack): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' https://${data.objects.bucketRegionalDomainName} ${issuer.addresses.join(' ')}`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');

/** The portal and the API under one name, so that the API needs no CORS. The files are copied by `aws s3 sync` (README). */
export class PortalStack extends cdk.Stack {
  /** CloudFront has no functions, no origin access control and no IPv6 there. */
  readonly #isChina: boolean;

  constructor(scope: Construct, id: string, { stage, data, api, issuer, portalHost, certificate, ...props }: PortalProps) {
    super(scope, id, props);
    this.#isChina = this.region.startsWith('cn-');
    const files = new s3.Bucket(this, 'Files', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      serverAccessLogsBucket: data.accessLogs,
      serverAccessLogsPrefix: 'portal/',
      lifecycleRules: [{ noncurrentVersionExpiration: cdk.Duration.days(30) }],
      removalPolicy: stage === 'prod' ? cdk.RemovalPolicy.RETAIN : cdk.RemovalPolicy.DESTROY,
    });
    const distribution = new cloudfront.Distribution(this, 'Distribution', {
      ...this.#behaviors(files, api, policyOf(issuer, data), data.log),
      // What is not there may be there in a moment.
      errorResponses: [{ httpStatus: 404, ttl: cdk.Duration.seconds(0) }],
      defaultRootObject: 'index.html',
      enableIpv6: !this.#isChina,
      enableLogging: true,
      logBucket: data.accessLogs,
      logFilePrefix: 'distribution/',
      ...(portalHost !== undefined && certificate !== undefined && !this.#isChina
        ? {
            domainNames: [portalHost],
            certificate: acm.Certificate.fromCertificateArn(this, 'Certificate', certificate),
            minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
          }
        : {}),
    });
    if (this.#isChina) this.#nameInChina(distribution, portalHost, certificate);
    this.#acknowledge(distribution);
    outputs(this, {
      Bucket: files.bucketName,
      DistributionId: distribution.distributionId,
      Host: portalHost ?? distribution.distributionDomainName,
    });
  }

  #behaviors(
    files: s3.Bucket,
    api: ApiStack,
    contentSecurityPolicy: string,
    log: LogBucket,
  ): Pick<cloudfront.DistributionProps, 'defaultBehavior' | 'additionalBehaviors'> {
    const viewerProtocolPolicy = cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS;
    const responseHeadersPolicy = new cloudfront.ResponseHeadersPolicy(this, 'Headers', {
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy, override: true },
        contentTypeOptions: { override: true },
        referrerPolicy: { referrerPolicy: cloudfront.HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: { accessControlMaxAge: cdk.Duration.days(365), includeSubdomains: true, override: true },
      },
    });
    const origin = this.#isChina
      ? origins.S3BucketOrigin.withOriginAccessIdentity(files)
      : origins.S3BucketOrigin.withOriginAccessControl(files);
    const file = { origin, viewerProtocolPolicy, responseHeadersPolicy };
    const answers = new origins.HttpOrigin(`${api.api.apiId}.execute-api.${this.region}.${this.urlSuffix}`, {
      originSslProtocols: [cloudfront.OriginSslPolicy.TLS_V1_2],
    });
    return {
      defaultBehavior: { ...file, ...this.#routing() },
      additionalBehaviors: {
        '/v1/openapi.json': file,
        ...this.#log(log),
        '/v1/*': {
          origin: answers,
          viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
          allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
          cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
          originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        },
      },
    };
  }

  /** The public ledger as it is stored, readable from any page: tiles for ever, its head never out of a cache. C2SP tlog-tiles. */
  #log(log: LogBucket): Readonly<Record<string, cloudfront.BehaviorOptions>> {
    const file: cloudfront.BehaviorOptions = {
      origin: log.originFor(this),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      compress: false,
      responseHeadersPolicy: new cloudfront.ResponseHeadersPolicy(this, 'LogHeaders', {
        corsBehavior: {
          accessControlAllowOrigins: ['*'],
          accessControlAllowMethods: ['GET', 'HEAD'],
          accessControlAllowHeaders: ['*'],
          accessControlAllowCredentials: false,
          originOverride: true,
        },
        securityHeadersBehavior: { contentTypeOptions: { override: true } },
      }),
    };
    const fresh = { ...file, cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED };
    return { '/log/checkpoint': fresh, '/log/verifier-keys': fresh, '/log/*': file };
  }

  #routing(): Pick<cloudfront.BehaviorOptions, 'functionAssociations'> {
    if (this.#isChina) return {};
    const routing = new cloudfront.Function(this, 'Routing', {
      code: cloudfront.FunctionCode.fromInline(toPortal),
      runtime: cloudfront.FunctionRuntime.JS_2_0,
    });
    return { functionAssociations: [{ function: routing, eventType: cloudfront.FunctionEventType.VIEWER_REQUEST }] };
  }

  /** There a distribution answers to a name of one's own only, with a certificate from the store of IAM. */
  #nameInChina(distribution: cloudfront.Distribution, portalHost: string | undefined, certificate: string | undefined): void {
    if (portalHost === undefined || certificate === undefined)
      throw new Error('in China the portal needs -c portalHost and -c portalCertificate');
    const resource = distribution.node.defaultChild as cloudfront.CfnDistribution;
    resource.addPropertyOverride('DistributionConfig.Aliases', [portalHost]);
    resource.addPropertyOverride('DistributionConfig.ViewerCertificate', {
      IamCertificateId: certificate,
      SslSupportMethod: 'sni-only',
      MinimumProtocolVersion: 'TLSv1.2_2021',
    });
  }

  #acknowledge(distribution: cloudfront.Distribution): void {
    if (this.#isChina)
      cdk.Validations.of(distribution).acknowledge({
        id: 'AwsSolutions-CFR7',
        reason: 'China regions have the older access identity only.',
      });
    cdk.Validations.of(distribution).acknowledge(
      { id: 'AwsSolutions-CFR1', reason: 'What is disclosed is disclosed to everyone, wherever they are.' },
      {
        id: 'AwsSolutions-CFR2',
        reason:
          'A firewall is bought per city and differs by partition; the API throttles, and every input is parsed against its contract.',
      },
      {
        id: 'AwsSolutions-CFR4',
        reason:
          'Until it has a name of its own, or in China with a certificate of IAM set by override, the certificate decides the protocol.',
      },
    );
  }
}
