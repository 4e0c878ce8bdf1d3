import { describe, expect, it } from '@jest/globals';
import { CachePolicy } from 'aws-cdk-lib/aws-cloudfront';
import { built, inChina, inEurope, listOf, queriesOf, type Properties, type Statement } from '../support/stacks.ts';

type Document = { readonly Statement: readonly Statement[] };
type Behavior = {
  readonly PathPattern: string;
  readonly CachePolicyId: string;
  readonly Compress: boolean;
  readonly TargetOriginId: string;
};

const partitions = { aws: built(inEurope), 'aws-cn': built(inChina) };
const named = (id: string): string => id.replace(/[0-9A-F]{8}$/, '');

describe.each(Object.entries(partitions))('the public ledger in the partition %s', (partition, { templates, warnings }) => {
  const { all } = queriesOf(templates);
  const policies = all('AWS::IAM::Policy').map(([id, p]) => [id, (p['PolicyDocument'] as Document).Statement] as const);
  /** The policies that allow an action, on whatever holds this text. */
  const whoMay = (action: RegExp, on: string): readonly string[] =>
    policies
      .filter(([, statements]) =>
        statements.some((s) => listOf(s.Action).some((a) => action.test(a)) && JSON.stringify(s.Resource).includes(on)),
      )
      .map(([id]) => named(id));
  const distributed = all('AWS::CloudFront::Distribution').map(([, d]) => d['DistributionConfig'] as Properties);
  const behaviors = distributed.flatMap((d) => d['CacheBehaviors'] as readonly Behavior[]).filter((b) => b.PathPattern.startsWith('/log/'));
  const signing = all('AWS::KMS::Key').filter(([, key]) => key['KeyUsage'] === 'SIGN_VERIFY');

  it('only the sequencer may sign, and only by keys of Ed25519', () => {
    expect(signing.map(([, key]) => key['KeySpec'])).toEqual(['ECC_NIST_EDWARDS25519']);
    expect(whoMay(/^kms:Sign$/, '')).toEqual(['SequencerRoleDefaultPolicy']);
    const signs = policies.flatMap(([, statements]) => statements.filter((s) => listOf(s.Action).includes('kms:Sign')));
    expect(signs.map((s) => s.Resource)).toEqual([{ 'Fn::GetAtt': [signing[0]?.[0], 'Arn'] }]);
  });

  it('nobody else signs, whatever they are allowed: the key says so', () => {
    for (const [, key] of signing) {
      const denied = (key['KeyPolicy'] as Document).Statement.filter(({ Effect }) => Effect === 'Deny');
      expect(denied).toEqual([
        {
          Effect: 'Deny',
          Action: 'kms:Sign',
          Resource: '*',
          Principal: { AWS: '*' },
          Condition: { ArnNotEquals: { 'aws:PrincipalArn': { 'Fn::GetAtt': [expect.stringMatching(/^SequencerRole/), 'Arn'] } } },
        },
      ]);
    }
  });

  it('only the sequencer may write or remove files of the log; it and the API of disclosure may read them', () => {
    expect(whoMay(/^s3:(?:Put|Delete|Abort|Replicate|Restore)/, 'AttLog')).toEqual(['SequencerRoleDefaultPolicy']);
    expect(whoMay(/^s3:GetObject/, 'AttLog').toSorted()).toEqual(['SequencerRoleDefaultPolicy', 'disclosureRoleDefaultPolicy']);
  });

  it('the sequencer reads no secret and no record', () => {
    for (const action of [/^secretsmanager:/, /^sqs:ReceiveMessage/])
      expect(whoMay(action, '')).not.toContain('SequencerRoleDefaultPolicy');
    for (const table of ['AttRecords', 'AttMoney', 'AttSearch'])
      expect(whoMay(/^dynamodb:/, table)).not.toContain('SequencerRoleDefaultPolicy');
  });

  it('one sequencer at a time runs, woken by what is pending and each minute', () => {
    const functions = all('AWS::Lambda::Function').filter(([id]) => named(id) === 'Sequencer');
    expect(functions.map(([, f]) => f['ReservedConcurrentExecutions'])).toEqual([1]);
    const filters = all('AWS::Lambda::EventSourceMapping')
      .filter(([id]) => id.startsWith('Sequencer'))
      .map(([, m]) => [
        m['Enabled'],
        (m['FilterCriteria'] as { Filters: { Pattern: string }[] }).Filters.map((f) => JSON.parse(f.Pattern)),
      ]);
    expect(filters).toEqual([[true, [{ eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: ['pending'] } } } }]]]);
    const minutes = all('AWS::Scheduler::Schedule').filter(([, s]) => JSON.stringify(s['Target']).includes('"Sequencer'));
    expect(minutes.map(([, s]) => [s['State'], s['ScheduleExpression']])).toEqual([['ENABLED', 'rate(1 minute)']]);
  });

  it('every function knows the origin of the log, and only the sequencer its keys', () => {
    for (const [id, f] of all('AWS::Lambda::Function')) {
      const told = (f['Environment'] as { Variables: Properties }).Variables;
      expect(told['HARBOUR_LEDGER_ORIGIN']).toBe(partition === 'aws' ? 'harbour.example/log' : 'harbour.example.cn/log');
      expect(told['HARBOUR_LEDGER_BUCKET']).toBeDefined();
      expect('HARBOUR_LEDGER_KEYS' in told).toBe(named(id) === 'Sequencer');
      expect('HARBOUR_LEDGER_WITNESSES' in told).toBe(false);
    }
  });

  it('what serves the log may list it, so that a missing file is 404, and reads nothing else in the bucket', () => {
    const serving = all('AWS::S3::BucketPolicy')
      .filter(([id]) => id.startsWith('LogPolicy'))
      .flatMap(([, p]) => (p['PolicyDocument'] as Document).Statement)
      .filter(({ Effect }) => Effect === 'Allow')
      .filter(({ Principal }) => /cloudfront|CanonicalUser/.test(JSON.stringify(Principal)));
    expect(serving.map(({ Action }) => Action)).toEqual(['s3:GetObject', 's3:ListBucket']);
    expect(JSON.stringify(serving[0]?.Resource)).toContain('/log/*');
    for (const one of serving)
      if (partition === 'aws') {
        expect(one.Principal).toEqual({ Service: 'cloudfront.amazonaws.com' });
        expect(JSON.stringify(one.Condition)).toMatch(/ArnLike.*aws:SourceArn.*:cloudfront::.*:distribution\/\*/);
      } else expect(one.Principal).toHaveProperty('CanonicalUser');
  });

  it('the log is served as it is stored: its head never out of a cache, its tiles out of one, a miss not remembered', () => {
    expect(behaviors.map(({ PathPattern, CachePolicyId, Compress }) => [PathPattern, CachePolicyId, Compress])).toEqual([
      ['/log/checkpoint', CachePolicy.CACHING_DISABLED.cachePolicyId, false],
      ['/log/verifier-keys', CachePolicy.CACHING_DISABLED.cachePolicyId, false],
      ['/log/*', CachePolicy.CACHING_OPTIMIZED.cachePolicyId, false],
    ]);
    expect(new Set(behaviors.map(({ TargetOriginId }) => TargetOriginId)).size).toBe(1);
    expect(distributed.map((d) => d['CustomErrorResponses'])).toEqual([[{ ErrorCode: 404, ErrorCachingMinTTL: 0 }]]);
    const origins = distributed.flatMap((d) => d['Origins'] as readonly Properties[]);
    const log = origins.find(({ Id }) => Id === behaviors[0]?.TargetOriginId);
    expect(JSON.stringify(log?.['DomainName'])).toContain('Log');
    expect('OriginAccessControlId' in (log ?? {})).toBe(partition === 'aws');
  });

  it('CDK warns of nothing', () => {
    expect(warnings).toEqual([]);
  });
});

describe('the public ledger of a deployment', () => {
  const sequencerOf = (given: object) => {
    const { all } = queriesOf({ ledger: built(given).templates['ledger'] ?? { Resources: {} } });
    const [told = {}] = all('AWS::Lambda::Function').map(([, f]) => (f['Environment'] as { Variables: Properties }).Variables);
    return { all, told };
  };
  it('does not begin before it has an address, since its origin can never change', () => {
    const { all, told } = sequencerOf({ ...inEurope, portalHost: undefined });
    expect(all('AWS::Lambda::EventSourceMapping').map(([, m]) => m['Enabled'])).toEqual([false]);
    expect(all('AWS::Scheduler::Schedule').map(([, s]) => s['State'])).toEqual(['DISABLED']);
    expect(told).not.toHaveProperty('HARBOUR_LEDGER_ORIGIN');
  });
  it('keeps its origin when the portal has another name, and is signed by as many keys as are named', () => {
    const { all, told } = sequencerOf({ ...inEurope, portalHost: 'new.example', ledgerOrigin: 'harbour.example/log', ledgerKeys: '1,2' });
    expect(told['HARBOUR_LEDGER_ORIGIN']).toBe('harbour.example/log');
    expect(all('AWS::KMS::Key').map(([id]) => named(id))).toEqual(['Key1', 'Key2']);
    expect(JSON.stringify(told['HARBOUR_LEDGER_KEYS'])).toMatch(/Key1.*,.*Key2/);
  });
  it('is refused a witness that is not one, or is asked in the clear', () => {
    const key = 'witness.example+00000000+BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    const given = (witness: object) => () => built({ ...inEurope, ledgerWitnesses: JSON.stringify([witness]) });
    expect(given({ key: 'nonsense', url: 'https://witness.example' })).toThrow();
    expect(given({ key, url: 'http://witness.example' })).toThrow();
  });
});
