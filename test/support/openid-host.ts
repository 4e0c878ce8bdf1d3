import { once } from 'node:events';
import { createServer } from 'node:http';
import { organisations } from '../../infra/local/demo/people.ts';
import { openProvider } from '../../infra/local/openid/provider.ts';

/** A host with nothing but the OpenID provider: `node openid-host.ts <folder> <port, 0 for any>`. Prints its origin when it is ready. */
const [folder = '', port = '0'] = process.argv.slice(2);
const server = createServer();
await once(server.listen(Number(port), '127.0.0.1'), 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');
const origin = `http://127.0.0.1:${address.port}`;
const { handle } = await openProvider({
  issuer: `${origin}/oidc`,
  folder,
  people: organisations,
  clients: [{ id: 'portal', redirects: [`${origin}/callback`], afterSignOut: [`${origin}/`] }],
});
server.on('request', (request, response) => void handle(request, response));
process.stdout.write(`${origin}\n`);
