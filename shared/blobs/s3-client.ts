import { setTimeout } from 'node:timers/promises';
import { HeadObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';

export type S3Options = {
  readonly bucket: string;
  readonly region: string;
  /** For anything but AWS itself. Buckets are then named in the path. */
  readonly endpoint?: string;
  /** Without them, those of the environment (a role, on AWS). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
};

export const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

export const clientOf = ({ region, endpoint, credentials }: S3Options): S3Client =>
  new S3Client({
    region,
    // A connection that is neither answered nor broken would hold its caller for ever.
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
    maxAttempts: 5,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(credentials !== undefined && { credentials }),
  });

export type Target = { readonly Bucket: string; readonly Key: string };

/** Why a request that makes an object visible was refused, and who wrote what is there, if anything is. */
export type Refusal = { readonly status: number; readonly code: string; readonly found: string | undefined };

/** Who wrote the object (its metadata `writer`), or undefined where there is none. */
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
 *
 * @param writer names this attempt alone, and stands in the object's metadata
 * @param isLost whether a refusal is that of the request's condition, and no failure
 * @returns false where it is
 */
export const land = async (
  client: S3Client,
  target: Target,
  writer: string,
  send: () => Promise<unknown>,
  isLost: (refusal: Refusal) => boolean,
): Promise<boolean> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await send();
      return true;
    } catch (error) {
      const status = statusOf(error);
      if (status !== 404 && status !== 409 && status !== 412) throw error;
      const found = await writerOf(client, target);
      if (found === writer) return true;
      if (isLost({ status, code: (error as Error).name, found })) return false;
      if (status !== 409 || attempt === 5) throw error;
      await setTimeout(Math.random() * 100 * 2 ** attempt);
    }
  }
};
