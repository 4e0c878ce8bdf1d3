import type { Product } from '../../contracts/product.ts';
import type { Template } from '../../contracts/template.ts';
import type { Route } from '../../shared/edge/context.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { listKey } from '../../shared/store/layout.ts';
import { entriesOf, idIn, type Records } from '../../shared/store/records.ts';
import { visible } from './visible.ts';

const mostPages = 10;

/** The ids of an operator's approved templates, as far as the index tells. */
const approvedOf = async (records: Records, operator: string): Promise<readonly string[]> => {
  const entries = await entriesOf(records, { index: 'owner', keys: [listKey('template', operator)] }, mostPages);
  return entries.filter(({ card }) => (card as { readonly status: string }).status === 'approved').map(idIn);
};

/** What of a product may be asked by filling in a form. */
export const templatesRoute: Route = {
  method: 'GET',
  path: '/v1/products/{id}/templates',
  operation: 'listProductTemplates',
  summary: ['产品的分析模板（已批准）', 'The approved templates of a product, with their parameters'],
  open: true,
  refusals: ['not_found'],
  answers: async (call) => {
    const { ports } = call;
    const { id, owner } = await visible<Stored<typeof Product>>('product', call);
    const ids = await approvedOf(ports.records, owner);
    const records = (await ports.door.load(ids.map((one) => ({ kind: 'template', id: one })))) as unknown as readonly (
      | Stored<typeof Template>
      | undefined
    )[];
    const items = records.flatMap((record) => {
      if (record?.status !== 'approved' || record.data.product !== id) return [];
      const { title, summary, parameters } = record.data;
      return [{ id: record.id, title, summary, parameters }];
    });
    return { status: 200, body: { items } };
  },
};
