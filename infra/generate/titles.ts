import { words } from '../../contracts/words.ts';

export type Title = readonly [zh: string, en: string];

/** Both languages on one line. */
export const bilingual = ([zh, en]: Title): string => `${zh} · ${en}`;
/** What an action or a status is called; its own name where contracts/words.ts has no word for it yet. */
export const wordOf = (name: string): Title => (words as Readonly<Record<string, Title>>)[name] ?? [name, name];
