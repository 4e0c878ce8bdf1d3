import { RefusalError } from '../../../shared/edge/refusal.ts';
import type { Ports } from '../../../shared/edge/ports.ts';
import type { Outcome, Request } from '../../../shared/edge/door.ts';
import { organisations } from './people.ts';

const bootstrap = { type: 'system', id: 'bootstrap' } as const;
const licence = { type: 'SERVICE_CENTRE', approval: '演示批准文件 / Demonstration approval' } as const;
const settled = new Set(['already_exists', 'wrong_state', 'credit_code_taken']);

/** Founds the demonstration organisations with their people, through the door. Doing it twice is doing it once. */
export const seed = async ({ door }: Ports): Promise<void> => {
  const attempt = async (request: Request): Promise<Outcome | undefined> => {
    try {
      return await door.act(request);
    } catch (error) {
      if (error instanceof RefusalError && settled.has(error.refused.code)) return undefined;
      throw error;
    }
  };
  for (const { id: slug, name, type, region, creditCode, people } of organisations) {
    const administrators = people
      .filter((p) => p.roles.includes('org.admin'))
      .slice(0, 2)
      .map(({ id: person, name, email }) => ({ person, name, email }));
    const input = { name, type, region, creditCode, administrators, ...(type === 'TRADING_VENUE' ? { licence } : {}) };
    const created = await attempt({ kind: 'organisation', action: 'create', input, actor: bootstrap, key: `demonstration/${slug}` });
    if (!created) continue;
    const { id } = created.record;
    await attempt({ kind: 'organisation', action: 'found', id, input: {}, actor: bootstrap, key: `demonstration/${slug}/found` });
    for (const { id: person, name, email, roles } of people.filter((p) => !administrators.some((a) => a.person === p.id)))
      await attempt({
        kind: 'membership',
        action: 'create',
        input: { organisation: id, person, name, email, roles },
        actor: bootstrap,
        key: `demonstration/${slug}/${person}`,
      });
  }
};
