import { lacksPrivacy, tightened } from '../../contracts/analysis-rule.ts';
import type { Contract } from '../../contracts/data-contract.ts';
import type { Derivation } from '../../contracts/derivation.ts';
import type { Product } from '../../contracts/product.ts';
import type { Dataset } from '../../contracts/sandbox.ts';
import type { Scenario } from '../../contracts/scenario.ts';
import type { Entitlement } from '../../contracts/trade.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import type { Column } from './form.ts';
import type { Task } from './task.ts';

/**
 * The table that a product is asked about. `root` names the memory of releases that its answers stand in: that of the data resource, or of the
 * derivation itself, whose products answer with noise only. `roots` are all resources that rows of it tell of, whose budgets pay.
 */
export type Held = {
  readonly object: string;
  readonly columns: readonly Column[];
  readonly root: string;
  readonly roots: readonly string[];
};
const tableUnder = async (one: Task['one'], { derivation: made, dataset: loaded }: Stored<typeof Product>['data']) => {
  if (made === undefined) {
    const dataset = await one<Stored<typeof Dataset>>({ kind: 'dataset', id: loaded });
    const { data } = dataset;
    return { source: dataset, held: 'object' in data ? { ...data, root: data.resource, roots: [data.resource] } : undefined };
  }
  const derivation = await one<Stored<typeof Derivation>>({ kind: 'derivation', id: made });
  const { data } = derivation;
  return { source: derivation, held: 'object' in data ? { ...data, root: derivation.id, roots: data.resources } : undefined };
};

/** The rule and table under an entitlement, by the contract that was signed and with what its scenario demands more today. */
export const groundsOf = async (one: Task['one'], id: string) => {
  const entitlement = await one<Stored<typeof Entitlement>>({ kind: 'entitlement', id });
  const contract = await one<Stored<typeof Contract>>({ kind: 'contract', id: entitlement.data.contract });
  const { product: signed, ruleVersion } = contract.data.terms;
  const product = await one<Stored<typeof Product>>({ kind: 'product', id: signed });
  const { source, held } = await tableUnder(one, product.data);
  const scenario = await one<Stored<typeof Scenario>>({ kind: 'scenario', id: product.data.scenario });
  const floor = 'floor' in scenario.data ? scenario.data.floor : undefined;
  const { rule } = product.data;
  return { rule: tightened(rule, floor), weak: lacksPrivacy(rule, floor), source, held: held as Held | undefined, ruleVersion };
};

/** The data resource that a product is made of: whose memory of releases its answers and files stand in. @throws RefusalError reference_not_found */
export const resourceUnder = async ({ load }: Pick<Ports['door'], 'load'>, id: string): Promise<string> => {
  const [product] = (await load([{ kind: 'product', id }])) as unknown as readonly (Stored<typeof Product> | undefined)[];
  const [dataset] = product
    ? ((await load([{ kind: 'dataset', id: product.data.dataset }])) as unknown as readonly (Stored<typeof Dataset> | undefined)[])
    : [];
  if (!dataset) throw new RefusalError('reference_not_found');
  return dataset.data.resource;
};
