import * as z from 'zod';
import { Derivation } from '../../contracts/derivation.ts';
import type { Dataset } from '../../contracts/sandbox.ts';
import type { Route } from '../../shared/edge/context.ts';
import { parse } from '../../shared/edge/parse.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import type { DerivationTrials } from './derivation-trial.ts';
import { tryOut } from './derivation-trial.ts';
import { explain } from './placing.ts';

const { datasets, sql, layout } = Derivation.inputs.create.shape;
export const DerivationTrialBody = z.strictObject({ datasets, sql, layout });

/** What a derivation would make: by the types of its datasets and invented rows, never by their data. */
export const derivationTrialRoute = (trials: () => Promise<DerivationTrials>): Route => ({
  method: 'POST',
  path: '/v1/derivations/preview',
  operation: 'previewDerivation',
  summary: ['试运行数据加工（仅用虚构数据）', 'What a derivation would make, over invented rows; never over the data'],
  open: false,
  body: DerivationTrialBody,
  refusals: ['unauthenticated', 'not_permitted', 'not_found', 'invalid_input', 'unavailable'],
  answers: async ({ actor, ports, body }) => {
    if (!actor.roles.includes('operator.agent')) throw new RefusalError('not_permitted');
    const asked = parse(DerivationTrialBody, body);
    const records = (await ports.door.load(
      asked.datasets.map(({ dataset }) => ({ kind: 'dataset', id: dataset })),
    )) as unknown as readonly (Stored<typeof Dataset> | undefined)[];
    const sources = asked.datasets.map(({ name, entity }, n) => {
      const record = records[n];
      if (record?.status !== 'loaded' || record.owner !== actor.org) throw new RefusalError('not_found');
      return { name, entity, columns: record.data.columns };
    });
    const tried = await tryOut({ sql: asked.sql, layout: asked.layout ?? [] }, sources, await trials());
    if ('refused' in tried)
      return { status: 200, body: { accepted: false, refused: tried.refused, at: tried.at, ...explain(tried.refused, tried.at) } };
    const { derived, sample } = tried;
    const columns = derived.columns.map((column, n) => ({ ...column, type: sample.types[n] ?? '' }));
    return {
      status: 200,
      body: { accepted: true, sql: derived.sql, entity: derived.entity, columns, sample: { synthetic: true, rows: sample.rows } },
    };
  },
});
