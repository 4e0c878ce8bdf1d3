import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type InteractionResults, type Provider } from 'oidc-provider';
import type { DemonstrationOrganisation } from '../demo/staff.ts';
import type { Accounts, EntryRefusal } from './accounts.ts';
import { accountPage, demonstrationPage, refusalPage } from './pages.ts';
import { bodyOf } from './request-body.ts';

/** Answers the requests that are its own and says whether this was one. `path` is below the issuer's. */
export type Room = (path: string, request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/** Sends a page. */
export const show = (response: ServerResponse, status: number, page: string): void =>
  void response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(page);

const interactionPath = /^\/interaction\/[\w-]{1,64}(?:\?|$)/;

/** The page on which a person says who they are, while an authorization request waits. */
export const signIn = (provider: Provider, organisations: readonly DemonstrationOrganisation[], accounts: Accounts): Room => {
  const known = new Set(organisations.flatMap(({ people }) => people.map(({ id }) => id)));
  const demonstration = known.size > 0;
  const pageOf = (search: string, refused?: EntryRefusal) =>
    demonstration ? demonstrationPage(organisations, search) : accountPage(refused);

  /** Who the form names, or why it names nobody. */
  const whoIs = async (form: Readonly<Record<string, string>>): Promise<{ readonly id: string } | { readonly refused: EntryRefusal }> => {
    if (!demonstration) return form['act'] === 'enrol' ? accounts.enrol(form) : accounts.enter(form);
    const id = form['person'] ?? '';
    return known.has(id) ? { id } : { refused: 'mismatch' };
  };

  const answer = async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // the browser sends the cookie of an interaction to that interaction's path alone
    const { prompt } = await provider.interactionDetails(request, response);
    const finish = (result: InteractionResults) =>
      provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    // whoever asks for consent once more gets it: the clients are the platform's own
    if (prompt.name === 'consent') return finish({ consent: {} });
    if (request.method === 'GET') return show(response, 200, pageOf(new URL(path, provider.issuer).searchParams.get('q') ?? ''));
    if (request.method !== 'POST') return void response.writeHead(405, { allow: 'GET, POST' }).end();

    const body = await bodyOf(request);
    if (body === undefined) return void response.writeHead(413).end();
    const form = Object.fromEntries(new URLSearchParams(body));
    if (form['act'] === 'cancel') return finish({ error: 'access_denied' });
    const who = await whoIs(form);
    return 'id' in who ? finish({ login: { accountId: who.id } }) : show(response, 422, pageOf('', who.refused));
  };

  return async (path, request, response) => {
    if (!interactionPath.test(path)) return false;
    await answer(path, request, response).catch((error: unknown) => {
      if (error instanceof errors.SessionNotFound) return show(response, 400, refusalPage('session_not_found'));
      throw error;
    });
    return true;
  };
};
