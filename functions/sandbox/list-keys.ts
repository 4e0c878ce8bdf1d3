import { readFile, stat } from 'node:fs/promises';
import { maxKeys } from './join-lists.ts';

/** Bytes of a list as it is put up. */
export const listBytes = 8_000_000;
const keyCharacters = 200;
const control = /\p{Cc}/u;

/** Why a list cannot be read, and in which line. */
export type UnreadableList = { readonly refused: 'list_missing' | 'list_unreadable' | 'list_too_long'; readonly line?: number };

/**
 * Reads a list: UTF-8 text with one key a line, surrounding blanks and empty lines aside, each key once. What is wrong with it is told with its
 * line, since nothing of that depends on the data.
 */
export async function readKeys(path: string): Promise<readonly string[] | UnreadableList> {
  if ((await stat(path)).size > listBytes) return { refused: 'list_too_long' };
  const keys = new Set<string>();
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch {
    return { refused: 'list_unreadable' };
  }
  for (const [index, line] of text.split('\n').entries()) {
    const key = line.trim();
    if (key === '') continue;
    if (key.length > keyCharacters || control.test(key)) return { refused: 'list_unreadable', line: index + 1 };
    keys.add(key);
    if (keys.size > maxKeys) return { refused: 'list_too_long', line: index + 1 };
  }
  return keys.size === 0 ? { refused: 'list_missing' } : [...keys];
}
