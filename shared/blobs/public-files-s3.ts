import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { checkPath, headersOf, type PublicFiles } from './public-files.ts';
import { clientOf, land, statusOf, type Refusal, type S3Options, type Target } from './s3-client.ts';

const page = 1_000;

/**
 * The port of public files on a bucket of S3, under a prefix such as `log/`: what serves the bucket serves the files, with the headers that
 * readers need. `create` is `If-None-Match: *`, and `replace` is `If-Match` with the ETag (S3 User Guide, "Conditional writes").
 *
 * The role needs `s3:ListBucket`: without it S3 answers 403 for an object that is not there, and `get` must take that for a failure.
 */
export const openPublicS3 = (options: S3Options & { readonly prefix: string }): PublicFiles => {
  const client = clientOf(options);
  const { bucket: Bucket, prefix: base } = options;
  const target = (path: string): Target => ({ Bucket, Key: base + checkPath(path) });

  const put = async (
    path: string,
    body: Uint8Array,
    condition: Pick<PutObjectCommandInput, 'IfMatch' | 'IfNoneMatch'>,
    isLost: (refusal: Refusal) => boolean,
  ): Promise<boolean> => {
    const place = target(path);
    const writer = randomUUID();
    const { contentType: ContentType, cacheControl: CacheControl } = headersOf(path);
    const command = () => new PutObjectCommand({ ...place, ...condition, Body: body, Metadata: { writer }, ContentType, CacheControl });
    return land(client, place, writer, () => client.send(command()), isLost);
  };
  const create: PublicFiles['create'] = (path, body) =>
    put(path, body, { IfNoneMatch: '*' }, ({ status, found }) => status === 412 || found !== undefined);

  return {
    create,
    get: async (path) => {
      const place = target(path);
      try {
        const { Body, ETag } = await client.send(new GetObjectCommand(place));
        if (Body === undefined || ETag === undefined) throw new TypeError('an object without a body or a tag');
        return { body: await Body.transformToByteArray(), tag: ETag };
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        if (statusOf(error) === 403) throw new Error('the bucket is closed to this role, or does not let it list', { cause: error });
        throw error;
      }
    },
    replace: (path, body, tag) =>
      tag === undefined
        ? create(path, body)
        : put(path, body, { IfMatch: tag }, ({ status, code }) => status === 412 || code === 'NoSuchKey'),
    list: async (prefix, after) => {
      const paths: string[] = [];
      const start = after === undefined ? {} : { StartAfter: base + after };
      for await (const { Contents } of paginateListObjectsV2({ client, pageSize: page }, { Bucket, Prefix: base + prefix, ...start })) {
        for (const { Key } of Contents ?? []) if (Key !== undefined) paths.push(Key.slice(base.length));
        if (paths.length >= page) break;
      }
      return paths.slice(0, page);
    },
    remove: async (path) => {
      await client.send(new DeleteObjectCommand(target(path)));
    },
    close: async () => {
      client.destroy();
    },
  };
};
