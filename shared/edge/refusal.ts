import { refusals, type Refusal } from '../../contracts/refusals.ts';
import type { Refused } from '../kernel/process.ts';

/** Thrown to refuse, so that every middleware sees it. What it says may be shown. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError';
  readonly refused: Refused;
  readonly issues: readonly Issue[];
  constructor(code: Refusal | Refused, issues: readonly Issue[] = []) {
    const refused = typeof code === 'string' ? { code } : code;
    super(refused.code);
    this.refused = refused;
    this.issues = issues;
  }
}
/** One thing wrong with a body: where, and what was expected. Never what was sent. */
export type Issue = { readonly path: string; readonly message: string };

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: { readonly zh: string; readonly en: string };
  readonly about?: Refused['about'];
  readonly issues?: readonly Issue[];
  readonly trace: string;
};

/** A refusal as RFC 9457 problem+json, in both languages. */
export const problemOf = (error: RefusalError, trace: string): Problem => {
  const { code, about } = error.refused;
  const [status, zh, en] = refusals[code];
  return {
    type: `urn:data-harbour:refusal:${code}`,
    title: en,
    status,
    code,
    detail: { zh, en },
    ...(about ? { about } : {}),
    ...(error.issues.length > 0 ? { issues: error.issues } : {}),
    trace,
  };
};
