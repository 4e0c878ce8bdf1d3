import { timingSafeEqual } from 'node:crypto';
import { canonical } from '../kernel/canonical.ts';
import { hmac } from '../kernel/digest.ts';
import type { Call } from './context.ts';
import { RefusalError } from './refusal.ts';

const toleranceSeconds = 300;
const form = /^t=(\d{9,11}),v1=([A-Za-z0-9_-]{43})$/;

/** The secret that an outside service signs with: derived from the platform's own, so that each has another and none is stored. */
export const webhookSecret = (secret: string, service: string): string => hmac(secret, 'webhook', service);
/** The code over a body at a moment (seconds since 1970): HMAC-SHA-256 over time and canonical JSON (RFC 8785). */
export const webhookCode = (secret: string, at: number, body: unknown): string => hmac(secret, String(at), canonical(body));

/**
 * Lets only what the service itself has signed, within five minutes, through the door. A later repetition of the same body is the same
 * request to the door, which knows it by its key.
 * @throws RefusalError webhook_forged
 */
export const verifyWebhook = ({ signature, body, ports }: Pick<Call, 'signature' | 'body' | 'ports'>, service: string): void => {
  const [, at = '', code = ''] = form.exec(signature ?? '') ?? [];
  const expected = Buffer.from(webhookCode(webhookSecret(ports.secret, service), Number(at), body));
  const given = Buffer.from(code);
  const fresh = Math.abs(ports.now().getTime() / 1000 - Number(at)) <= toleranceSeconds;
  if (!fresh || given.length !== expected.length || !timingSafeEqual(given, expected)) throw new RefusalError('webhook_forged');
};
