import { execFile } from 'node:child_process';
import { verify } from 'node:crypto';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import reactionMap from '../../contracts/generated/reactions.json' with { type: 'json' };
import { contexts } from '../../functions/index.ts';
import { openEngine } from '../../functions/sandbox/engine.ts';
import { ingest } from '../../functions/sandbox/ingestion.ts';
import { variables } from '../../infra/aws/environment.ts';
import { belt, bundle, clock, root, sequencer, worker, type Code } from '../../infra/bundle.ts';
import { openFiles } from '../../shared/blobs/files.ts';
import { openPublicS3 } from '../../shared/blobs/public-files-s3.ts';
import { unopenedLedger } from '../../infra/local/ledger.ts';
import { compose, type Parts } from '../../shared/edge/compose.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { recordKey } from '../../shared/store/layout.ts';
import { createTable, openDynamodb } from '../../shared/store/dynamodb.ts';
import { describeUnless } from '../support/availability.ts';
import { recordOf } from '../support/fixtures.ts';
import { invokeBundle, request } from '../support/lambda.ts';
import { missing, startDynamodb, type Dynamodb } from '../support/dynamodb.ts';
import { startKms } from '../support/kms.ts';
import { openGateway, s3Missing, type Gateway } from '../support/s3.ts';

jest.setTimeout(60_000); // each function is a process of its own

const run = promisify(execFile);
const issuer = 'https://id.example/oidc';
const secret = 'a secret of this test';
const tables = ['records', 'disclosure', 'openings', 'releases', 'money', 'search', 'usage'] as const;
const functions: readonly (readonly [name: string, code: Code])[] = [
  ...['organisation', 'catalogue', 'disclosure', 'sandbox'].map((context) => [context, { context }] as const),
  ['belt', belt],
  ['clock', clock],
  ['sequencer', sequencer],
  ['worker', worker],
];

/** Stands for Secrets Manager, and for the issuer's address of keys. */
const answer = (jwk: JWK) => (request: IncomingMessage, response: ServerResponse) => {
  request.resume();
  const body =
    request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue' ? { Name: 'secret', SecretString: secret } : { keys: [jwk] };
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
};

const inserted = (pk: string, sk: string, SequenceNumber: string) => ({
  eventName: 'INSERT',
  dynamodb: { SequenceNumber, Keys: { pk: { S: pk }, sk: { S: sk } } },
});

describeUnless(missing, 'the bundles as Lambda runs them, each in a fresh process', () => {
  let dynamodb: Dynamodb;
  let kms: Awaited<ReturnType<typeof startKms>>;
  let s3: Gateway | undefined;
  let loopback: Server;
  let address: string;
  let folder: string;
  let opened: Parts['tables'];
  let ports: Ports;
  let token: string;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bundled-'));
    for (const [name, code] of functions) bundle(code, join(folder, name));
    for (const name of ['worker', 'sandbox']) await symlink(`${root}node_modules`, join(folder, name, 'node_modules'));
    dynamodb = await startDynamodb();
    kms = await startKms();
    if (s3Missing() === undefined) s3 = await openGateway();
    await Promise.all(tables.map((tableName) => createTable({ tableName, client: dynamodb.client })));
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    loopback = createServer(answer({ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'one' }));
    await new Promise<void>((resolve) => loopback.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(loopback.address() as AddressInfo).port}`;
    token = await new SignJWT({ client_id: 'portal', token_use: 'access' })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(issuer)
      .setSubject('wang-lei')
      .setExpirationTime('5m')
      .sign(privateKey);
    environment = {
      ...Object.fromEntries(tables.map((name) => [variables[name], name])),
      [variables.objects]: s3?.bucket ?? 'objects',
      [variables.ledgerBucket]: s3?.bucket ?? 'log',
      [variables.ledgerOrigin]: 'harbour.example/log',
      [variables.secret]: 'secret',
      [variables.issuer]: issuer,
      [variables.audience]: 'portal',
      [variables.jwks]: `${address}/jwks`,
      [variables.jobs]: `${address}/queue`,
      [variables.region]: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: s3?.credentials.secretAccessKey ?? 'local',
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: address,
      AWS_ENDPOINT_URL_KMS: kms.endpoint,
      ...(s3 ? { AWS_ENDPOINT_URL_S3: s3.endpoint } : {}),
    };
    const open = (tableName: string) => openDynamodb({ tableName, client: dynamodb.client });
    opened = {
      records: open('records'),
      disclosure: open('disclosure'),
      openings: open('openings'),
      releases: open('releases'),
      money: open('money'),
      search: open('search'),
      usage: open('usage'),
    };
    ports = compose({
      tables: opened,
      blobs: openFiles({ folder: join(folder, 'objects') }),
      uploads: { open: async () => ({ url: '', method: 'PUT', headers: {} }) },
      ledger: unopenedLedger,
      processes: contexts.flatMap((c) => c.processes),
      reactions: [],
      reactionMap,
      verify: async () => undefined,
      now: () => new Date(),
      secret,
      dispatch: async () => undefined,
      wake: () => undefined,
    });
  });
  afterAll(async () => {
    for (const table of Object.values(opened)) await table.close();
    await dynamodb.stop();
    await kms.stop();
    await s3?.stop();
    loopback.closeAllConnections();
    loopback.close();
    await rm(folder, { recursive: true });
  });

  const invoke = (name: string, events: readonly unknown[], change = {}) =>
    invokeBundle(join(folder, name, 'index.mjs'), events, { ...environment, ...change });
  const call = async (context: string, ...requests: readonly ReturnType<typeof request>[]) =>
    ((await invoke(context, requests)) as readonly { statusCode: number; body: string }[]).map(({ statusCode, body }) => ({
      status: statusCode,
      body: JSON.parse(body) as Record<string, unknown>,
    }));

  const application = {
    name: { zh: '泰州市数据局', en: 'Taizhou Data Bureau' },
    type: 'DATA_AUTHORITY',
    region: '3212',
    creditCode: '11321200PDY00001XK',
    administrators: ['wang-lei', 'chen-jing'].map((person) => ({ person, name: person, email: `${person}@example.cn` })),
  };

  it('a person registers an organisation, repeats it, and nobody else sees it', async () => {
    const signedIn = { authorization: `Bearer ${token}`, 'idempotency-key': 'registration-1' };
    const file = request('POST', '/v1/organisations', { ...application, creditCode: '11321200PDY000028K' }, signedIn);
    const [first, again] = await call('organisation', file, file);
    expect(first?.status).toBe(201);
    expect(first?.body).toMatchObject({ kind: 'organisation', status: 'applied' });
    expect(again?.body['id']).toBe(first?.body['id']);
    const path = `/v1/organisations/${String(first?.body['id'])}`;
    const [own, foreign] = await call('organisation', request('GET', path, undefined, signedIn), request('GET', path));
    expect([own?.status, foreign?.status]).toEqual([200, 404]);
  });

  it('the catalogue answers what is not there, what needs a token, and what is no token', async () => {
    const answers = await call(
      'catalogue',
      request('GET', '/v1/resources/nothing'),
      request('POST', '/v1/resources', {}, { 'idempotency-key': 'resource-1' }),
      request('GET', '/v1/resources', undefined, { authorization: 'Bearer a.b.c' }),
    );
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual([
      [404, 'not_found'],
      [401, 'unauthenticated'],
      [401, 'unauthenticated'],
    ]);
  });

  it('an authority is founded: the belt carries on what the stream brings, the clock what it did not, and both disclose', async () => {
    const file = join(folder, 'authority.json');
    await writeFile(file, JSON.stringify(application));
    const { stdout } = await run(process.execPath, ['--no-warnings', `${root}infra/aws/found.ts`, file], { env: environment });
    const id = stdout.trim();
    const membership = async () => (await ports.door.load([{ kind: 'membership', id: `${id}:wang-lei` }]))[0]?.status;
    const news = [1, 2].map((n) => ({
      eventName: 'INSERT',
      dynamodb: { SequenceNumber: String(n), Keys: { pk: { S: `organisation#${id}` }, sk: { S: `event#000000${n}` } } },
    }));
    expect(await membership()).toBeUndefined();
    expect(await invoke('belt', [{ Records: news }])).toEqual([{ batchItemFailures: [] }]);
    expect(await membership()).toBe('proposed');
    await invoke('clock', [{}]);
    expect(await membership()).toBe('active');
    expect((await opened.disclosure.query({ key: 'pending', limit: 1 })).length).toBeGreaterThan(0);
  });

  describeUnless(s3Missing(), 'the sequencer', () => {
    const woken = { Records: [inserted('pending', 'any', '1')] };
    const keys = () => ({ [variables.ledgerKeys]: kms.keyId });
    const wire = (): Gateway => {
      if (!s3) throw new Error('no S3');
      return s3;
    };

    it('publishes what is pending, signed by the key in KMS, and the API of disclosure tells of it', async () => {
      expect(await invoke('sequencer', [woken, {}], keys())).toEqual([null, null]);
      expect(await opened.disclosure.query({ key: 'pending', limit: 1 })).toEqual([]);
      const files = openPublicS3({ ...wire(), prefix: 'log/' });
      const note = Buffer.from((await files.get('checkpoint'))?.body ?? []).toString();
      await files.close();
      const [, text = '', signature = ''] = /^([^]+\n)\n— harbour\.example\/log (\S+)\n$/.exec(note) ?? [];
      expect(verify(null, Buffer.from(text), kms.publicKey, Buffer.from(signature, 'base64').subarray(4))).toBe(true);
      const [log] = await call('disclosure', request('GET', '/v1/disclosure/log'));
      expect(log?.body).toMatchObject({
        origin: 'harbour.example/log',
        url: 'https://harbour.example/log/',
        size: Number(text.split('\n')[1]),
      });
      expect(Number(log?.body['size'])).toBeGreaterThan(1);
    });

    it('publishes nothing with a signature that does not fit, and what is pending with the next', async () => {
      const before = kms.signs;
      const event = { pk: 'pending', sk: '2026-11-24T00:00:00.000Z#late', event: 'late', text: '{"late":true}' };
      await opened.disclosure.transact([{ put: event }]);
      kms.signs = () => Buffer.alloc(64);
      await expect(invoke('sequencer', [woken], keys())).rejects.toThrow('does not fit');
      const size = async () => Number((await call('disclosure', request('GET', '/v1/disclosure/log')))[0]?.body['size']);
      const published = await size();
      kms.signs = before;
      await invoke('sequencer', [woken], keys());
      expect(await size()).toBe(published + 1);
    });
  });

  it('a record that cannot be delivered comes again from its first event on, and the others do not', async () => {
    const batch = [
      inserted('organisation#one', 'record', '7'),
      inserted('organisation#one', 'event#0000001', '8'),
      inserted('organisation#one', 'event#0000002', '9'),
    ];
    expect(await invoke('belt', [{ Records: batch }], { [variables.records]: 'no-such-table' })).toEqual([
      { batchItemFailures: [{ itemIdentifier: '8' }] },
    ]);
  });

  it('the API of the sandbox tries a question on invented rows', async () => {
    const columns = ['district', 'rider'].map((name) => ({ name, type: 'VARCHAR', nullPermille: 0, personal: null, unique: false }));
    const rule = { dimensions: [{ column: 'district' }], measures: [], entity: 'rider', minEntities: 10, dominancePercent: 50 };
    const listing = recordOf('listing', 'listed', { data: { product: 'product-1' } });
    for (const record of [
      recordOf('dataset', 'loaded', { data: { columns } }),
      recordOf('product', 'approved', { data: { rule: { ...rule, maxRows: 100, maxPredicates: 8 } } }),
      listing,
    ])
      await opened.records.transact([{ put: { ...recordKey(record), version: record.version, body: record } }]);
    const asked = (sql: string) => request('POST', `/v1/listings/${listing.id}/preview`, { sql }, { authorization: `Bearer ${token}` });
    const [accepted, refused] = await call(
      'sandbox',
      asked('SELECT district, count(*) FROM data GROUP BY district LIMIT 1'),
      asked('SELECT rider FROM data'),
    );
    expect(accepted).toMatchObject({ status: 200, body: { accepted: true, sample: { rows: [[expect.any(String), expect.any(Number)]] } } });
    expect(refused?.body).toMatchObject({ accepted: false, refused: 'entity_predicate' });
  });

  it('the worker refuses a message that names no job, so that the queue brings it again', async () => {
    await expect(invoke('worker', [{ Records: [{ body: '{"kind":"order","id":"x"}' }] }])).rejects.toThrow('ended with 1');
  });

  it('the processes beside the worker load a file and query it', async () => {
    const beside = (name: string) => join(folder, 'worker', `${name}.mjs`);
    const source = join(folder, 'source.csv');
    const target = join(folder, 'data.parquet');
    await writeFile(source, 'id,district\n1,Hailing\n2,Hailing\n3,Gaogang\n');
    const bounds = { deadlineMs: 20_000, memoryBytes: 300_000_000, threads: 1, rows: 100, bytes: 100_000 };
    expect(await ingest({ source, target, entry: beside('ingestion-process'), limits: { ...bounds, columns: 10 } })).toMatchObject({
      rows: 3,
    });
    const engine = openEngine({ spares: 0, entry: beside('engine-process') });
    expect(await engine.runQuery({ sql: 'SELECT count(*) AS n FROM data', files: { data: target }, limits: bounds })).toMatchObject({
      rows: [[3]],
    });
    engine.close();
  });
});
