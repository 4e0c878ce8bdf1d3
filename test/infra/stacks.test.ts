import { describe, expect, it } from '@jest/globals';
import { contexts } from '../../functions/index.ts';
import { contextRoutes } from '../../shared/edge/routes.ts';
import { built, inChina, inEurope, listOf, queriesOf, type Statement } from '../support/stacks.ts';

const partitions = { aws: built(inEurope), 'aws-cn': built(inChina) };

const sorted = (values: readonly unknown[]): readonly string[] =>
  values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).toSorted();
const routeKeys = (routes: readonly { readonly method: string; readonly path: string }[]) =>
  routes.map(({ method, path }) => `${method} ${path}`).toSorted();

describe.each(Object.entries(partitions))('the stacks in the partition %s', (partition, { findings, templates }) => {
  const { resources, all, statementsOf } = queriesOf(templates);
  const actionsOn = (prefix: string, resource: string): readonly string[] =>
    statementsOf(prefix)
      .filter((s) => JSON.stringify(s.Resource).includes(resource))
      .flatMap((s) => listOf(s.Action))
      .toSorted();

  it('nag finds nothing that is not argued in place', () => {
    expect(findings).toEqual([]);
  });

  it('no resource is named in another partition', () => {
    const named = JSON.stringify(templates).matchAll(/arn:(aws[a-z-]*):/g);
    expect([...new Set([...named].map(([, name]) => name))]).toEqual([partition]);
  });

  it('each table can be restored to any second, but for the one whose salts may be erased, is encrypted with our key, forgets what expires, and cannot be deleted by mistake', () => {
    const tables = all('AWS::DynamoDB::GlobalTable');
    expect(tables.map(([id]) => id.replace(/[0-9A-F]{8}$/, '')).toSorted()).toEqual([
      'Disclosure',
      'Money',
      'Openings',
      'Records',
      'Releases',
      'Search',
      'Usage',
    ]);
    for (const [id, table] of tables) {
      expect(table['SSESpecification']).toEqual({ SSEEnabled: true, SSEType: 'KMS' });
      expect(table['TimeToLiveSpecification']).toEqual({ AttributeName: 'expires', Enabled: true });
      expect(table['Replicas']).toEqual([
        expect.objectContaining({
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: !id.startsWith('Openings') },
          SSESpecification: { KMSMasterKeyId: expect.anything() },
        }),
      ]);
    }
    for (const [, { DeletionPolicy }] of resources.filter(([, r]) => r.Type === 'AWS::DynamoDB::GlobalTable'))
      expect(DeletionPolicy).toBe('Retain');
  });

  it('the streams of records and of the ledger carry keys only, and no other table has one', () => {
    const streams = all('AWS::DynamoDB::GlobalTable').flatMap(([id, table]) =>
      table['StreamSpecification'] ? [[id.replace(/[0-9A-F]{8}$/, ''), table['StreamSpecification']]] : [],
    );
    expect(Object.fromEntries(streams)).toEqual({
      Records: { StreamViewType: 'KEYS_ONLY' },
      Disclosure: { StreamViewType: 'KEYS_ONLY' },
    });
  });

  it('nothing in a bucket is public, nothing passes in the clear, and quarantine is emptied after a week', () => {
    const buckets = all('AWS::S3::Bucket');
    for (const [, bucket] of buckets) {
      expect(bucket['PublicAccessBlockConfiguration']).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(bucket['BucketEncryption']).toBeDefined();
      expect(bucket['VersioningConfiguration']).toEqual({ Status: 'Enabled' });
    }
    const policies = all('AWS::S3::BucketPolicy').map(([, p]) => JSON.stringify(p));
    expect(policies.filter((p) => p.includes('"aws:SecureTransport":"false"'))).toHaveLength(buckets.length);
    const rules = buckets.flatMap(
      ([, b]) => (b['LifecycleConfiguration'] as { Rules: readonly { Prefix?: string; ExpirationInDays?: number }[] }).Rules,
    );
    expect(rules.find((r) => r.Prefix === 'quarantine/')?.ExpirationInDays).toBe(7);
  });

  it('every function is ours: Node 24 on arm64, traced, with a log that ends', () => {
    const functions = all('AWS::Lambda::Function');
    expect(functions).toHaveLength(contexts.length + 4);
    for (const [, f] of functions) {
      expect(f).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], TracingConfig: { Mode: 'Active' } });
      expect(f['LoggingConfig']).toMatchObject({ LogFormat: 'JSON', LogGroup: expect.anything() });
    }
    for (const [, log] of all('AWS::Logs::LogGroup')) expect(log['RetentionInDays']).toBe(180);
  });

  it('no two functions run the same code', () => {
    const codes = all('AWS::Lambda::Function').map(([, f]) => JSON.stringify(f['Code']));
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('no function can be told another time, or holds a secret', () => {
    for (const [, f] of all('AWS::Lambda::Function')) {
      const names = Object.keys((f['Environment'] as { Variables: object }).Variables);
      expect(names).not.toContain('HARBOUR_CLOCK');
      expect(names.filter((name) => name.includes('SECRET'))).toEqual(['HARBOUR_SECRET_ARN']);
    }
  });

  it('the routes are those of the registry, and those without a token are those that it calls open', () => {
    const registry = contexts.flatMap(contextRoutes);
    const routes = all('AWS::ApiGatewayV2::Route').map(([, route]) => route);
    const keysOf = (type: string) => sorted(routes.filter((r) => r['AuthorizationType'] === type).map((r) => r['RouteKey']));
    expect(keysOf('NONE')).toEqual(routeKeys(registry.filter((r) => r.open)));
    expect(keysOf('JWT')).toEqual(routeKeys(registry.filter((r) => !r.open)));
    expect(routes).toHaveLength(registry.length);
    for (const route of routes) expect('AuthorizerId' in route).toBe(route['AuthorizationType'] === 'JWT');
  });

  it('the API is throttled and its calls are logged', () => {
    expect(all('AWS::ApiGatewayV2::Stage').map(([, stage]) => stage)).toEqual([
      expect.objectContaining({
        DefaultRouteSettings: expect.objectContaining({ ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 }),
        AccessLogSettings: expect.anything(),
      }),
    ]);
  });

  it('no role may do everything, and only what takes no resource is allowed on all', () => {
    const statements = statementsOf('');
    expect(statements.length).toBeGreaterThan(contexts.length);
    for (const { Action, Effect } of statements) {
      expect(Effect).toBe('Allow');
      for (const action of listOf(Action)) expect(action).toMatch(/^[a-z0-9-]+:[A-Za-z]+$/);
    }
    const onAll = statements.filter((s) => s.Resource === '*').flatMap((s) => listOf(s.Action));
    expect([...new Set(onAll)].toSorted()).toEqual([
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
    expect(JSON.stringify(all('AWS::IAM::Role'))).not.toContain('ManagedPolicyArns');
  });

  const read = ['dynamodb:BatchGetItem', 'dynamodb:Query'];
  const write = ['dynamodb:ConditionCheckItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];
  const listen = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'];
  it.each([
    ['catalogue', { Records: [...read, ...write], Disclosure: [], Money: [], Search: [], Objects: [] }],
    ['listing', { Records: [...read, ...write], Disclosure: [], Money: [], Search: read, Objects: [] }],
    [
      'disclosure',
      { Records: [...read, ...write], Disclosure: read, Money: [], Search: [], Objects: [], AttLog: ['s3:GetObject', 's3:ListBucket'] },
    ],
    [
      'Sequencer',
      {
        Records: [],
        Disclosure: [...read, ...write, ...listen],
        Money: [],
        Search: [],
        Objects: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject'],
        AttLog: ['s3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject'],
      },
    ],
    ['settlement', { Records: read, Disclosure: [], Money: read, Search: [], Objects: [] }],
    [
      'delivery',
      {
        Records: [...read, ...write],
        Disclosure: [],
        Money: [],
        Search: [],
        Usage: [...read, ...write],
        Objects: ['s3:GetObject', 's3:ListBucket'],
      },
    ],
    [
      'sandbox',
      {
        Records: [...read, ...write],
        Disclosure: [],
        Money: [],
        Search: [],
        Objects: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject'],
      },
    ],
    ['Worker', { Records: [...read, ...write], Disclosure: [], Money: [], Search: [] }],
    [
      'Clock',
      {
        Records: [...read, ...write],
        Disclosure: [...read, ...write],
        Money: [...read, ...write],
        Search: [...read, ...write],
        Objects: ['s3:DeleteObject', 's3:ListBucket'], // what has been loaded, refused or not let out
      },
    ],
  ])('%s may reach its own tables only', (name, expected) => {
    expect(statementsOf(`${name}Role`).length).toBeGreaterThan(0);
    for (const [resource, actions] of Object.entries(expected))
      expect({ [resource]: actionsOn(`${name}Role`, resource).filter((a) => /^(dynamodb|s3):/.test(a)) }).toEqual({
        [resource]: [...actions].toSorted(),
      });
  });

  const folders = (prefix: string, action: string) => {
    const allowed = statementsOf(prefix).filter((s) => listOf(s.Action).includes(action));
    return ['exports', 'quarantine', 'results', 'sandbox', 'staging'].filter((folder) =>
      JSON.stringify(allowed.map((s) => s.Resource)).includes(`/${folder}/*`),
    );
  };

  it('sandbox signs uploads into quarantine and reads results and files, and the worker writes anywhere but there', () => {
    expect(folders('sandboxRole', 's3:PutObject')).toEqual(['quarantine']);
    expect(folders('sandboxRole', 's3:GetObject')).toEqual(['exports', 'results']);
    expect(folders('WorkerRole', 's3:PutObject')).toEqual(['exports', 'results', 'sandbox']);
    expect(folders('SequencerRole', 's3:PutObject')).toEqual(['staging']);
    expect(folders('WorkerRole', 's3:GetObject')).toEqual(['quarantine', 'results', 'sandbox']);
  });

  it('what is put into quarantine is scanned where GuardDuty does so, and its verdict is read by the worker', () => {
    const plans = all('AWS::GuardDuty::MalwareProtectionPlan').map(([, plan]) => plan);
    const worker = all('AWS::Lambda::Function').find(([id]) => id.startsWith('Worker'))?.[1];
    const told = (worker as { readonly Environment: { readonly Variables: Readonly<Record<string, string>> } }).Environment.Variables;
    const scans = partition === 'aws';
    expect(plans).toEqual(
      scans
        ? [
            expect.objectContaining({
              Actions: { Tagging: { Status: 'ENABLED' } },
              ProtectedResource: { S3Bucket: { BucketName: expect.anything(), ObjectPrefixes: ['quarantine/'] } },
            }),
          ]
        : [],
    );
    expect(told['HARBOUR_MALWARE_TAGS']).toBe(scans ? 'on' : undefined);
    for (const role of ['WorkerRole', 'MalwareRole']) expect(folders(role, 's3:GetObjectTagging')).toEqual(scans ? ['quarantine'] : []);
    expect(folders('MalwareRole', 's3:GetObject')).toEqual(scans ? ['quarantine'] : []);
  });

  it('the belt and the clock remove what is done with from quarantine and what was not let out, and nothing else', () => {
    for (const name of ['BeltRole', 'ClockRole']) {
      expect(folders(name, 's3:DeleteObject')).toEqual(['exports', 'quarantine']);
      for (const action of ['s3:GetObject', 's3:PutObject']) expect(folders(name, action)).toEqual([]);
    }
  });

  it('the worker has no way out but to our objects, our records and our secret', () => {
    expect(
      [
        'AWS::EC2::InternetGateway',
        'AWS::EC2::NatGateway',
        'AWS::EC2::Route',
        'AWS::EC2::EgressOnlyInternetGateway',
        'AWS::EC2::VPCPeeringConnection',
      ].flatMap(all),
    ).toEqual([]);
    const doors = all('AWS::EC2::VPCEndpoint').map(([, door]) => door);
    expect(
      sorted(
        doors.map(
          (d) => `${String(d['VpcEndpointType'])} ${/(s3|dynamodb|secretsmanager)"?\]*\}?$/.exec(JSON.stringify(d['ServiceName']))?.[1]}`,
        ),
      ),
    ).toEqual(['Gateway dynamodb', 'Gateway s3', 'Interface secretsmanager']);
    for (const door of doors) {
      const { Statement } = door['PolicyDocument'] as { Statement: readonly Statement[] };
      for (const { Resource } of Statement) expect(JSON.stringify(Resource)).not.toMatch(/^"\*"$|\["\*"\]/);
    }
    for (const [, subnet] of all('AWS::EC2::Subnet')) expect(subnet['MapPublicIpOnLaunch']).toBe(false);
    const inside = all('AWS::Lambda::Function')
      .filter(([, f]) => 'VpcConfig' in f)
      .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
    expect(inside).toEqual(['Worker']);
  });

  it('what is given up is kept, and a person is called', () => {
    expect(
      sorted(all('AWS::Lambda::EventSourceMapping').map(([, m]) => [m['FunctionResponseTypes'] ?? [], 'DestinationConfig' in m])),
    ).toEqual(['[["ReportBatchItemFailures"],true]', '[[],false]', '[[],false]']);
    const alarms = all('AWS::CloudWatch::Alarm').map(([, alarm]) => alarm);
    expect(sorted(alarms.map((a) => a['MetricName']))).toEqual([
      '5xx',
      'ApproximateNumberOfMessagesVisible',
      'ApproximateNumberOfMessagesVisible',
      'Errors',
      'Errors',
      'Errors',
      'Errors',
    ]);
    for (const alarm of alarms) expect(alarm['AlarmActions']).toHaveLength(1);
  });

  it('people sign in at a user pool where there is one', () => {
    expect(all('AWS::Cognito::UserPool')).toHaveLength(partition === 'aws' ? 1 : 0);
  });
});

describe('a deployment in China', () => {
  it('is refused without an OpenID provider', () => {
    expect(() => built({ region: 'cn-north-1' })).toThrow('no Cognito');
  });
  it('is refused without a name and a certificate for the portal', () => {
    expect(() => built({ ...inChina, portalCertificate: undefined })).toThrow('-c portalCertificate');
  });
});
