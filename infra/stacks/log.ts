import * as cdk from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

const statement = (actions: readonly string[], resource: string, principals: readonly iam.IPrincipal[] = []) =>
  new iam.PolicyStatement({ actions: [...actions], resources: [resource], principals: [...principals] });
const files = 'log/*';

/**
 * The bucket of the public ledger's files. It is closed; distributions of this account serve it. Whoever reads may list, so that what is not
 * there is 404 and not 403: C2SP tlog-tiles takes the one for an answer and the other for a failure.
 */
export class LogBucket extends s3.Bucket {
  /** China regions have the older access identity only. */
  readonly #identity: cloudfront.OriginAccessIdentity | undefined;

  constructor(scope: Construct, id: string, props: s3.BucketProps) {
    super(scope, id, props);
    if (this.stack.region.startsWith('cn-')) this.#identity = new cloudfront.OriginAccessIdentity(this, 'Reader');
    // Not one distribution by name: that would need the bucket before it, and the bucket's policy it.
    const distributions = this.stack.formatArn({ service: 'cloudfront', region: '', resource: 'distribution', resourceName: '*' });
    const reader =
      this.#identity?.grantPrincipal ??
      new iam.ServicePrincipal('cloudfront.amazonaws.com', { conditions: { ArnLike: { 'aws:SourceArn': distributions } } });
    for (const one of this.#reading([reader])) this.addToResourcePolicy(one);
  }

  /** The bucket as an origin of a distribution in another stack. */
  originFor(scope: Construct): cloudfront.IOrigin {
    const { bucketName, bucketRegionalDomainName } = this;
    const bucket = s3.Bucket.fromBucketAttributes(scope, 'Log', { bucketName, bucketRegionalDomainName });
    for (const kind of ['Oac', 'Oai'])
      cdk.Annotations.of(scope).acknowledgeWarning(
        `@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicy${kind}`,
        'The bucket lets distributions read of itself.',
      );
    return this.#identity
      ? origins.S3BucketOrigin.withOriginAccessIdentity(bucket, { originAccessIdentity: this.#identity })
      : origins.S3BucketOrigin.withOriginAccessControl(bucket);
  }

  mayRead(): readonly iam.PolicyStatement[] {
    return this.#reading();
  }
  /** What only the sequencer may. */
  mayWrite(): readonly iam.PolicyStatement[] {
    return [statement(['s3:PutObject', 's3:DeleteObject'], this.arnForObjects(files))];
  }

  /** Argues for the wildcards of `mayRead` and `mayWrite`. */
  acknowledge(role: Construct): void {
    const bucket = this.stack.getLogicalId(this.node.defaultChild as s3.CfnBucket);
    cdk.Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${files}]`,
      reason: 'The files of the log, which are public.',
    });
  }

  #reading(principals: readonly iam.IPrincipal[] = []): readonly iam.PolicyStatement[] {
    return [statement(['s3:GetObject'], this.arnForObjects(files), principals), statement(['s3:ListBucket'], this.bucketArn, principals)];
  }
}
