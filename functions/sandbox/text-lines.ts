import { isAscii, isUtf8 } from 'node:buffer';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { IngestionCode } from '../../contracts/ingestion-refusals.ts';
import type { IngestionRefusal } from './csv-header.ts';
import { refuse } from './csv-header.ts';
import type { Encoding } from './ingestion.ts';
import { chineseInUtf8, countLines, linesOf, newline } from './text-encoding.ts';

/** No line of a file may be longer: it would have to be held in memory. */
export const lineBytes = 2 * 1024 * 1024;

/** Thrown where a text cannot be read on. */
export class Unreadable extends Error {
  readonly refusal: IngestionRefusal;
  constructor(code: IngestionCode, where: { readonly line: number; readonly column?: number | null }) {
    super(code);
    this.refusal = refuse(code, where);
  }
}

/** So many Chinese characters of UTF-8 in successive lines of GB18030 are no accident: two files were put together. */
const mixedCharacters = 8;

/** Decodes blocks of whole lines one after the other. @throws Unreadable csv_wrong_encoding with the first line that is not in the encoding */
const decoderOf = (encoding: Encoding): ((block: Buffer, line: number) => string) => {
  const decode = (bytes: Buffer, ignoreBOM: boolean): string => new TextDecoder(encoding, { fatal: true, ignoreBOM }).decode(bytes);
  let suspect = { line: 0, characters: 0 };
  return (block, first) => {
    if (isAscii(block)) return block.toString('latin1');
    let line = first;
    if (encoding === 'gb18030' || !isUtf8(block)) {
      for (const each of linesOf(block)) {
        if (!isAscii(each)) {
          const characters = encoding === 'gb18030' ? chineseInUtf8(each) : 0;
          if (suspect.characters === 0 || characters === 0) suspect = { line, characters: 0 };
          suspect.characters += characters;
          if (suspect.characters >= mixedCharacters) throw new Unreadable('csv_wrong_encoding', { line: suspect.line });
          try {
            decode(each, true);
          } catch {
            throw new Unreadable('csv_wrong_encoding', { line });
          }
        }
        line += 1;
      }
    }
    return decode(block, first > 1);
  };
};

/**
 * Reads a text in blocks of whole lines, each with the number of its first line, from 1. A line ends with LF. Constant memory. @throws Unreadable csv_wrong_encoding, csv_nul_byte, csv_line_too_long
 */
export async function* blocksOf(
  source: string,
  encoding: Encoding,
  onBytes: (bytes: number) => void,
): AsyncGenerator<{ readonly text: string; readonly line: number }> {
  const decode = decoderOf(encoding);
  let line = 1;
  let rest: Buffer = Buffer.alloc(0);
  const take = (block: Buffer): { readonly text: string; readonly line: number } => {
    if (block.includes(0)) throw new Unreadable('csv_nul_byte', { line: line + countLines(block.subarray(0, block.indexOf(0))) });
    const taken = { text: decode(block, line), line };
    line += countLines(block);
    return taken;
  };
  for await (const chunk of createReadStream(source, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    onBytes(chunk.length);
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > 0 && rest.length + chunk.indexOf(newline) > lineBytes) throw new Unreadable('csv_line_too_long', { line });
    if (end > 0) yield take(Buffer.concat([rest, chunk.subarray(0, end)]));
    rest = end > 0 ? Buffer.from(chunk.subarray(end)) : Buffer.concat([rest, chunk]);
    if (rest.length > lineBytes) throw new Unreadable('csv_line_too_long', { line });
  }
  if (rest.length > 0) yield take(rest);
}

/** Writes text in pieces as UTF-8 to a file of the workspace. */
export const writeText = (pieces: AsyncIterable<string>, target: string): Promise<void> =>
  pipeline(Readable.from(pieces), createWriteStream(target));
