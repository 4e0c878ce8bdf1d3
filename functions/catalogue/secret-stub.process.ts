import { SecretStub } from '../../contracts/catalogue.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { only } from '../../shared/kernel/seats.ts';

const { create, define } = processOf(SecretStub);

/** When and by which unit an entry was refused for secrecy; never what. Measures art. 2. */
export const secretStub = define({
  create: create({
    by: only('reaction'),
    to: 'recorded',
    links: () => ({}),
    belongs: ({ input }) => ({ owner: input.unit, region: input.region }),
    becomes: ({ input, now }) => ({ status: 'recorded', data: { unit: input.unit, at: now } }),
    publish: 'nothing',
  }),
  actions: {},
  sees: { roles: ['authority.lead', 'auditor'] },
  card: (r) => r.data.at,
  queue: {},
  clocks: {},
});
