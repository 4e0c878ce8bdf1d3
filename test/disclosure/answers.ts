import type { Reply } from '../../shared/edge/context.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { RefusalError, type Issue } from '../../shared/edge/refusal.ts';
import { visitor } from '../../shared/edge/actor.ts';
import { browsingRoutes } from '../../functions/disclosure/browsing.ts';
import type { Table } from '../../shared/store/table.ts';

const log = { origin: 'harbour.example:8443/log', url: 'https://harbour.example:8443/log', base: 0 };

/** Asks the public routes of a ledger as a visitor does, by an address with its query. */
export const asking =
  (table: Table, now = () => new Date('2026-11-23T02:00:00.000Z')) =>
  async (address: string): Promise<Reply> => {
    const url = new URL(address, 'https://harbour.example:8443/v1/disclosure/');
    const found = browsingRoutes.flatMap((route) => {
      const match = new RegExp(`^${route.path.replace('{id}', '(?<id>[^/]+)')}$`).exec(url.pathname);
      return match ? [{ route, id: match.groups?.['id'] }] : [];
    })[0];
    if (!found) throw new RangeError(`no route ${url.pathname}`);
    const ports = { tables: { disclosure: table }, ledger: { log, earlier: [] }, now } as unknown as Ports;
    const params: Record<string, string> = found.id === undefined ? {} : { id: decodeURIComponent(found.id) };
    return found.route.answers({ actor: visitor, params, query: Object.fromEntries(url.searchParams), body: {}, ports });
  };

/** What a request is refused with. */
export const refusalOf = async (answer: Promise<unknown>): Promise<{ readonly code: string; readonly issues: readonly Issue[] }> => {
  try {
    await answer;
  } catch (error) {
    if (error instanceof RefusalError) return { code: error.refused.code, issues: error.issues };
    throw error;
  }
  throw new Error('it was not refused');
};
/** The address of the next page, as the Link of an answer gives it. */
export const nextOf = ({ headers }: Reply): string | undefined => /^<([^>]+)>; rel="next"$/.exec(headers?.['link'] ?? '')?.[1];
