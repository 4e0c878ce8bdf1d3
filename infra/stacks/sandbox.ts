import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { worker } from '../bundle.ts';
import type { DataStack } from './data.ts';
import { variables } from '../aws/environment.ts';
import { HarbourFunction } from './function.ts';
import { scanQuarantine } from './malware.ts';
import { retentionOf, type StageProps } from './stage.ts';

const timeout = cdk.Duration.minutes(15);
const interfaces = ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'];

/** `scans` where GuardDuty scans objects: not in China. */
export type SandboxProps = StageProps & { readonly data: DataStack; readonly scans: boolean };

/**
 * The controlled environment: the worker, in a network that leads nowhere. It reaches our objects, our records and our secret through doors of
 * the network, and no other address at all. The queue is read, and the log is written, by Lambda itself from outside of that network.
 */
export class SandboxStack extends cdk.Stack {
  readonly jobs: sqs.Queue;
  readonly failed: sqs.Queue;
  readonly worker: HarbourFunction;

  constructor(scope: Construct, id: string, { stage, data, scans, portalHost: _host, ...props }: SandboxProps) {
    super(scope, id, props);
    if (scans) scanQuarantine(this, data);
    const queue = { encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.failed = new sqs.Queue(this, 'FailedJobs', { ...queue, retentionPeriod: cdk.Duration.days(14) });
    // Six times the function's time, as Lambda asks for
    this.jobs = new sqs.Queue(this, 'Jobs', {
      ...queue,
      visibilityTimeout: cdk.Duration.minutes(90),
      deadLetterQueue: { queue: this.failed, maxReceiveCount: 3 },
    });

    const vpc = this.#network(data, retentionOf(stage));
    const doors = new ec2.SecurityGroup(this, 'Doors', { vpc, allowAllOutbound: false, description: 'The door to the secret' });
    const inside = new ec2.SecurityGroup(this, 'Inside', { vpc, allowAllOutbound: false, description: 'The worker' });
    // To any address: the network has routes to S3 and DynamoDB only, and the lists of their addresses differ by region.
    inside.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'S3 and DynamoDB through their gateways');
    doors.addIngressRule(inside, ec2.Port.tcp(443), 'the worker');
    const secrets = vpc.addInterfaceEndpoint('Secrets', {
      service: ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
      securityGroups: [doors],
      open: false,
    });
    secrets.addToPolicy(through(['secretsmanager:GetSecretValue'], [data.secret.secretArn]));

    this.worker = new HarbourFunction(this, 'Worker', {
      code: worker,
      description: 'Data Harbour: loads what was deposited and runs governed queries',
      environment: { ...data.names, ...(scans ? { [variables.malwareTags]: 'on' } : {}) },
      may: [
        ...data.mayOpen(),
        ...data.mayRead('records', 'releases'),
        ...data.mayWrite('records', 'releases'),
        ...data.mayGet('quarantine', 'sandbox', 'lists', 'results'),
        ...data.mayPut('sandbox', 'lists', 'results', 'exports'),
        ...(scans ? data.mayReadTags('quarantine') : []),
        new iam.PolicyStatement({ actions: interfaces, resources: ['*'] }),
      ],
      retention: retentionOf(stage),
      timeout,
      memorySize: 3008,
      ephemeralStorageSize: cdk.Size.gibibytes(10),
      withDuckdb: true,
      vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      securityGroups: [inside],
    });
    this.worker.addEventSource(new SqsEventSource(this.jobs, { batchSize: 1, maxConcurrency: 10 }));
    data.acknowledgeFolders(this.worker, 'quarantine', 'sandbox', 'lists', 'results', 'exports');
    cdk.Validations.of(this.worker.role ?? this.worker).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Lambda itself makes and removes the interfaces by which the worker stands in the network; from inside no address of EC2 is reached.',
    });
    cdk.Validations.of(this.failed).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'It is where given-up messages end; a person is called.',
    });
    cdk.Validations.of(this.worker).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason: 'What fails goes back to the queue, and from there to the queue of failed jobs.',
    });
  }

  #network(data: DataStack, retention: logs.RetentionDays): ec2.Vpc {
    const vpc = new ec2.Vpc(this, 'Network', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Inside', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
      // Nothing is in the default group; closing it takes a function with rights over all groups.
      restrictDefaultSecurityGroup: false,
    });
    vpc.addFlowLog('Traffic', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(
        new logs.LogGroup(this, 'TrafficLog', { retention, removalPolicy: cdk.RemovalPolicy.DESTROY }),
      ),
    });
    // What a door leads to is our own: nobody's bucket receives what was read here.
    const objects = vpc.addGatewayEndpoint('Objects', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    objects.addToPolicy(
      through(
        ['s3:GetObject', 's3:GetObjectTagging', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListBucket'],
        [data.objects.bucketArn, data.objects.arnForObjects('*')],
      ),
    );
    const records = vpc.addGatewayEndpoint('Records', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB });
    const { tableArn } = data.tables.records;
    records.addToPolicy(
      through(
        [
          'dynamodb:BatchGetItem',
          'dynamodb:Query',
          'dynamodb:PutItem',
          'dynamodb:UpdateItem',
          'dynamodb:DeleteItem',
          'dynamodb:ConditionCheckItem',
        ],
        [tableArn, `${tableArn}/index/*`],
      ),
    );
    return vpc;
  }
}

/** What passes a door of the network, whoever asks: who may ask is said by roles. */
const through = (actions: readonly string[], resources: readonly string[]): iam.PolicyStatement =>
  new iam.PolicyStatement({ principals: [new iam.AnyPrincipal()], actions: [...actions], resources: [...resources] });
