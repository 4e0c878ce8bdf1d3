import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { type Blobs, Exists, TooLarge } from '../../shared/blobs/blobs.ts';
import { openS3 } from '../../shared/blobs/s3.ts';
import { openGateway, s3Missing, type Gateway } from '../support/s3.ts';
import { openWire, type Fault } from './wire.ts';
import { mebibytes } from './writing.ts';

jest.setTimeout(60_000);

const isWrite = (request: IncomingMessage): boolean => request.method === 'PUT' && request.url?.includes('uploadId') !== true;
const isPart = (request: IncomingMessage): boolean => request.method === 'PUT' && request.url?.includes('uploadId') === true;
const isCompletion = (request: IncomingMessage): boolean => request.method === 'POST' && request.url?.includes('uploadId') === true;
const isRead = (request: IncomingMessage): boolean => request.method === 'GET';

const missing = s3Missing();
if (missing !== undefined) process.stderr.write(`faults on the way to S3: ${missing}\n`);
(missing === undefined ? describe : describe.skip)('on the way to S3', () => {
  let gateway: Gateway;
  let wire: Awaited<ReturnType<typeof openWire>>;
  let blobs: Blobs;
  let direct: S3Client;
  let key = '';
  let keys = 0;
  let befell = 0;

  /** The fault befalls the first so many requests of a sort. */
  const befall = (sort: (request: IncomingMessage) => boolean, fault: Fault, times = 1): void => {
    wire.fault = (request) => {
      if (befell === times || !sort(request)) return undefined;
      befell += 1;
      return fault;
    };
  };
  const unfinished = async (): Promise<number> => {
    const { Uploads } = await direct.send(new ListMultipartUploadsCommand({ Bucket: gateway.bucket }));
    return Uploads?.filter((upload) => upload.Key?.startsWith(key)).length ?? 0;
  };

  beforeAll(async () => {
    gateway = await openGateway();
    wire = await openWire(gateway.endpoint);
    blobs = openS3({ ...gateway, endpoint: wire.endpoint });
    direct = new S3Client({ ...gateway, forcePathStyle: true });
  });
  beforeEach(() => {
    keys += 1;
    key = `case-${keys}/a`;
    befell = 0;
  });
  afterEach(() => {
    wire.fault = () => undefined;
  });
  afterAll(async () => {
    direct.destroy();
    await blobs.close();
    await wire.stop();
    await gateway.stop();
  });

  const faults: Fault[] = ['lose', { status: 500 }, { status: 503 }];
  const decided: Fault[] = [...faults, { status: 409 }];
  const cases = [
    ...decided.map((fault) => ['an object', fault, 1, isWrite] as const),
    ...faults.map((fault) => ['a part', fault, 9, isPart] as const),
    ...decided.map((fault) => ['the end of many parts', fault, 9, isCompletion] as const),
  ];
  it.each(cases)('a writer of %s that met %j once still wins, and nobody after it', async (_, fault, size, sort) => {
    befall(sort, fault);
    expect(await blobs.put(key, mebibytes(size), { once: true })).toMatchObject({ size: size * 1024 * 1024 });
    expect(befell).toBe(1);
    await expect(blobs.put(key, Buffer.from('late'), { once: true })).rejects.toThrow(Exists);
    expect(await unfinished()).toBe(0);
  });

  it('a writer over another’s object that lost the answer has written', async () => {
    await blobs.put(key, Buffer.from('first'));
    befall(isCompletion, 'lose');
    expect(await blobs.put(key, mebibytes(9))).toMatchObject({ size: 9 * 1024 * 1024 });
    expect(befell).toBe(1);
  });

  it('a conflict that stays is an error and not a loser’s lot', async () => {
    befall(isWrite, { status: 409 }, Number.POSITIVE_INFINITY);
    const put = blobs.put(key, Buffer.from('x'), { once: true });
    await expect(put).rejects.toMatchObject({ $metadata: { httpStatusCode: 409 } });
    expect(await blobs.get(key)).toBeUndefined();
  });

  it.each([403, 404, 500])('an answer of %i to a reader is an error: only a key that is not there is undefined', async (status) => {
    await blobs.put(key, Buffer.from('here'));
    befall(isRead, { status }, Number.POSITIVE_INFINITY);
    await expect(blobs.get(key)).rejects.toMatchObject({ $metadata: { httpStatusCode: status } });
  });

  it('a bucket that is not there and a key that is wrong are errors', async () => {
    const nowhere = openS3({ ...gateway, bucket: 'harbour-nowhere' });
    const nobody = openS3({ ...gateway, credentials: { accessKeyId: 'local', secretAccessKey: 'wrong' } });
    for (const other of [nowhere, nobody]) {
      await expect(other.get(key)).rejects.toThrow();
      await expect(other.list('')).rejects.toThrow();
      await expect(other.put(key, Buffer.from('x'), { once: true })).rejects.not.toThrow(Exists);
      await other.close();
    }
  });

  it('a body that breaks off fails its reader', async () => {
    await blobs.put(key, mebibytes(2));
    befall(isRead, { cutAfter: 1024 * 1024 });
    const found = await blobs.get(key);
    await expect(buffer(found?.body ?? Readable.from([]))).rejects.toThrow('aborted');
  });

  it('parts of what was refused are taken back', async () => {
    await expect(blobs.put(key, mebibytes(20), { limit: 17 * 1024 * 1024 })).rejects.toThrow(TooLarge);
    await blobs.put(key, Buffer.from('first'));
    await expect(blobs.put(key, mebibytes(9), { once: true })).rejects.toThrow(Exists);
    befall(isPart, { status: 403 });
    await expect(blobs.put(key, mebibytes(9))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    expect(befell).toBe(1);
    expect(await unfinished()).toBe(0);
  });
});
