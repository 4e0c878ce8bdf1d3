import { randomBytes, timingSafeEqual } from 'node:crypto';
import { digest } from '../../shared/kernel/digest.ts';
import type { Key, Table } from '../../shared/store/table.ts';

/** Who has drawn the token of a key, and for which organisation: each call is theirs. */
export type Drawn = { readonly person: string; readonly org: string };

const keyOf = (key: string): Key => ({ pk: `token#${key}`, sk: 'token' });
/** By its first letters a token that lies where it should not is found. */
const prefix = 'dhs_';

/** Draws the token of a key: 256 bits, of which only the digest is kept. @returns undefined where it was drawn before */
export const drawToken = async (table: Table, key: string, { person, org }: Drawn): Promise<string | undefined> => {
  const token = `${prefix}${randomBytes(32).toString('base64url')}`;
  const kept = await table.transact([{ put: { ...keyOf(key), digest: digest(token), person, org }, if: { absent: true } }]);
  return 'ok' in kept ? token : undefined;
};

const none = digest('');
/** Who has drawn this token of this key; undefined for any other. */
export const drawnBy = async (table: Table, key: string, token: string): Promise<Drawn | undefined> => {
  const [item] = (await table.get([keyOf(key)])) as readonly ((Drawn & { readonly digest: string }) | undefined)[];
  const isIt = timingSafeEqual(Buffer.from(item?.digest ?? none), Buffer.from(digest(token)));
  return item && isIt ? { person: item.person, org: item.org } : undefined;
};
