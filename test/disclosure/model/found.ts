import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { itemsInFile } from '../../soak/items.ts';
import { databaseIn, eventOf, logIn, publicKey } from './disk.ts';
import { openInvariants } from './invariants.ts';
import { checkpointLines, readTree } from './naive.ts';
import { nameOf, type State } from './stores.ts';

/** The public files as anyone could read them, whoever is writing. */
const read = (folder: string, path: string): Uint8Array | undefined => {
  const place = join(logIn(folder), path);
  return existsSync(place) ? readFileSync(place) : undefined;
};
/** What is published now, and what is wrong with it. */
export const publishedIn = (folder: string): { readonly size: number; readonly problems: readonly string[] } => {
  const note = read(folder, 'checkpoint');
  if (!note) return { size: 0, problems: [] };
  const { size, root } = checkpointLines(Buffer.from(note).toString());
  return { size, problems: readTree((path) => read(folder, path), size, root).problems };
};
/** What is wrong once nobody writes and all is carried on: each event up to `to` must be in the log once, and where it is said to be. */
export const problemsIn = (folder: string, to: number): readonly string[] => {
  const names = readdirSync(logIn(folder), { recursive: true, withFileTypes: true });
  const files = names.flatMap((entry): readonly (readonly [string, Uint8Array])[] => {
    const place = join(entry.parentPath, entry.name);
    return entry.isFile() ? [[relative(logIn(folder), place), readFileSync(place)]] : [];
  });
  const items = itemsInFile(databaseIn(folder)).disclosure;
  const state: State = { items: new Map(items.map((item) => [nameOf(item), item])), staging: new Map(), files: new Map(files) };
  const { broken, atTheEnd } = openInvariants(state, [publicKey]);
  atTheEnd(Array.from({ length: to - 1 }, (_, n) => eventOf(n + 1)));
  return broken;
};
