import { isUtf8 } from 'node:buffer';
import type { Encoding } from './ingestion.ts';

/** LF, which is no part of a longer character in either encoding. */
export const newline = 0x0a;

/** The physical lines of a block with their breaks. */
export function* linesOf(block: Buffer): Generator<Buffer> {
  for (let start = 0; start < block.length;) {
    const end = block.indexOf(newline, start) + 1 || block.length;
    yield block.subarray(start, end);
    start = end;
  }
}

/** How many lines end in a block. */
export const countLines = (block: Buffer): number => {
  let count = 0;
  for (let at = block.indexOf(newline); at !== -1; at = block.indexOf(newline, at + 1)) count += 1;
  return count;
};

/** Whether bytes are text in an encoding, as far as they go. */
export const decodes = (encoding: Encoding, bytes: Uint8Array): boolean => {
  try {
    // A character cut at the end of the bytes is not an error of the file.
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
};

/** How many lines of a block are in an encoding before the first that is not. */
export const linesIn = (encoding: Encoding, block: Buffer): number => {
  let lines = 0;
  for (const line of linesOf(block)) {
    if (!decodes(encoding, line)) break;
    lines += 1;
  }
  return lines;
};

/** Whether bytes are UTF-8 text of mostly Chinese, and how many Chinese characters there are: what GB18030 text is not by chance. */
export const chineseInUtf8 = (bytes: Uint8Array): number => {
  if (!isUtf8(bytes)) return 0;
  const text = new TextDecoder().decode(bytes);
  const chinese = text.match(/[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/g)?.length ?? 0;
  return chinese === text.match(/[\u0080-\uffff]/g)?.length ? chinese : 0;
};
