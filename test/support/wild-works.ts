import { contexts } from '../../functions/index.ts';
import type { Makers } from '../../infra/local/host.ts';
import { openWorks } from '../../infra/local/works.ts';
import { openBelt, type Belt } from '../../shared/edge/belt.ts';
import type { Ref } from '../../shared/kernel/process.ts';

const repeats = 3;
const atOnce = 6;

/** Numbers in [0, 1), the same for a seed (Numerical Recipes, 7.1). */
const randomFrom = (seed: number) => {
  let state = seed >>> 0;
  return (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
};

/** Works whose stream repeats, delays and reorders: every wake comes three times, whenever it likes, on either of two belts over one store. */
export const wildWorks =
  (seed: number): Makers['works'] =>
  (ports, folder) => {
    const open = openWorks(ports, folder);
    const random = randomFrom(seed);
    const pool: Ref[] = [];
    let flying = 0;
    let other: Belt | undefined;
    const beltOf = (): Belt => {
      const { records, door, belt } = ports();
      other ??= openBelt({ records, door, reactions: contexts.flatMap((c) => c.reactions), ports, wake });
      return random() < 0.5 ? belt : other;
    };
    const pump = (): void => {
      while (pool.length > 0 && flying < atOnce) {
        const [ref] = pool.splice(Math.floor(random() * pool.length), 1) as [Ref];
        flying += 1;
        beltOf()
          .deliver(ref)
          .catch((error: unknown) => ports().log.error('a belt stumbled', { error: error as Error }))
          .finally(() => {
            flying -= 1;
            setTimeout(pump, random() * 5);
          });
      }
    };
    const wake = (ref: Ref): void => {
      for (let n = 0; n < repeats; n += 1) pool.push(ref);
      setTimeout(pump, random() * 20);
    };
    const rest = async (): Promise<void> => {
      while (pool.length + flying > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const idle = async (): Promise<void> => {
      await rest();
      await open.idle();
      await rest();
    };
    return {
      ...open,
      wake,
      idle,
      close: async () => {
        await rest();
        await open.close();
      },
    };
  };
