import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { calculateJwkThumbprint, exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { openVerifier, type TokenRefusal } from '../../shared/vendor/openid.ts';

const newKey = async (alg = 'ES256') => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { alg, kid, privateKey, publicKey, jwk: { ...jwk, kid, alg, use: 'sig' } };
};
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const ending: (() => unknown)[] = [];
afterEach(() => {
  for (const end of ending.splice(0)) end();
});
/** Serves the keys of an issuer, and answers their address. */
const served = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ending.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
};

describe('a verifier of tokens', () => {
  const issuer = 'https://id.example/oidc';
  const reasons: TokenRefusal[] = [];
  const noon = new Date('2026-03-02T04:00:00Z');
  const at = (seconds: number) => noon.getTime() / 1000 + seconds;
  const good = { iss: issuer, sub: 'wang-lei', aud: 'data-harbour', iat: at(-60), exp: at(3600) };

  let keys: Awaited<ReturnType<typeof newKey>>;
  let verify: ReturnType<typeof openVerifier>;
  const signed = (claims: JWTPayload, { alg, kid, privateKey } = keys) =>
    new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(privateKey);
  const refusalOf = async (token: string) => {
    expect(await verify(token)).toBeUndefined();
    return reasons.at(-1);
  };

  beforeAll(async () => {
    keys = await newKey();
    const jwks = { keys: [keys.jwk] };
    verify = openVerifier({ issuer, audience: ['data-harbour', 'cognito-client'], jwks, now: () => noon, refused: (r) => reasons.push(r) });
  });

  test('says who a good token speaks for', async () => {
    const token = await signed({ ...good, name: '王磊', email: 'wang.lei@example.cn', email_verified: true });
    expect(await verify(token)).toEqual({ person: 'wang-lei', name: '王磊', email: 'wang.lei@example.cn' });
  });

  test('passes on no address that the issuer has not verified', async () => {
    expect(await verify(await signed({ ...good, email: 'mayor@example.cn' }))).toEqual({ person: 'wang-lei' });
    expect(await verify(await signed({ ...good, email: 'mayor@example.cn', email_verified: false }))).toEqual({ person: 'wang-lei' });
  });

  test('takes the client for the audience only where a token names no audience', async () => {
    const { aud: _aud, ...without } = good;
    expect(await verify(await signed({ ...without, client_id: 'cognito-client', token_use: 'access' }))).toEqual({ person: 'wang-lei' });
    expect(await refusalOf(await signed({ ...good, aud: 'another-service', client_id: 'cognito-client' }))).toBe('audience');
    expect(await refusalOf(await signed(without))).toBe('audience');
  });

  test('allows clocks to differ by thirty seconds, and no more', async () => {
    expect(await verify(await signed({ ...good, exp: at(-29) }))).toEqual({ person: 'wang-lei' });
    expect(await refusalOf(await signed({ ...good, exp: at(-31) }))).toBe('expired');
    expect(await refusalOf(await signed({ ...good, nbf: at(31) }))).toBe('claims');
  });

  test.each<[string, JWTPayload, TokenRefusal]>([
    ['without an expiry', { exp: undefined }, 'claims'],
    ['without a subject', { sub: undefined }, 'claims'],
    ['of a subject that is no identifier', { sub: 'wang lei\n' }, 'person'],
    ['of another issuer', { iss: 'https://evil.example/oidc' }, 'claims'],
    ['for another audience', { aud: ['portal', 'another-service'] }, 'audience'],
    ['that is an identity token of Cognito', { aud: 'cognito-client', token_use: 'id' }, 'claims'],
  ])('refuses a token %s', async (_name, change, reason) => {
    expect(await refusalOf(await signed({ ...good, ...change }))).toBe(reason);
  });

  test('refuses what is forged: another key under a known name, a changed body, no signature, a public key as a secret', async () => {
    const forger = await newKey();
    expect(await refusalOf(await signed(good, { ...forger, kid: keys.kid }))).toBe('signature');
    const [head, , signature] = (await signed(good)).split('.');
    const body = Buffer.from(JSON.stringify({ ...good, sub: 'zhang-guoqiang' })).toString('base64url');
    expect(await refusalOf(`${head}.${body}.${signature}`)).toBe('signature');
    expect(await refusalOf(new UnsecuredJWT(good).encode())).toBe('algorithm');
    const secret = new TextEncoder().encode(await exportSPKI(keys.publicKey));
    const confused = await new SignJWT(good).setProtectedHeader({ alg: 'HS256', kid: keys.kid }).sign(secret);
    expect(await refusalOf(confused)).toBe('algorithm');
    expect(await refusalOf(await signed(good, forger))).toBe('unknown_key');
  });

  test('answers nobody to any text that is not a token, whatever its header says', async () => {
    const header = fc.record({
      alg: fc.constantFrom('ES256', 'RS256', 'EdDSA', 'none', 'HS256', ''),
      kid: fc.constantFrom(keys.kid, 'x'),
      crit: fc.option(fc.array(fc.string()), { nil: undefined }),
      b64: fc.option(fc.boolean(), { nil: undefined }),
    });
    const almost = fc.tuple(header, fc.jsonValue(), fc.base64String()).map(([h, b, s]) => `${part(h)}.${part(b)}.${s}`);
    await fc.assert(fc.asyncProperty(fc.oneof(fc.string(), almost), async (text) => (await verify(text)) === undefined));
  });

  test('fetches the keys once for an unknown key, and again only when a minute has passed', async () => {
    const rotated = await newKey('RS256');
    let published = [keys.jwk];
    let fetched = 0;
    const jwksUri = await served((_, response) => {
      fetched += 1;
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: published }));
    });
    const remote = openVerifier({ issuer, audience: ['data-harbour'], jwksUri, now: () => noon });
    expect(await remote(await signed(good))).toEqual({ person: 'wang-lei' });
    published = [rotated.jwk];
    const token = await signed(good, rotated);
    for (let tries = 0; tries < 5; tries += 1) expect(await remote(token)).toBeUndefined();
    expect(fetched).toBe(1);

    const later = Date.now() + 61_000;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => later);
    ending.push(() => clock.mockRestore());
    expect(await remote(token)).toEqual({ person: 'wang-lei' });
    expect(await remote(await signed(good))).toBeUndefined();
    expect(fetched).toBe(2);
  });

  test('gives no verdict on a token while the keys cannot be had', async () => {
    const jwksUri = await served((_, response) => response.writeHead(503).end());
    const remote = openVerifier({ issuer, audience: ['data-harbour'], jwksUri });
    await expect(remote(await signed(good))).rejects.toThrow('200 OK');
  });

  test('opens only with keys from one place, and fetches them only where nobody can change them on the way', () => {
    const options = { issuer, audience: ['data-harbour'] };
    expect(() => openVerifier(options)).toThrow(TypeError);
    expect(() => openVerifier({ ...options, jwks: { keys: [] }, jwksUri: 'https://id.example/jwks' })).toThrow(TypeError);
    expect(() => openVerifier({ ...options, jwksUri: 'http://id.example/jwks' })).toThrow(TypeError);
  });
});
