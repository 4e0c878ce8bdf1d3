import { createHash } from 'node:crypto';
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

/** Whatever a record refers to, and whatever upload was acknowledged, is there and is what it was. */
export const objects = async (all: Found, uploaded: readonly Uploaded[], blobs: Blobs): Promise<readonly string[]> => {
  const problems: string[] = [];
  for (const { key, digest } of [...referredIn(all), ...uploaded]) {
    const object = await blobs.get(key);
    const hash = createHash('sha256');
    if (object) for await (const chunk of object.body) hash.update(chunk as Uint8Array);
    if (!object) problems.push(`${key} is gone`);
    else if (`sha256:${hash.digest('hex')}` !== digest) problems.push(`${key} is not what it was`);
  }
  return problems;
};
