import { createServer, type AddressInfo, type Socket } from 'node:net';

/** Reads one INSTREAM command as clamd does, and answers the bytes that it carried. @throws Error where it is none */
export const readStream = async (socket: Socket): Promise<Buffer> => {
  const command = Buffer.from('zINSTREAM\0');
  const chunks: Buffer[] = [];
  let held = Buffer.alloc(0);
  for await (const some of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    held = Buffer.concat([held, some]);
    if (chunks.length === 0 && held.length >= command.length) {
      if (!held.subarray(0, command.length).equals(command)) throw new Error('not the command INSTREAM');
      chunks.push(Buffer.alloc(0));
      held = held.subarray(command.length);
    }
    while (chunks.length > 0 && held.length >= 4) {
      const length = held.readUInt32BE(0);
      if (length === 0) return Buffer.concat(chunks);
      if (held.length < 4 + length) break;
      chunks.push(held.subarray(4, 4 + length));
      held = held.subarray(4 + length);
    }
  }
  throw new Error('the stream ended before its end');
};

/** A daemon that speaks the protocol, finds a name in every file that holds it, and can be made to wait with its answer. */
export const openDaemon = async (signature: string) => {
  let gate: PromiseWithResolvers<void> | undefined;
  const answer = async (socket: Socket): Promise<void> => {
    try {
      const bytes = await readStream(socket);
      await gate?.promise;
      socket.end(bytes.includes(signature) ? `stream: ${signature} FOUND\0` : 'stream: OK\0');
    } catch {
      socket.destroy();
    }
  };
  const server = createServer((socket) => void answer(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: (): void => {
      gate = Promise.withResolvers();
    },
    letGo: (): void => {
      gate?.resolve();
      gate = undefined;
    },
    close: () => server.close(),
  };
};
