import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Files as a map from path to text: the project's, or one that a test has tampered with. */
export type Tree = ReadonlyMap<string, string>;

const root = fileURLToPath(new URL('../../', import.meta.url));
const rooms = ['contracts', 'functions', 'shared', 'infra', 'portal', 'verifier', 'bench', 'test'] as const;
const settings = ['package.json', '.oxlintrc.json'] as const;
const isText = (path: string): boolean => /\.(?:ts|js|mjs|json|md|css|html|svg)$/.test(path);

/** The project's own files. What is neither read nor written by hand, such as a font, has a path and no text. */
export const projectTree = (): Tree => {
  const entries = rooms.flatMap((room) => readdirSync(join(root, room), { recursive: true, withFileTypes: true }));
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(root.length));
  return new Map([...files, ...settings].map((path) => [path, isText(path) ? readFileSync(join(root, path), 'utf8') : '']));
};
/** A tree with some of its files written anew, by path; a text that is `undefined` takes the file away. */
export const tampered = (tree: Tree, changes: Readonly<Record<string, string | undefined>>): Tree => {
  const next = new Map(tree);
  for (const [path, text] of Object.entries(changes))
    if (text === undefined) next.delete(path);
    else next.set(path, text);
  return next;
};

export const isCode = (path: string): boolean => /\.(?:ts|js|mjs)$/.test(path);
/** Program text without its comments. */
export const uncommented = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(?<![:'"`\\])\/\/.*$/gm, '');

export type Import = {
  /** The file of the tree, or the name of a package with its path. */
  readonly target: string;
  readonly isFile: boolean;
  /** Of types only: gone when it runs. */
  readonly typesOnly: boolean;
};
const imports =
  /^(?:import|export)\s(?<types>type\s)?[^;'"]*?from\s+['"](?<from>[^'"]+)['"]|^import\s+['"](?<effect>[^'"]+)['"]|\bimport\(\s*['"`](?<called>[^'"`]+)['"`]/gm;
/** What a file imports, statically or by a call, resolved against its own folder. */
export const importsOf = (path: string, text: string): readonly Import[] =>
  [...uncommented(text).matchAll(imports)].map(({ groups = {} }) => {
    const named = groups['from'] ?? groups['effect'] ?? groups['called'] ?? '';
    const isFile = named.startsWith('.');
    return { target: isFile ? posix.join(posix.dirname(path), named) : named, isFile, typesOnly: groups['types'] !== undefined };
  });
