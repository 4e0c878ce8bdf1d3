import type { ExportRequest, ExportReview } from '../../contracts/export.ts';
import type { Reaction } from '../../shared/edge/context.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { resourceUnder } from './grounds.ts';
import { exportFolder, exportRelease } from './objects.ts';
import { openReleases } from './releases.ts';

const requestOf = (record: Stored) => record as unknown as Stored<typeof ExportRequest>;
const reviewsOf = (record: Stored, action: 'open' | 'drop') =>
  (requestOf(record).links.reviews ?? []).map((id) => ({ kind: 'exportReview', action, id, input: {} }));
const reaction = { type: 'system', id: 'reaction' } as const;

/** A link may be drawn once the memory of releases says that the file is out: nobody asks beside it unseen. */
const deliver = async ({ door }: Ports, id: string, key: string): Promise<void> => {
  try {
    await door.act({ kind: 'exportRequest', action: 'deliver', id, input: {}, actor: reaction, key });
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error; // it was revoked or has lapsed meanwhile
  }
};

export const exportReactions: readonly Reaction[] = [
  {
    name: 'sandbox.judgeExport',
    on: ['exportReview.seal'],
    takes: (_event, record) => [
      { kind: 'exportRequest', action: 'judge', id: (record as unknown as Stored<typeof ExportReview>).data.request, input: {} },
    ],
    refused: { nothing: 'other opinions are still awaited, or the request was withdrawn' },
  },
  {
    name: 'sandbox.openReviews',
    on: ['exportRequest.judge'],
    takes: (_event, record) => reviewsOf(record, 'open'),
    refused: { nothing: 'it was opened already' },
  },
  {
    name: 'sandbox.dropReviews',
    on: ['exportRequest.withdraw'],
    takes: (_event, record) => reviewsOf(record, 'drop'),
    refused: { nothing: 'it was dropped already' },
  },
  {
    // What was not let out told nothing, and does not stay.
    name: 'sandbox.settleExport',
    on: ['exportRequest.judge', 'exportRequest.refuse', 'exportRequest.withdraw'],
    runs: async (event, record, ports) => {
      const { id, data } = requestOf(record);
      const isOut = event.status === 'approved';
      const releases = openReleases(ports.tables.releases);
      const resource = await resourceUnder(ports.door, data.product);
      const mine = (await releases.all(resource)).find(({ query }) => query === exportRelease(id));
      if (mine) await releases.settle(resource, mine.place, isOut ? { status: 'released', hidden: [] } : { status: 'refused' });
      if (isOut) await deliver(ports, id, `${event.id}/sandbox.settleExport`);
      else for (const key of await ports.blobs.list(exportFolder(id))) await ports.blobs.remove(key);
      return undefined;
    },
    refused: { nothing: 'settling refuses nothing' },
  },
];
