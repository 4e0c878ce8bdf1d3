import * as cdk from 'aws-cdk-lib';
import * as ddb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { projection } from '../../shared/store/dynamodb.ts';
import { entryAttributes } from '../../shared/store/item.ts';
import { indexes } from '../../shared/store/table.ts';
import { variables } from '../aws/environment.ts';
import { LogBucket } from './log.ts';
import { outputs, type LedgerAddress, type StageProps } from './stage.ts';

const text = (name: string): ddb.Attribute => ({ name, type: ddb.AttributeType.STRING });
const statement = (actions: readonly string[], resources: readonly string[]) =>
  new iam.PolicyStatement({ actions: [...actions], resources: [...resources] });

/** What is kept: the seven tables, the objects, the key of both, the secret of marks and ids, and the files of the public ledger. */
export class DataStack extends cdk.Stack {
  readonly key: kms.Key;
  readonly tables: Readonly<Record<'records' | 'disclosure' | 'openings' | 'releases' | 'money' | 'search' | 'usage', ddb.TableV2>>;
  readonly objects: s3.Bucket;
  readonly accessLogs: s3.Bucket;
  readonly secret: secrets.Secret;
  readonly log: LogBucket;
  readonly ledger: LedgerAddress;
  readonly #removalPolicy: cdk.RemovalPolicy;
  readonly #isProd: boolean;

  constructor(scope: Construct, id: string, { stage, portalHost, ledger, ...props }: StageProps & { readonly ledger: LedgerAddress }) {
    super(scope, id, props);
    this.ledger = ledger;
    this.#isProd = stage === 'prod';
    this.#removalPolicy = this.#isProd ? cdk.RemovalPolicy.RETAIN : cdk.RemovalPolicy.DESTROY;
    this.key = new kms.Key(this, 'Key', {
      description: 'Data Harbour: records, objects, secret',
      enableKeyRotation: true,
      removalPolicy: this.#removalPolicy,
    });
    this.tables = {
      records: this.#records(),
      // It only wakes: what is pending the sequencer reads from the table.
      disclosure: this.#table('Disclosure', { dynamoStream: ddb.StreamViewType.KEYS_ONLY }),
      // What opens the commitments of the ledger: a salt that was deleted may come back from nowhere.
      openings: this.#table('Openings', { pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: false } }),
      // What has been answered of each resource, which every new question is compared with.
      releases: this.#table('Releases'),
      money: this.#table('Money'),
      search: this.#table('Search'),
      // What was called of the data service, and the digests of its tokens.
      usage: this.#table('Usage'),
    };
    this.accessLogs = new s3.Bucket(this, 'AccessLogs', {
      ...this.#bucket(),
      encryption: s3.BucketEncryption.S3_MANAGED,
      // CloudFront delivers its logs by access control list only
      objectOwnership: s3.ObjectOwnership.OBJECT_WRITER,
      lifecycleRules: [{ expiration: cdk.Duration.days(400) }],
    });
    this.objects = this.#objects(portalHost);
    this.log = new LogBucket(this, 'Log', {
      ...this.#bucket(),
      encryption: s3.BucketEncryption.S3_MANAGED,
      serverAccessLogsBucket: this.accessLogs,
      serverAccessLogsPrefix: 'log/',
      lifecycleRules: [{ noncurrentVersionExpiration: cdk.Duration.days(30) }],
    });
    this.secret = new secrets.Secret(this, 'Secret', {
      description: 'The key of idempotency marks and derived ids',
      encryptionKey: this.key,
      removalPolicy: this.#removalPolicy,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    outputs(this, {
      Environment: Object.entries(this.names)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
    });
    cdk.Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Ids derive from it: another secret would give a repeated request another id, and do it twice.',
    });
    cdk.Validations.of(this.accessLogs).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'It is the bucket of access logs; its own would never end.',
    });
  }

  /** The tables, objects, secret and ledger by name: the same for every function. What each may do with them its role says. */
  get names(): Readonly<Record<string, string>> {
    const { records, disclosure, openings, releases, money, search, usage } = this.tables;
    const { origin, witnesses } = this.ledger;
    return {
      [variables.records]: records.tableName,
      [variables.disclosure]: disclosure.tableName,
      [variables.openings]: openings.tableName,
      [variables.releases]: releases.tableName,
      [variables.money]: money.tableName,
      [variables.search]: search.tableName,
      [variables.usage]: usage.tableName,
      [variables.objects]: this.objects.bucketName,
      [variables.secret]: this.secret.secretArn,
      [variables.ledgerBucket]: this.log.bucketName,
      ...(origin === undefined ? {} : { [variables.ledgerOrigin]: origin }),
      ...(witnesses.length === 0 ? {} : { [variables.ledgerWitnesses]: JSON.stringify(witnesses) }),
    };
  }

  /** What every function of a context may: read the secret, and use the key through the services that hold what it encrypts. */
  mayOpen(): readonly iam.PolicyStatement[] {
    return [statement(['secretsmanager:GetSecretValue'], [this.secret.secretArn]), ...this.mayDecrypt()];
  }
  mayDecrypt(): readonly iam.PolicyStatement[] {
    const actions = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:DescribeKey'];
    return [statement(actions, [this.key.keyArn])];
  }
  mayRead(...names: readonly (keyof DataStack['tables'])[]): readonly iam.PolicyStatement[] {
    return names.map((name) => {
      const { tableArn } = this.tables[name];
      const ofIndexes = name === 'records' ? indexes.map((index) => `${tableArn}/index/${index}`) : [];
      return statement(['dynamodb:BatchGetItem', 'dynamodb:Query'], [tableArn, ...ofIndexes]);
    });
  }
  /** What `transact` of the store port takes. */
  mayWrite(...names: readonly (keyof DataStack['tables'])[]): readonly iam.PolicyStatement[] {
    const actions = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'];
    return names.map((name) => statement(actions, [this.tables[name].tableArn]));
  }
  /** Objects under the folders; and, to tell a missing object from a forbidden one, the names in the bucket. */
  mayGet(...folders: readonly string[]): readonly iam.PolicyStatement[] {
    return [
      statement(['s3:ListBucket'], [this.objects.bucketArn]),
      statement(
        ['s3:GetObject'],
        folders.map((folder) => this.objects.arnForObjects(`${folder}/*`)),
      ),
    ];
  }
  mayReadTags(...folders: readonly string[]): readonly iam.PolicyStatement[] {
    return [
      statement(
        ['s3:GetObjectTagging'],
        folders.map((folder) => this.objects.arnForObjects(`${folder}/*`)),
      ),
    ];
  }
  mayRemove(...folders: readonly string[]): readonly iam.PolicyStatement[] {
    return [
      statement(['s3:ListBucket'], [this.objects.bucketArn]),
      statement(
        ['s3:DeleteObject'],
        folders.map((folder) => this.objects.arnForObjects(`${folder}/*`)),
      ),
    ];
  }
  mayPut(...folders: readonly string[]): readonly iam.PolicyStatement[] {
    return [
      statement(
        ['s3:PutObject', 's3:AbortMultipartUpload', 's3:DeleteObject'],
        folders.map((folder) => this.objects.arnForObjects(`${folder}/*`)),
      ),
    ];
  }

  /** Argues for the wildcards of `mayGet`, `mayRemove` and `mayPut`. */
  acknowledgeFolders(owner: lambda.Function | iam.Role, ...folders: readonly string[]): void {
    const bucket = this.getLogicalId(this.objects.node.defaultChild as s3.CfnBucket);
    for (const folder of folders) {
      cdk.Validations.of('role' in owner ? (owner.role ?? owner) : owner).acknowledge({
        id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${folder}/*]`,
        reason: 'The objects of one folder, whose names are ids.',
      });
    }
  }

  #table(id: string, more: Partial<ddb.TablePropsV2> = {}): ddb.TableV2 {
    return new ddb.TableV2(this, id, {
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billing: ddb.Billing.onDemand(),
      encryption: ddb.TableEncryptionV2.customerManagedKey(this.key),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expires',
      deletionProtection: this.#isProd,
      removalPolicy: this.#removalPolicy,
      ...more,
    });
  }
  #records(): ddb.TableV2 {
    const globalSecondaryIndexes = indexes.map((indexName): ddb.GlobalSecondaryIndexPropsV2 => {
      const { key, sort } = entryAttributes(indexName);
      return {
        indexName,
        partitionKey: text(key),
        sortKey: text(sort),
        projectionType: ddb.ProjectionType.INCLUDE,
        nonKeyAttributes: [...projection],
      };
    });
    // It only wakes: what the news is the belt reads from the table.
    return this.#table('Records', { globalSecondaryIndexes, dynamoStream: ddb.StreamViewType.KEYS_ONLY });
  }
  #bucket() {
    return {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      removalPolicy: this.#removalPolicy,
    };
  }
  #objects(portalHost: string | undefined): s3.Bucket {
    return new s3.Bucket(this, 'Objects', {
      ...this.#bucket(),
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
      serverAccessLogsBucket: this.accessLogs,
      serverAccessLogsPrefix: 'objects/',
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: cdk.Duration.days(1), noncurrentVersionExpiration: cdk.Duration.days(30) },
        { prefix: 'quarantine/', expiration: cdk.Duration.days(7), noncurrentVersionExpiration: cdk.Duration.days(1) },
      ],
      // A browser puts a file by a presigned address: the address is the permission, from whichever page.
      cors: [
        {
          allowedMethods: [s3.HttpMethods.PUT],
          allowedOrigins: [portalHost === undefined ? '*' : `https://${portalHost}`],
          allowedHeaders: ['content-type', 'if-none-match'],
        },
      ],
    });
  }
}
