import type { Pair } from './shapes.ts';

/** One control of a form, or a tree of them. */
export type Control = {
  readonly node: HTMLElement;
  /** What stands in it; undefined where it is left out. */
  readonly read: () => unknown;
  /** Marks what is wrong below this path, and answers whether it found the place. */
  readonly mark: (path: readonly string[], says: Pair) => boolean;
  readonly clear: () => void;
};
/** Where a control stands: its name, whether it must be filled, and what stands in it first. */
export type Place = {
  readonly name: string;
  readonly label: Pair;
  readonly required: boolean;
  readonly value?: unknown;
  readonly depth: number;
};

/** A page that an address leads to. */
export type Address = { readonly path: string; readonly parts: readonly string[]; readonly query: URLSearchParams };
export type Screen = { readonly title: Pair; readonly body: readonly (Node | string)[] };
