import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import { type Blobs, checkKey, Exists } from './blobs.ts';
import { end, measured } from './measure.ts';
import { clientOf, land, type Refusal, type S3Options, type Target } from './s3-client.ts';

const page = 1_000;
/** S3 takes parts of at least 5 MiB, and 10,000 of them. */
const partSize = 8 * 1024 * 1024;
const largest = 10_000 * partSize;

const inParts = async function* (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<{ readonly part: Buffer; readonly last: boolean }> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    if (size >= partSize) {
      yield { part: Buffer.concat(held), last: false };
      held = [];
      size = 0;
    }
    held.push(chunk);
    size += chunk.length;
  }
  yield { part: Buffer.concat(held), last: true };
};

/** Stores a body of any length: in one request where it fits into one part, else as parts, one in memory at a time. */
const store = async (
  client: S3Client,
  target: Target,
  bytes: AsyncIterable<Uint8Array>,
  { once, contentType }: { readonly once: boolean; readonly contentType: string | undefined },
): Promise<void> => {
  const writer = randomUUID();
  const head = { ...target, Metadata: { writer }, ContentType: contentType };
  const condition = once ? { IfNoneMatch: '*' } : {};
  const isTaken = ({ status, found }: Refusal): boolean => once && (status === 412 || found !== undefined);
  const landed = async (send: () => Promise<unknown>): Promise<void> => {
    if (!(await land(client, target, writer, send, isTaken))) throw new Exists();
  };
  const parts: CompletedPart[] = [];
  let upload: (Target & { readonly UploadId: string | undefined }) | undefined;
  try {
    for await (const { part, last } of inParts(bytes)) {
      if (last && upload === undefined) {
        await landed(() => client.send(new PutObjectCommand({ ...head, ...condition, Body: part })));
        return;
      }
      if (upload === undefined) {
        const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...head, ChecksumAlgorithm: 'CRC32' }));
        upload = { ...target, UploadId };
      }
      const PartNumber = parts.length + 1;
      const { ETag, ChecksumCRC32 } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body: part }));
      parts.push({ PartNumber, ETag, ChecksumCRC32 });
    }
    const whole = { ...target, UploadId: upload?.UploadId, ...condition, MultipartUpload: { Parts: parts } };
    await landed(() => client.send(new CompleteMultipartUploadCommand(whole)));
  } catch (error) {
    // What cannot be taken back here the bucket's rule for unfinished uploads takes back; the caller must learn the first reason.
    if (upload !== undefined) await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
};

/**
 * The blob port on a bucket of S3 or of anything that speaks it. A body goes in parts of 8 MiB, each kept until it is acknowledged, so that
 * every request can be repeated; an object has at most 83,886,080,000 bytes. `once` is `If-None-Match: *` (S3 API reference, PutObject and
 * CompleteMultipartUpload).
 *
 * The role needs `s3:ListBucket`: without it S3 hides a missing object behind a 403, which `get` must throw. The bucket needs a rule that
 * aborts incomplete multipart uploads, for writers that were killed. A body from `get` must be read to its end or destroyed.
 */
export const openS3 = (options: S3Options): Blobs => {
  const client = clientOf(options);
  const Bucket = options.bucket;
  const target = (key: string): Target => ({ Bucket, Key: checkKey(key) + end });

  return {
    put: async (key, body, { once = false, limit = largest, contentType } = {}) => {
      const place = target(key);
      const { bytes, stat } = measured(body, limit);
      await store(client, place, bytes, { once, contentType });
      return stat();
    },

    get: async (key) => {
      const place = target(key);
      try {
        const { Body, ContentLength } = await client.send(new GetObjectCommand(place));
        if (!(Body instanceof Readable) || ContentLength === undefined) throw new TypeError('an object without a body');
        return { body: Body, size: ContentLength };
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },

    list: async (prefix, after) => {
      const keys: string[] = [];
      const start = after === undefined ? {} : { StartAfter: after + end };
      for await (const { Contents } of paginateListObjectsV2({ client, pageSize: page }, { Bucket, Prefix: prefix, ...start })) {
        for (const { Key } of Contents ?? []) if (Key?.endsWith(end) === true) keys.push(Key.slice(0, -end.length));
        if (keys.length >= page) break;
      }
      return keys.slice(0, page);
    },

    remove: async (key) => {
      await client.send(new DeleteObjectCommand(target(key)));
    },

    close: async () => {
      client.destroy();
    },
  };
};
