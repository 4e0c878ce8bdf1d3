import type { Organisation } from '../../contracts/organisation.ts';
import type { Reaction } from '../../shared/edge/context.ts';
import type { Stored } from '../../shared/kernel/process.ts';

export const reactions: readonly Reaction[] = [
  {
    name: 'organisation.appointAdministrators',
    on: ['organisation.verify', 'organisation.found'],
    takes: (_event, record) =>
      (record as unknown as Stored<typeof Organisation>).data.administrators.map((a) => ({
        kind: 'membership',
        action: 'create',
        input: { organisation: record.id, ...a, roles: ['org.admin'] },
      })),
    refused: { nothing: 'the administrators stand already, or the organisation has ended since' },
  },
  {
    name: 'organisation.admitFounders',
    on: ['membership.create'],
    takes: (event, record) => (event.by.startsWith('system:') ? [{ kind: 'membership', action: 'admit', id: record.id, input: {} }] : []),
    refused: { nothing: 'the membership was ended before it began' },
  },
];
