import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** What a fault does with one request: answers a status of its own, loses the true answer, or breaks it off after so many bytes. */
export type Fault = { readonly status: number } | 'lose' | { readonly cutAfter: number };

/**
 * Stands between a client and an S3 and asks for each request which fault befalls it. The `Host` header stays as the client wrote it, since
 * it is signed.
 */
export const openWire = async (endpoint: string) => {
  const { hostname, port } = new URL(endpoint);
  const wire: { fault: (request: IncomingMessage) => Fault | undefined } = { fault: () => undefined };

  const server = createServer((incoming, outgoing) => {
    const forward = async (): Promise<void> => {
      const fault = wire.fault(incoming);
      const body = await buffer(incoming);
      if (typeof fault === 'object' && 'status' in fault) {
        outgoing.writeHead(fault.status).end();
        return;
      }
      const { method, url, headers } = incoming;
      const sent = request({ agent: false, hostname, port, method, path: url, headers: { ...headers, connection: 'close' } });
      sent.end(body);
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      const content = await buffer(answer);
      if (fault === 'lose') return void outgoing.destroy();
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      if (fault === undefined) outgoing.end(content);
      else outgoing.write(content.subarray(0, fault.cutAfter), () => outgoing.destroy());
    };
    forward().catch(() => outgoing.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return Object.assign(wire, {
    endpoint: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
};
