import { createReadStream } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { notRun, type MalwareScan, type Scanned } from './malware.ts';

/** Where clamd listens, and how many milliseconds it may take to be reached and may be silent. */
export type ClamdAddress = { readonly host: string; readonly port: number; readonly silenceMs?: number };

const chunkBytes = 256 * 1024;
const mostAnswer = 4_096;
/** clamd answers when it has read all, and a large archive takes its time. */
const patience = 120_000;

/** The command, then each chunk after its length in four bytes, and a length of nothing at the end: clamd(8), INSTREAM. */
const instream = async function* (path: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from('zINSTREAM\0');
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(chunk.length);
    yield length;
    yield chunk;
  }
  yield Buffer.alloc(4);
};
const verdictOf = (answer: string): Scanned => {
  const [, said = ''] = /^(?:stream: )?(.*)\0$/s.exec(answer) ?? [];
  if (said === 'OK') return { result: 'CLEAN' };
  const [, signature] = /^([\x21-\x7e]{1,200}) FOUND$/.exec(said) ?? [];
  if (signature !== undefined) return { result: 'INFECTED', signature };
  return notRun(said.startsWith('INSTREAM size limit exceeded') ? 'TOO_LARGE' : 'NOT_UNDERSTOOD');
};
/** Waits where the socket takes no more for now; a socket that has closed takes all, to no effect. */
const send = async (socket: Socket, path: string): Promise<void> => {
  for await (const bytes of instream(path)) {
    if (socket.closed || socket.destroyed) return;
    if (socket.write(bytes)) continue;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        socket.off('drain', go).off('close', go);
        resolve();
      };
      socket.on('drain', go).on('close', go);
    });
  }
};

/**
 * The ClamAV daemon as the scanner: the file goes to it over TCP as a stream, so that it reads nothing of this machine, and nothing of the file
 * is kept there. `StreamMaxLength` of its configuration bounds what it takes. The connection is neither encrypted nor authenticated: it
 * belongs on the same machine, or in a network of their own.
 */
export const openClamd =
  ({ host, port, silenceMs = patience }: ClamdAddress): MalwareScan =>
  async ({ path, signal }) => {
    const socket = connect({ host, port });
    let reached = false;
    let answer = '';
    const ended = new Promise<Scanned>((resolve) => {
      const stop = (verdict: Scanned): void => {
        resolve(verdict);
        socket.destroy();
      };
      socket.setTimeout(silenceMs, () => stop(notRun('TIMED_OUT')));
      socket.setEncoding('latin1');
      socket.on('connect', () => (reached = true));
      socket.on('data', (text: string) => {
        answer += text;
        if (answer.includes('\0') || answer.length > mostAnswer) stop(verdictOf(answer));
      });
      // It may hang up in the middle of a file that is too large for it, having said so.
      const over = (): void => stop(reached ? verdictOf(answer) : notRun('UNREACHABLE'));
      socket.on('end', over).on('error', over).on('close', over);
      signal?.addEventListener('abort', () => stop(notRun('NOT_SCANNED')), { once: true });
      if (signal?.aborted === true) stop(notRun('NOT_SCANNED'));
    });
    const [verdict] = await Promise.all([ended, send(socket, path)]);
    return verdict;
  };

/** The address in a setting such as `127.0.0.1:3310`. @throws Error where it is none */
export const clamdAddress = (text: string): ClamdAddress => {
  const [, host = '', port = ''] = /^\[?([A-Za-z0-9.:-]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > 65_535) throw new Error('HARBOUR_CLAMD must be host:port, such as 127.0.0.1:3310');
  return { host, port: Number(port) };
};
