import type { ClientMetadata, Configuration, ResourceServer } from 'oidc-provider';
import type { Accounts, Person } from './accounts.ts';
import { refusalPage, signedOutPage, signOutPage } from './pages.ts';
import type { Keys } from './state.ts';

/** A browser application: public (no secret), authorization code with PKCE. */
export type BrowserClient = {
  readonly id: string;
  readonly redirects: readonly string[];
  /** Where it may ask to be led after signing out. */
  readonly afterSignOut?: readonly string[];
};

export const audience = 'data-harbour';
/** RFC 8707 wants an absolute URI as the name of a resource; tokens carry the plain audience. */
export const resource = `urn:${audience}`;
const scope = 'openid profile email';
const tokenSeconds = 8 * 3600;
const sessionSeconds = 12 * 3600;

const clientOf = ({ id, redirects, afterSignOut = [] }: BrowserClient): ClientMetadata => ({
  client_id: id,
  redirect_uris: [...redirects],
  post_logout_redirect_uris: [...afterSignOut],
  response_types: ['code'],
  grant_types: ['authorization_code'],
  token_endpoint_auth_method: 'none',
  id_token_signed_response_alg: 'ES256',
});

const claimsOf = ({ name, email, verified }: Person) => ({ name, email, email_verified: verified });

export const resourceServer: ResourceServer = { audience, scope: 'api', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } };

const featuresOf = (): NonNullable<Configuration['features']> => ({
  devInteractions: { enabled: false },
  dPoP: { enabled: false },
  pushedAuthorizationRequests: { enabled: false },
  userinfo: { enabled: false },
  resourceIndicators: {
    enabled: true,
    defaultResource: () => resource,
    getResourceServerInfo: () => resourceServer,
    useGrantedResource: () => true,
  },
  rpInitiatedLogout: {
    enabled: true,
    logoutSource: (ctx, form) => {
      ctx.body = signOutPage(form);
    },
    postLogoutSuccessSource: (ctx) => {
      ctx.body = signedOutPage();
    },
  },
});

/** How `oidc-provider` is set up here: one resource, one flow, one algorithm, and no page or feature that is not ours. */
export const configurationOf = (
  issuer: URL,
  clients: readonly BrowserClient[],
  keys: Keys,
  adapter: NonNullable<Configuration['adapter']>,
  find: Accounts['find'],
): Configuration => ({
  adapter,
  clients: clients.map(clientOf),
  jwks: keys.signing,
  cookies: {
    keys: keys.cookies,
    long: { signed: true, httpOnly: true, sameSite: 'lax', path: issuer.pathname },
    short: { signed: true, httpOnly: true, sameSite: 'lax' },
  },
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  scopes: scope.split(' '),
  responseTypes: ['code'],
  clientAuthMethods: ['none'],
  pkce: { required: () => true },
  enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
  ttl: {
    AccessToken: tokenSeconds,
    IdToken: tokenSeconds,
    AuthorizationCode: 60,
    Interaction: 3600,
    Session: sessionSeconds,
    Grant: sessionSeconds,
  },
  features: featuresOf(),
  interactions: { url: (_, { uid }) => `${issuer.pathname}/interaction/${uid}` },
  // a browser names its origin even when it asks its own host for a token
  clientBasedCORS: (_, origin, client) => client.redirectUris?.some((uri) => new URL(uri).origin === origin) ?? false,
  findAccount: (_, id) => {
    const person = find(id);
    return person && { accountId: id, claims: () => ({ sub: id, ...claimsOf(person) }) };
  },
  extraTokenClaims: (_, token) => {
    const person = 'accountId' in token && find(token.accountId);
    return person ? claimsOf(person) : undefined;
  },
  // the clients are the platform's own: signing in is consent enough
  loadExistingGrant: async ({ oidc: { client, session, provider } }) => {
    const known = client && session?.grantIdFor(client.clientId);
    const grant = known && (await provider.Grant.find(known));
    if (grant) return grant;
    const granted = new provider.Grant({ clientId: client?.clientId, accountId: session?.accountId });
    granted.addOIDCScope(scope);
    granted.addResourceScope(resource, resourceServer.scope);
    await granted.save();
    return granted;
  },
  renderError: (ctx, { error }) => {
    ctx.type = 'html';
    ctx.body = refusalPage(error);
  },
});
