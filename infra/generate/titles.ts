export type Title = readonly [zh: string, en: string];

/** Both languages on one line. */
export const bilingual = ([zh, en]: Title): string => `${zh} · ${en}`;
/** `confirmChange` as words. */
const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
/** What an action of a kind is called. */
export const actionTitle = (_kind: string, action: string): Title => [words(action), words(action)];
export const stateTitle = (_kind: string, state: string): Title => [words(state), words(state)];
