/** What a part of the soak tells while it runs. */
export type Report = {
  readonly tell: (line: string) => void;
  /** Counts one check. Problems are what was found wrong, each in a line. */
  readonly check: (what: string, problems: readonly string[]) => void;
  /** Says why something was not run. It counts neither way. */
  readonly notRun: (what: string, why: string) => void;
};
/** A part of the soak; a part that throws has failed. */
export type Part = { readonly name: string; readonly run: (report: Report) => Promise<void> };

/** The same numbers for the same seed: Mulberry32 (Tommy Ettinger, public domain). */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
/** The seed of this run: HARBOUR_SEED repeats one that failed. */
export const seedOfRun = Number(process.env['HARBOUR_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
