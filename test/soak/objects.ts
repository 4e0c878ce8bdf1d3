import { createHash } from 'node:crypto';
import { placeIn } from '../../functions/sandbox/objects.ts';
import type { Blobs } from '../../shared/blobs/blobs.ts';
import type { Found } from './audit.ts';
import type { Uploaded } from './recorder.ts';

type Referred = { readonly key: string; readonly digest: string };
const referredIn = ({ records }: Found): readonly Referred[] =>
  [...records.values()].flatMap((r) => {
    const data = r.data as { object?: string; digest?: string; result?: { object: string; digest: string } };
    if (r.kind === 'dataset' && data.object !== undefined) return [{ key: data.object, digest: String(data.digest) }];
    return r.kind === 'query' && r.status === 'released' && data.result ? [{ key: data.result.object, digest: data.result.digest }] : [];
  });

const isOver = new Set(['loaded', 'sealed', 'refused']);
/** A file is kept in quarantine while it may still be loaded, and no longer. */
const isCleared = ({ records }: Found, key: string): boolean => {
  const dataset = records.get(`dataset#${key.split('/')[1]}`);
  if (!dataset) return false;
  const { attempt = 0 } = dataset.data as { attempt?: number };
  return placeIn(key).attempt < attempt || (placeIn(key).attempt === attempt && isOver.has(dataset.status));
};

const digestOf = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of body) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
};

/** Whatever a record refers to, and whatever upload was acknowledged and may still be loaded, is there and is what it was; no other upload is. */
export const objects = async (all: Found, uploaded: readonly Uploaded[], blobs: Blobs): Promise<readonly string[]> => {
  const expected = [
    ...referredIn(all).map((one) => ({ ...one, stays: true })),
    ...uploaded.map((one) => ({ ...one, stays: !isCleared(all, one.key) })),
  ];
  const problems: string[] = [];
  for (const { key, digest, stays } of expected) {
    const object = await blobs.get(key);
    if (object && (await digestOf(object.body)) !== digest) problems.push(`${key} is not what it was`);
    if (!object && stays) problems.push(`${key} is gone`);
    if (object && !stays) problems.push(`${key} is still in quarantine`);
  }
  return problems;
};
