import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JSONWebKeySet } from 'jose';
import { Provider } from 'oidc-provider';
import type { DemonstrationOrganisation } from '../demo/staff.ts';
import { accountsOn, type Accounts } from './accounts.ts';
import { audience, configurationOf, resource, resourceServer, type BrowserClient } from './configuration.ts';
import { demoTokens, type Mint } from './demo-token.ts';
import { policyFor, refusalPage } from './pages.ts';
import { show, signIn } from './sign-in.ts';
import { adapterOn, keysIn, openState } from './state.ts';

export type OpenProvider = {
  /** Answers every request whose path is the issuer's path or below it. Never rejects. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly jwks: JSONWebKeySet;
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly close: () => void;
};

export type ProviderOptions = {
  /** Its own address, such as `http://127.0.0.1:4000/oidc`: requests under any other name are refused (421). */
  readonly issuer: string;
  /** Where keys, sessions and people are kept. */
  readonly folder: string;
  /** The demonstration organisations with their people, or none. */
  readonly people: readonly DemonstrationOrganisation[];
  readonly clients: readonly BrowserClient[];
  /** Told of what went wrong inside; the person sees an opaque page. */
  readonly failed?: (error: unknown) => void;
};

const demonstrationAccounts = (organisations: readonly DemonstrationOrganisation[]): Accounts['find'] => {
  const people = new Map(
    organisations.flatMap(({ people }) => people.map(({ id, name, email }) => [id, { id, name, email, verified: true }])),
  );
  return (id) => people.get(id);
};

/** Mints what the authorization code flow would have given: the same claims, life and signature. */
const mintOn =
  (provider: Provider, clientId: string, find: Accounts['find']): Mint =>
  async (person) => {
    const client = await provider.Client.find(clientId);
    if (!client || !find(person)) return undefined;
    const token = new provider.AccessToken({
      client,
      accountId: person,
      grantId: 'demonstration',
      gty: 'demonstration',
      resourceServer: new provider.ResourceServer(resource, resourceServer),
      scope: resourceServer.scope,
    });
    return { access_token: await token.save(), token_type: 'Bearer', expires_in: token.expiration };
  };

/**
 * Opens the OpenID provider of the local host, to be mounted under the issuer's path (`<origin>/oidc`). Access tokens are JWTs (ES256,
 * audience `data-harbour`, 8 h). With demonstration people anybody may sign in as whom they like; without, people make accounts with passwords.
 * @see OpenID Connect Core 1.0; RFC 7636 (PKCE); RFC 8707 (resource indicators); RFC 9068 (JWT access tokens)
 */
export const openProvider = async (options: ProviderOptions): Promise<OpenProvider> => {
  const { people, clients, failed = () => undefined } = options;
  const issuer = new URL(options.issuer);
  const state = openState(options.folder);
  const keys = await keysIn(state);
  const accounts = accountsOn(state);
  const find = people.length > 0 ? demonstrationAccounts(people) : accounts.find;
  const provider = new Provider(options.issuer, configurationOf(issuer, clients, keys, adapterOn(state), find));
  provider.proxy = issuer.protocol === 'https:';
  provider.on('server_error', (_, error) => failed(error));

  const protocol = provider.callback();
  const policy = policyFor([...new Set(clients.flatMap(({ redirects }) => redirects).map((uri) => new URL(uri).origin))]);
  const rooms = [signIn(provider, people, accounts), demoTokens(issuer, people.length > 0, mintOn(provider, clients[0]?.id ?? '', find))];

  const answer: OpenProvider['handle'] = async (request, response) => {
    response.setHeader('content-security-policy', policy);
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'same-origin');
    // the name under which a page was asked for ends up in its links, so that only the issuer's own will do
    if (request.headers.host !== issuer.host) return void response.writeHead(421).end();
    const path = (request.url ?? '').slice(issuer.pathname.length) || '/';
    for (const room of rooms) if (await room(path, request, response)) return;
    await protocol(Object.assign(request, { originalUrl: request.url, url: path }), response);
  };
  const handle: OpenProvider['handle'] = (request, response) =>
    answer(request, response).catch((error: unknown) => {
      failed(error);
      if (response.headersSent) response.destroy();
      else show(response, 500, refusalPage('server_error'));
    });
  return { handle, jwks: keys.published, issuer: options.issuer, audience: [audience], close: () => state.close() };
};
