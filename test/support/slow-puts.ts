import { openStores } from '../../infra/local/stores.ts';
import type { Makers } from '../../infra/local/host.ts';

/** Stores in which an object under a prefix can be made to wait, once it has been written, before its writer is told. */
export const openSlowPuts = (prefix: string) => {
  let gate: PromiseWithResolvers<void> | undefined;
  let arrival: PromiseWithResolvers<void> | undefined;
  const stores: Makers['stores'] = async (settings, now) => {
    const open = await openStores(settings, now);
    const { blobs } = open;
    return {
      ...open,
      blobs: {
        ...blobs,
        put: async (key, ...rest) => {
          const stat = await blobs.put(key, ...rest);
          if (key.startsWith(prefix) && gate) {
            arrival?.resolve();
            await gate.promise;
          }
          return stat;
        },
      },
    };
  };
  return {
    stores,
    hold: (): void => {
      gate = Promise.withResolvers();
      arrival = Promise.withResolvers();
    },
    /** When an object waits. */
    reached: async (): Promise<void> => arrival?.promise,
    letGo: (): void => {
      gate?.resolve();
      gate = undefined;
    },
  };
};
