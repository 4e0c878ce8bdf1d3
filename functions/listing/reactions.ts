import type { Listing } from '../../contracts/listing.ts';
import type { Reaction } from '../../shared/edge/context.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { openSearch } from '../../shared/store/search.ts';

const kept = new Set(['listed', 'suspended']);

export const reactions: readonly Reaction[] = [
  {
    name: 'listing.index',
    on: ['listing.approve', 'listing.suspend', 'listing.resume', 'listing.delist'],
    runs: async (_event, record, { tables }) => {
      const listing = record as unknown as Stored<typeof Listing>;
      const { title, summary, priceFen, callPriceFen = 0 } = listing.data;
      const card = {
        id: listing.id,
        status: listing.status,
        title,
        summary: summary.slice(0, 300),
        priceFen,
        ...(callPriceFen > 0 ? { callPriceFen } : {}),
        operator: listing.owner,
        region: listing.region,
      };
      const search = openSearch(tables.search, 'market');
      if (kept.has(listing.status)) await search.put({ id: listing.id, text: `${title.zh} ${title.en} ${summary}`, card });
      else await search.remove(listing.id);
      return undefined;
    },
    refused: { nothing: 'indexing refuses nothing' },
  },
];
