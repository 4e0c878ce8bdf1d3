import { GetObjectTaggingCommand } from '@aws-sdk/client-s3';
import { checkKey } from './blobs.ts';
import { end } from './measure.ts';
import { clientOf, type S3Options } from './s3-client.ts';

/** Reads a tag of an object under a key, undefined where it has none of that name. Needs `s3:GetObjectTagging`. @throws where there is no such object */
export const openS3Tags = (options: S3Options): ((key: string, name: string) => Promise<string | undefined>) => {
  const client = clientOf(options);
  return async (key, name) => {
    const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket: options.bucket, Key: checkKey(key) + end }));
    return TagSet?.find(({ Key }) => Key === name)?.Value;
  };
};
