import { registerHooks } from 'node:module';
import { parseArgs } from 'node:util';
import { mutants, mutated } from './mutants.ts';

/**
 * `node test/disclosure/model/run.ts [--from 1] [--schedules 1000] [--mutant NAME] [--trace]` runs the model over seeds in a row, the
 * code under judgement changed as the mutant says, and prints one line of JSON: how many ran, and the first that broke an invariant.
 */
const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1' },
    schedules: { type: 'string', default: '1000' },
    mutant: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});
if (values.mutant !== undefined) {
  const mutant = mutants.find(({ name }) => name === values.mutant);
  if (!mutant) throw new Error(`no mutant ${values.mutant}`);
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(`/functions/disclosure/${mutant.file}`)) return loaded;
      return { ...loaded, source: mutated(Buffer.from(loaded.source as Uint8Array).toString(), mutant) };
    },
  });
}
const { runSchedule } = await import('./model.ts');

const from = Number(values.from);
let ran = 0;
let steps = 0;
let first: { readonly seed: number; readonly problems: readonly string[]; readonly trace?: readonly string[] } | undefined;
for (; ran < Number(values.schedules) && !first; ran += 1) {
  const { seed, problems, trace, ...schedule } = await runSchedule(from + ran);
  steps += schedule.steps;
  if (problems.length > 0) first = { seed, problems: problems.slice(0, 5), ...(values.trace ? { trace } : {}) };
}
console.log(JSON.stringify({ ran, steps, first }));
