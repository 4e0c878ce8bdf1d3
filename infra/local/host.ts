import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import reactionMap from '../../contracts/generated/reactions.json' with { type: 'json' };
import { contexts } from '../../functions/index.ts';
import { compose } from '../../shared/edge/compose.ts';
import { providePorts, type Ports } from '../../shared/edge/ports.ts';
import { openClamd } from '../../shared/vendor/clamd.ts';
import { noScanner } from '../../shared/vendor/malware.ts';
import { openVerifier } from '../../shared/vendor/openid.ts';
import { organisations } from './demo/people.ts';
import { seed } from './demo/seed.ts';
import { openGateway } from './gateway.ts';
import { openLocalLedger } from './ledger.ts';
import { lockFolder } from './lock.ts';
import { openLogFiles } from './log-files.ts';
import { openProvider } from './openid/provider.ts';
import { openPages } from './pages.ts';
import type { Settings } from './settings.ts';
import { openStores, secretOf } from './stores.ts';
import { openUploads } from './uploads.ts';
import { openWorks } from './works.ts';

export type Host = {
  readonly origin: string;
  readonly ports: Ports;
  readonly idle: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly backup: ((to: string) => Promise<void>) | undefined;
};

const listen = async (server: ReturnType<typeof createServer>, port: number): Promise<number> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
};

/** How a host opens what it stores in and works with. */
export type Makers = { readonly stores: typeof openStores; readonly works: typeof openWorks };

const openOn = async (settings: Settings, makers: Makers, unlock: () => void): Promise<Host> => {
  const now = (): Date => new Date(Date.now() + settings.offsetMs);
  const stores = await makers.stores(settings, () => now().getTime());
  const secret = secretOf(settings.folder);
  let answer: (request: IncomingMessage, response: ServerResponse) => Promise<void> = async (_request, response) =>
    void response.writeHead(503).end();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      ports.log.error('a request failed', { error: error as Error });
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  const port = await listen(server, settings.port);
  const origin = `http://127.0.0.1:${port}`;

  const people = settings.demonstration ? organisations : [];
  const clients = [{ id: 'portal', redirects: [`${origin}/callback`], afterSignOut: [`${origin}/`] }];
  const provider = await openProvider({ issuer: `${origin}/oidc`, folder: join(settings.folder, 'openid'), people, clients });
  const verify = openVerifier({ issuer: provider.issuer, audience: provider.audience, jwks: provider.jwks });
  const works = makers.works(() => ports, settings.folder, settings.clamd ? openClamd(settings.clamd) : noScanner);
  const { uploads, matches, receive } = openUploads(stores.blobs, secret, () => origin, now);
  const { ledger, files } = await openLocalLedger({ settings, table: stores.tables.disclosure, origin, wake: works.wakeLedger });
  const ports: Ports = compose({
    tables: stores.tables,
    blobs: stores.blobs,
    uploads,
    ledger,
    processes: contexts.flatMap((c) => c.processes),
    reactions: contexts.flatMap((c) => c.reactions),
    reactionMap,
    verify,
    now,
    secret,
    dispatch: works.dispatch,
    wake: works.wake,
  });
  providePorts(async () => ports);

  const gateway = await openGateway();
  const pages = openPages();
  const logFiles = openLogFiles(files);
  answer = async (request, response) => {
    const url = URL.parse(request.url ?? '/', origin);
    if (!url) return void response.writeHead(400).end();
    if (url.pathname.startsWith('/oidc')) return provider.handle(request, response);
    if (matches(url.pathname)) return receive(url.pathname, request, response);
    if (logFiles.matches(url.pathname)) return logFiles.serve(url.pathname, request, response);
    if (pages.matches(url.pathname)) return pages.serve(url.pathname, request, response);
    return gateway(url, request, response);
  };
  if (settings.demonstration) await seed(ports);
  works.start();
  return {
    origin,
    ports,
    idle: works.idle,
    backup: stores.backup,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await works.close();
      provider.close();
      await files.close();
      await stores.close();
      unlock();
    },
  };
};

/**
 * One process that is the whole exchange: the API by the Lambda handlers themselves, the portal, an OpenID provider, the belt, the clock and
 * the worker. Killed at any moment it loses nothing that it acknowledged.
 * @throws FolderInUse where another process is at work in its folder
 */
export const openHost = async (settings: Settings, makers: Partial<Makers> = {}): Promise<Host> => {
  const unlock = lockFolder(settings.folder);
  return openOn(settings, { stores: openStores, works: openWorks, ...makers }, unlock).catch((error: unknown) => {
    unlock();
    throw error;
  });
};
