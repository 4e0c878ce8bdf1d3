import { openWorks } from '../../infra/local/works.ts';
import type { Makers } from '../../infra/local/host.ts';
import type { Ref } from '../../shared/kernel/process.ts';

/** Works whose jobs can be made to wait: what is dispatched while they are held is worked on when they are let go. */
export const openHeldWorks = () => {
  let held: Ref[] | undefined;
  let go: ((job: Ref) => Promise<void>) | undefined;
  const works: Makers['works'] = (...given) => {
    const open = openWorks(...given);
    go = open.dispatch;
    return {
      ...open,
      dispatch: async (job) => {
        if (held) held.push(job);
        else await open.dispatch(job);
      },
    };
  };
  return {
    works,
    hold: (): void => {
      held = [];
    },
    letGo: async (): Promise<void> => {
      const waiting = held ?? [];
      held = undefined;
      for (const job of waiting) await go?.(job);
    },
  };
};
