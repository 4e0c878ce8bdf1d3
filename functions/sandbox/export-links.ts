import { timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { Id, Instant, PersonId } from '../../contracts/fields.ts';
import { hmac } from '../../shared/kernel/digest.ts';

/** What a link to a file says: which, under which contract, who drew it for whom, and until when; `once` tells it from every other. */
const Link = z.strictObject({ request: Id, contract: Id, org: Id, person: PersonId, until: Instant, once: z.uuid() });
export type Link = z.infer<typeof Link>;

/** Minutes for which a link may be followed. */
export const linkMinutes = 15;

const sign = (secret: string, text: string): string => hmac(secret, 'export-link', text);

/** The address of a file, which is itself the permission to it: signed, short-lived, and followed once. */
export const printLink = (secret: string, link: Link): string => {
  const text = Buffer.from(JSON.stringify(link)).toString('base64url');
  return `${text}.${sign(secret, text)}`;
};

/** What a token says, or undefined where we have not signed it or its time is over. */
export const readLink = (secret: string, token: string, now: Date): Link | undefined => {
  const [text = '', code = ''] = token.split('.');
  const [given, expected] = [Buffer.from(code), Buffer.from(sign(secret, text))];
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const link = Link.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  return now.toISOString() < link.until ? link : undefined;
};
