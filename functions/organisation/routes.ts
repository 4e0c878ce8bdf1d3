import type { Membership, Organisation } from '../../contracts/organisation.ts';
import { kinds } from '../../contracts/kinds.ts';
import type { Route } from '../../shared/edge/context.ts';
import { isLive } from '../../shared/kernel/live.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { listKey } from '../../shared/store/layout.ts';

const most = 50;

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/me',
    operation: 'getMe',
    summary: ['我的身份与所属组织', 'Who I am and for which organisations I may act'],
    open: false,
    refusals: ['unauthenticated'],
    answers: async ({ actor, ports }) => {
      const page = await ports.records.list({ index: 'party', keys: [listKey('membership', `person:${actor.id}`)], limit: most });
      const ids = page.entries.map((e) => e.pk.slice('membership#'.length));
      const found = await ports.door.load(ids.map((id) => ({ kind: 'membership', id })));
      const at = ports.now().toISOString();
      const live = found
        .filter((m) => m !== undefined && isLive(kinds.membership.live, m, at))
        .map((m) => (m as unknown as Stored<typeof Membership>).data);
      const organisations = await ports.door.load(live.map((m) => ({ kind: 'organisation', id: m.organisation })));
      const memberships = live.map((m, n) => {
        const organisation = organisations[n] as unknown as Stored<typeof Organisation> | undefined;
        return {
          organisation: m.organisation,
          name: organisation?.data.name,
          type: organisation?.data.type,
          status: organisation?.status,
          person: m.name,
          roles: m.roles,
        };
      });
      return { status: 200, body: { person: actor.id, acting: actor.org, roles: actor.roles, memberships } };
    },
  },
];
