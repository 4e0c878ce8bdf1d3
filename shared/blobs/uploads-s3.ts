import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { checkKey } from './blobs.ts';
import { end } from './measure.ts';
import type { S3Options } from './s3-client.ts';
import type { Uploads } from './uploads.ts';

/**
 * Places to put a file straight into a bucket: a presigned PUT (S3 User Guide, "Uploading objects with presigned URLs"). The object is what
 * the blob port reads under the key.
 *
 * S3 cannot be told a limit for a body whose length is not known when the address is signed; it takes at most 5 GiB in one PUT, and whoever
 * reads the file checks its size.
 */
export const openS3Uploads = ({ bucket, region, endpoint, credentials }: S3Options): Uploads => {
  const client = new S3Client({
    region,
    // Otherwise the address carries the checksum of an empty body, and S3 refuses the file.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(credentials !== undefined && { credentials }),
  });
  return {
    open: async (key, seconds) => {
      // A place takes one file: what was checked and approved cannot be swapped afterwards.
      const command = new PutObjectCommand({ Bucket: bucket, Key: checkKey(key) + end, IfNoneMatch: '*' });
      const url = await getSignedUrl(client, command, { expiresIn: seconds, signableHeaders: new Set(['host', 'if-none-match']) });
      return { url, method: 'PUT', headers: { 'if-none-match': '*' } };
    },
  };
};
