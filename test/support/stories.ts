import type { Actor, Stored } from '../../shared/kernel/process.ts';
import { becomes, when, type Circumstances } from './decisions.ts';

/** A step of a story: who does what, and what is particular about it. */
export type Step = readonly [action: string, actor: Actor, circumstances?: Circumstances];

/** A record after a number of steps, each of which was allowed. @throws Error where one was refused */
export const after = (record: Stored, ...steps: readonly Step[]): ReturnType<typeof becomes> =>
  steps.reduce((at, [action, actor, circumstances]) => becomes(when(actor, action, at, circumstances)), record);
