import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';

/** Who a token speaks for. `email` only where the issuer says that it has verified the address. */
export type Identity = { readonly person: string; readonly email?: string; readonly name?: string };

/** Why a token was refused, for logs only: an answer never says. */
export type TokenRefusal = 'malformed' | 'algorithm' | 'unknown_key' | 'signature' | 'expired' | 'claims' | 'audience' | 'person';

export type VerifierOptions = {
  readonly issuer: string;
  /** The names by which a token may call this service. */
  readonly audience: readonly string[];
  /** Where the issuer publishes its keys: HTTPS, or this machine. */
  readonly jwksUri?: string;
  /** The issuer's public keys where it runs in the same process. Exactly one of the two. */
  readonly jwks?: JSONWebKeySet;
  /** The clock of the issuer; tokens live in real time, so that a host with a moved clock leaves this out. */
  readonly now?: () => Date;
  /** Told of every refusal, and of nothing else in the token. */
  readonly refused?: (reason: TokenRefusal) => void;
};

/** Asymmetric only: with these, a public key can never be taken for a shared secret, nor `none` for a signature (RFC 8725, 3.1). */
const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'];
const toleranceSeconds = 30;
const betweenFetchesMs = 60_000;

const reasons: Readonly<Record<string, TokenRefusal>> = {
  ERR_JOSE_ALG_NOT_ALLOWED: 'algorithm',
  ERR_JOSE_NOT_SUPPORTED: 'algorithm',
  ERR_JWKS_NO_MATCHING_KEY: 'unknown_key',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'unknown_key',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'signature',
  ERR_JWT_EXPIRED: 'expired',
  ERR_JWT_CLAIM_VALIDATION_FAILED: 'claims',
  ERR_JWS_INVALID: 'malformed',
  ERR_JWT_INVALID: 'malformed',
};

const keysOf = ({ jwks, jwksUri }: VerifierOptions) => {
  if (jwks && jwksUri === undefined) return createLocalJWKSet(jwks);
  if (jwks || jwksUri === undefined) throw new TypeError('an OpenID verifier needs either keys or their address');
  const address = new URL(jwksUri);
  if (address.protocol !== 'https:' && !['127.0.0.1', '[::1]', 'localhost'].includes(address.hostname)) {
    throw new TypeError('the keys of an OpenID issuer are fetched over HTTPS');
  }
  return createRemoteJWKSet(address, { cooldownDuration: betweenFetchesMs });
};

/** Cognito's access tokens name their client and no audience; one that does name an audience is meant for that and for nobody else. */
const isFor = ({ aud, client_id: client }: JWTPayload, audience: readonly string[]): boolean =>
  [aud ?? client].flat().some((name) => typeof name === 'string' && audience.includes(name));

/** OpenID Connect Core 1.0, 2: a subject is at most 255 ASCII characters. */
const subject = /^[\x21-\x7e]{1,255}$/;

const identityOf = (claims: JWTPayload, audience: readonly string[]): Identity | TokenRefusal => {
  const { sub, email, email_verified: verified, name, token_use: use } = claims;
  if (!isFor(claims, audience)) return 'audience';
  // Cognito's identity tokens name the client as their audience, and are for the client alone
  if (use !== undefined && use !== 'access') return 'claims';
  if (sub === undefined || !subject.test(sub)) return 'person';
  return {
    person: sub,
    ...(typeof email === 'string' && verified === true ? { email } : {}),
    ...(typeof name === 'string' ? { name } : {}),
  };
};

/**
 * Opens a verifier of OpenID Connect access tokens (RFC 7519, RFC 8725): issuer, audience (`aud`, or `client_id` where there is no `aud`),
 * expiry (required, 30 s of tolerance), signature by one of the issuer's keys. An unknown key makes it fetch the keys again, at most once a
 * minute; keys are held ten minutes.
 * @returns a function that answers who the token speaks for, or undefined for every token that is not good.
 * It throws only where the issuer's keys cannot be had, because that says nothing about the token.
 * @throws TypeError where the options name no keys, both kinds, or an address without TLS
 */
export const openVerifier = (options: VerifierOptions): ((token: string) => Promise<Identity | undefined>) => {
  const { issuer, audience, now = () => new Date(), refused } = options;
  const keys = keysOf(options);
  const claims = { issuer, algorithms, clockTolerance: toleranceSeconds, requiredClaims: ['exp', 'sub'] };
  return async (token) => {
    const verdict = await jwtVerify(token, keys, { ...claims, currentDate: now() }).then(
      ({ payload }) => identityOf(payload, audience),
      (error: unknown) => {
        const reason = error instanceof errors.JOSEError ? reasons[error.code] : undefined;
        if (reason) return reason;
        throw error;
      },
    );
    if (typeof verdict !== 'string') return verdict;
    refused?.(verdict);
    return undefined;
  };
};
