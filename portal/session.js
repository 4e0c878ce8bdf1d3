// @ts-check
/** @import { Me, Membership } from './shapes.ts' */

/** @typedef {{ readonly access: string, readonly id: string, readonly until: number }} Tokens */
/** @typedef {{ readonly verifier: string, readonly state: string, readonly nonce: string, readonly back: string }} Asked */

const client = 'portal';
const places = { tokens: 'harbour.tokens', asked: 'harbour.asked', organisation: 'harbour.organisation' };
const redirect = () => `${location.origin}/callback`;

/** @param {Uint8Array} bytes */
const base64url = (bytes) =>
  btoa(String.fromCodePoint(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** @returns {Promise<Record<'authorization_endpoint' | 'token_endpoint' | 'end_session_endpoint', string>>} */
const provider = async () => {
  const issuer = document.querySelector('meta[name="openid-issuer"]')?.getAttribute('content') ?? '';
  return /** @type {Promise<Record<string, string>>} */ ((await fetch(`${issuer}/.well-known/openid-configuration`)).json());
};

/** @returns {Tokens | undefined} */
const tokens = () => {
  const text = sessionStorage.getItem(places.tokens);
  const found = /** @type {Tokens | undefined} */ (text === null ? undefined : JSON.parse(text));
  return found && found.until > Date.now() ? found : undefined;
};
export const accessToken = () => tokens()?.access;
export const forget = () => {
  me = undefined;
  sessionStorage.removeItem(places.tokens);
};

/** Leads to the OpenID provider: authorization code with PKCE (RFC 7636). @param {string} [back] where to return to */
export const signIn = async (back = location.pathname + location.search) => {
  const asked = { verifier: random(), state: random(), nonce: random(), back };
  sessionStorage.setItem(places.asked, JSON.stringify(asked));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(asked.verifier));
  const query = new URLSearchParams({
    client_id: client,
    response_type: 'code',
    redirect_uri: redirect(),
    scope: 'openid profile email',
    state: asked.state,
    nonce: asked.nonce,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  });
  location.assign(`${(await provider()).authorization_endpoint}?${query.toString()}`);
};

/** @param {string} jwt @returns {Readonly<Record<string, unknown>>} */
const claimsOf = (jwt) => JSON.parse(atob((jwt.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')));

/**
 * Redeems the code with which the provider leads back. @param {URLSearchParams} query
 * @returns {Promise<string | undefined>} where the person was, or undefined where signing in failed
 */
export const signedIn = async (query) => {
  const asked = /** @type {Asked | null} */ (JSON.parse(sessionStorage.getItem(places.asked) ?? 'null'));
  sessionStorage.removeItem(places.asked);
  const code = query.get('code');
  if (!asked || code === null || query.get('state') !== asked.state) return undefined;
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: client,
    redirect_uri: redirect(),
    code,
    code_verifier: asked.verifier,
  });
  const answer = await fetch((await provider()).token_endpoint, { method: 'POST', body });
  if (!answer.ok) return undefined;
  const { access_token: access, id_token: id, expires_in: seconds } = await answer.json();
  if (claimsOf(id)['nonce'] !== asked.nonce) return undefined;
  sessionStorage.setItem(places.tokens, JSON.stringify({ access, id, until: Date.now() + (seconds - 30) * 1000 }));
  return asked.back;
};
export const signOut = async () => {
  const held = tokens();
  forget();
  sessionStorage.removeItem(places.organisation);
  const query = new URLSearchParams({
    client_id: client,
    post_logout_redirect_uri: `${location.origin}/`,
    ...(held ? { id_token_hint: held.id } : {}),
  });
  location.assign(`${(await provider()).end_session_endpoint}?${query.toString()}`);
};

/** @type {Me | undefined} */
let me;
/** @param {Me} found */
export const know = (found) => {
  me = found;
};
export const myself = () => me;
/** For whom one acts: the organisation chosen, or the only one. @returns {Membership | undefined} */
export const acting = () => {
  const { memberships = [] } = me ?? {};
  const chosen = sessionStorage.getItem(places.organisation);
  return memberships.find(({ organisation }) => organisation === chosen) ?? (memberships.length === 1 ? memberships[0] : undefined);
};
/** @param {string} organisation */
export const actFor = (organisation) => sessionStorage.setItem(places.organisation, organisation);
/** @param {readonly string[]} roles */
export const holds = (roles) => roles.some((role) => acting()?.roles.includes(role) ?? false);
