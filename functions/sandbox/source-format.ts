import { isAscii } from 'node:buffer';
import { open } from 'node:fs/promises';
import type { IngestionRefusal } from './csv-header.ts';
import { refuse } from './csv-header.ts';
import type { Encoding, Format } from './ingestion.ts';
import { countLines, decodes, linesIn } from './text-encoding.ts';

/** What a file is; of JSON lines and CSV also how they are encoded. */
export type Recognised =
  | { readonly format: Exclude<Format, 'parquet'>; readonly encoding: Encoding }
  | { readonly format: 'parquet'; readonly encoding: null };

/** The first bytes of what is no table: gzip, ZIP (and XLSX), bzip2, xz, Zstandard, 7-Zip, RAR, the older Office files, PDF. */
const foreign = ['1f8b', '504b0304', '504b0506', '425a68', 'fd377a585a', '28b52ffd', '377abcaf', '52617221', 'd0cf11e0', '25504446'].map(
  (hex) => Buffer.from(hex, 'hex'),
);

const chunkBytes = 1024 * 1024;
const windowBytes = 64 * 1024;

/**
 * Tells by its content what a file is: never by its name. Text is UTF-8 where the first stretch of it beyond ASCII is, else GB18030
 * (GB 18030-2022) where that stretch is; that all the rest agrees is for the readers to check. Constant memory.
 *
 * Refusals: `file_compressed`, `json_not_lines`, `csv_wrong_encoding`, `csv_empty`.
 */
export async function recognise(source: string): Promise<Recognised | IngestionRefusal> {
  const file = await open(source);
  try {
    const chunk = Buffer.alloc(chunkBytes);
    let { bytesRead } = await file.read(chunk, 0, chunkBytes, 0);
    const head = chunk.subarray(0, bytesRead);
    if (head.length === 0) return refuse('csv_empty');
    if (head.subarray(0, 4).equals(Buffer.from('PAR1')) || head.subarray(0, 4).equals(Buffer.from('PARE'))) {
      return { format: 'parquet', encoding: null };
    }
    if (foreign.some((magic) => head.subarray(0, magic.length).equals(magic))) return refuse('file_compressed');
    const start = head.subarray(0, 64).toString('latin1').replace('\u00ef\u00bb\u00bf', '').trimStart();
    if (/^\[\s*[[{]/.test(start)) return refuse('json_not_lines');
    const format = start.startsWith('{') ? 'jsonl' : 'csv';
    let line = 1;
    for (let at = 0; bytesRead > 0; at += bytesRead, { bytesRead } = await file.read(chunk, 0, chunkBytes, at)) {
      const bytes = chunk.subarray(0, bytesRead);
      if (isAscii(bytes)) {
        line += countLines(bytes);
        continue;
      }
      const window = Buffer.alloc(windowBytes);
      const first = at + bytes.findIndex((byte) => byte > 0x7f);
      const read = await file.read(window, 0, windowBytes, first);
      const stretch = window.subarray(0, read.bytesRead);
      const encoding = (['utf-8', 'gb18030'] as const).find((each) => decodes(each, stretch));
      if (encoding !== undefined) return { format, encoding };
      line += countLines(bytes.subarray(0, first - at)) + Math.max(linesIn('utf-8', stretch), linesIn('gb18030', stretch));
      return refuse('csv_wrong_encoding', { line });
    }
    return { format, encoding: 'utf-8' };
  } finally {
    await file.close();
  }
}
