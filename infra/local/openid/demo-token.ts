import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import { bodyOf } from './request-body.ts';
import type { Room } from './sign-in.ts';

const isLoopback = (address = '') => /^(?:::ffff:)?127\.|^::1$/.test(address);
const isLocalName = (name: string) => ['127.0.0.1', 'localhost', '[::1]'].includes(name);
/** A proxy on this machine makes the whole world look local. */
const isDirect = ({ headers }: IncomingMessage) => headers['x-forwarded-for'] === undefined && headers['forwarded'] === undefined;

const asked = z.object({ person: z.string().max(255) });
const parsed = (body: string | undefined) => {
  try {
    return asked.safeParse(JSON.parse(body ?? '')).data;
  } catch {
    return undefined;
  }
};

/** The answer of a token endpoint (RFC 6749, 5.1) for a person, or undefined where there is no such person. */
export type Mint = (person: string) => Promise<object | undefined>;

/**
 * `POST /demo-token {"person":"<id>"}` → `{access_token, token_type, expires_in}` for a demonstration person, without a page: for journeys
 * and tests. Only where there are demonstration people, only to callers on this machine, and only as JSON, which no page of another origin
 * can send unasked.
 */
export const demoTokens =
  (issuer: URL, demonstration: boolean, mint: Mint): Room =>
  async (path, request, response) => {
    if (!demonstration || path !== '/demo-token') return false;
    const answer = (status: number, body: object): true => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
      return true;
    };
    const local = isLocalName(issuer.hostname) && isLoopback(request.socket.remoteAddress) && isDirect(request);
    if (!local) return answer(403, { error: 'access_denied' });
    if (request.method !== 'POST') return answer(405, { error: 'invalid_request' });
    if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return answer(415, { error: 'invalid_request' });
    const body = parsed(await bodyOf(request));
    const token = body && (await mint(body.person));
    return token ? answer(200, token) : answer(400, { error: 'invalid_request' });
  };
