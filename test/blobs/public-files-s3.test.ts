import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { openPublicS3 } from '../../shared/blobs/public-files-s3.ts';
import type { PublicFiles } from '../../shared/blobs/public-files.ts';
import { openGateway, s3Missing, type Gateway } from '../support/s3.ts';
import { openWire, type Fault } from './wire.ts';

jest.setTimeout(60_000);

const isWrite = (request: IncomingMessage): boolean => request.method === 'PUT';
const isRead = (request: IncomingMessage): boolean => request.method === 'GET';
const body = Buffer.from('here');

const missing = s3Missing();
if (missing !== undefined) process.stderr.write(`faults on the way to public files in a bucket: ${missing}\n`);
(missing === undefined ? describe : describe.skip)('on the way to public files in a bucket', () => {
  let gateway: Gateway;
  let wire: Awaited<ReturnType<typeof openWire>>;
  let files: PublicFiles;
  let direct: S3Client;
  let path = '';
  let paths = 0;
  let befell = 0;

  const befall = (sort: (request: IncomingMessage) => boolean, fault: Fault, times = 1): void => {
    wire.fault = (request) => {
      if (befell === times || !sort(request)) return undefined;
      befell += 1;
      return fault;
    };
  };

  beforeAll(async () => {
    gateway = await openGateway();
    wire = await openWire(gateway.endpoint);
    files = openPublicS3({ ...gateway, endpoint: wire.endpoint, prefix: 'log/' });
    direct = new S3Client({ ...gateway, forcePathStyle: true });
  });
  beforeEach(() => {
    paths += 1;
    path = `case-${paths}/a`;
    befell = 0;
  });
  afterEach(() => {
    wire.fault = () => undefined;
  });
  afterAll(async () => {
    direct.destroy();
    await files.close();
    await wire.stop();
    await gateway.stop();
  });

  const faults: Fault[] = ['lose', { status: 500 }, { status: 503 }, { status: 409 }];
  it.each(faults)('whoever creates and meets %j once has created, and nobody after it', async (fault) => {
    befall(isWrite, fault);
    expect(await files.create(path, body)).toBe(true);
    expect(befell).toBe(1);
    expect(await files.create(path, body)).toBe(false);
  });

  it.each(faults)('whoever replaces and meets %j once has replaced, and nobody else over the same content', async (fault) => {
    await files.create(path, body);
    const tag = (await files.get(path))?.tag;
    befall(isWrite, fault);
    expect(await files.replace(path, Buffer.from('there'), tag)).toBe(true);
    expect(befell).toBe(1);
    expect(await files.replace(path, Buffer.from('elsewhere'), tag)).toBe(false);
    expect(Buffer.from((await files.get(path))?.body ?? []).toString()).toBe('there');
  });

  it('a conflict that stays is an error, and neither written nor lost', async () => {
    befall(isWrite, { status: 409 }, Number.POSITIVE_INFINITY);
    const conflict = { $metadata: { httpStatusCode: 409 } };
    await expect(files.create(path, body)).rejects.toMatchObject(conflict);
    await expect(files.replace(path, body, '"tag"')).rejects.toMatchObject(conflict);
    expect(await files.get(path)).toBeUndefined();
  });

  it('a 403 is no missing file: the error says what the role needs', async () => {
    befall(isRead, { status: 403 }, Number.POSITIVE_INFINITY);
    await expect(files.get(path)).rejects.toThrow('does not let it list');
    await expect(files.list('')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  it.each([404, 500])('an answer of %i that does not say that the key is missing is an error', async (status) => {
    await files.create(path, body);
    befall(isRead, { status }, Number.POSITIVE_INFINITY);
    await expect(files.get(path)).rejects.toMatchObject({ $metadata: { httpStatusCode: status } });
  });

  it('a file that breaks off is an error', async () => {
    await files.create(path, Buffer.alloc(100_000));
    befall(isRead, { cutAfter: 50_000 }, Number.POSITIVE_INFINITY);
    await expect(files.get(path)).rejects.toThrow('aborted');
  });

  it('a bucket that is not there and a key that is wrong are errors', async () => {
    const nowhere = openPublicS3({ ...gateway, bucket: 'harbour-nowhere', prefix: '' });
    const nobody = openPublicS3({ ...gateway, credentials: { accessKeyId: 'local', secretAccessKey: 'wrong' }, prefix: '' });
    for (const other of [nowhere, nobody]) {
      const acts = [
        other.get(path),
        other.list(''),
        other.create(path, body),
        other.replace(path, body, undefined),
        other.replace(path, body, '"tag"'),
        other.remove(path),
      ];
      expect((await Promise.allSettled(acts)).map(({ status }) => status)).toEqual(acts.map(() => 'rejected'));
      await other.close();
    }
  });

  it('files stand under their own names below the prefix, with the headers that readers need, and see nothing beside it', async () => {
    const beside = openPublicS3({ ...gateway, prefix: 'log-of-another/' });
    await beside.create('checkpoint', body);
    expect(await files.get('checkpoint')).toBeUndefined();
    await files.create('tile/0/x001/234', body);
    await files.create('checkpoint', body);
    await files.replace('checkpoint', body, (await files.get('checkpoint'))?.tag);
    const headers = async (name: string) => {
      const { ContentType, CacheControl } = await direct.send(new HeadObjectCommand({ Bucket: gateway.bucket, Key: `log/${name}` }));
      return [ContentType, CacheControl];
    };
    expect(await headers('tile/0/x001/234')).toEqual(['application/octet-stream', 'public, max-age=31536000, immutable']);
    expect(await headers('checkpoint')).toEqual(['text/plain; charset=utf-8', 'public, max-age=1, must-revalidate']);
    expect((await files.list('')).filter((one) => !one.startsWith('case-'))).toEqual(['checkpoint', 'tile/0/x001/234']);
    await beside.close();
  });
});
