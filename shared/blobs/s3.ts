import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import { type Blobs, checkKey, Exists } from './blobs.ts';
import { end, measured } from './measure.ts';

const page = 1_000;
/** S3 takes parts of at least 5 MiB, and 10,000 of them. */
const partSize = 8 * 1024 * 1024;
const largest = 10_000 * partSize;

export type S3Options = {
  readonly bucket: string;
  readonly region: string;
  /** For anything but AWS itself. Buckets are then named in the path. */
  readonly endpoint?: string;
  /** Without them, those of the environment (a role, on AWS). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
};

const statusOf = (error: unknown): number | undefined => (error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined);

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

const clientOf = ({ region, endpoint, credentials }: S3Options): S3Client =>
  new S3Client({
    region,
    // A connection that is neither answered nor broken would hold its caller for ever.
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
    maxAttempts: 5,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(credentials !== undefined && { credentials }),
  });

type Target = { readonly Bucket: string; readonly Key: string };

/** Who wrote the object, or undefined where there is none. */
const writerOf = async (client: S3Client, target: Target): Promise<string | undefined> => {
  try {
    const { Metadata } = await client.send(new HeadObjectCommand(target));
    return Metadata?.['writer'] ?? 'another';
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
};

/**
 * Sends the request that makes an object visible. Where its answer is lost, the client's own retry meets the success of the first try and is
 * refused; so a refusal counts only after a look at who wrote what is there. S3 answers 409 while another request is deciding on the key.
 */
const land = async (client: S3Client, target: Target, writer: string, once: boolean, send: () => Promise<unknown>): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await send();
      return;
    } catch (error) {
      const status = statusOf(error);
      if (status !== 404 && status !== 409 && status !== 412) throw error;
      const found = await writerOf(client, target);
      if (found === writer) return;
      if (once && (status === 412 || found !== undefined)) throw new Exists();
      if (status !== 409 || attempt === 5) throw error;
      await setTimeout(Math.random() * 100 * 2 ** attempt);
    }
  }
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
  const parts: CompletedPart[] = [];
  let upload: (Target & { readonly UploadId: string | undefined }) | undefined;
  try {
    for await (const { part, last } of inParts(bytes)) {
      if (last && upload === undefined) {
        await land(client, target, writer, once, () => client.send(new PutObjectCommand({ ...head, ...condition, Body: part })));
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
    await land(client, target, writer, once, () => client.send(new CompleteMultipartUploadCommand(whole)));
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
