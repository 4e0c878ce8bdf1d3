import * as z from 'zod';
import { Id } from '../../contracts/fields.ts';
import type { Call, Reply, Route } from '../../shared/edge/context.ts';
import type { Log } from '../../shared/edge/ledger.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { parse } from '../../shared/edge/parse.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { openLedger, standings, type Proven } from './ledger.ts';
import { parseVerifierKey } from './note.ts';
import { entitledOpenings } from './openings.ts';
import { verifierKeysPath } from './publishing.ts';

export const ReceiptQuery = z.strictObject({ event: z.string().regex(/^[A-Za-z][A-Za-z0-9._:-]{2,249}$/) });
export const StandingQuery = z.strictObject({ kind: z.string().regex(/^[A-Za-z]{1,40}$/), record: Id });

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');

/** A `c2sp.org/tlog-proof@v1` file. Its extra data are the entry, and what of its commitments the reader may open. */
const receiptOf = ({ index, entry, proof, note }: Proven, openings: readonly object[]): string =>
  ['c2sp.org/tlog-proof@v1', `extra ${base64(JSON.stringify({ entry, openings }))}`, `index ${index}`, ...proof.map(base64), '', note].join(
    '\n',
  );

const describe = async ({ origin, url, base, files }: Log): Promise<object> => {
  const [head, keys] = await Promise.all([openLedger(files).published(), files.get(verifierKeysPath)]);
  return {
    origin,
    url,
    base,
    keys: keys ? Buffer.from(keys.body).toString().trim().split('\n') : [],
    size: head?.size ?? 0,
    ...(head ? { root: `sha256:${Buffer.from(head.root).toString('hex')}` } : {}),
  };
};
const logOf = ({ ledger: { log, earlier } }: Ports, origin: string): Log => {
  const found = [...earlier, log].find((one) => one.origin === origin);
  if (!found) throw new Error('a log of the ledger is not configured');
  return found;
};

const receipt = async (call: Call): Promise<Reply> => {
  const { event } = parse(ReceiptQuery, call.query);
  const [standing] = await standings(call.ports.tables.disclosure, [event]);
  if (!standing) throw new RefusalError('not_found');
  const { sequenced } = standing;
  // An index is marked only once its checkpoint is published: what is marked can be proved.
  const proven = sequenced && (await openLedger(logOf(call.ports, sequenced.origin).files).prove(sequenced.index));
  if (!proven) throw new RefusalError('not_sequenced');
  const openings = await entitledOpenings(call, event);
  return {
    status: 200,
    raw: receiptOf(proven, openings),
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="${event.replaceAll(':', '_')}.tlog-proof"`,
    },
  };
};

const eventsAtOnce = 100;
/** The disclosed events of a record, in order, with where each stands. */
const standing = async ({ query, ports }: Call): Promise<Reply> => {
  const { kind, record } = parse(StandingQuery, query);
  const items: object[] = [];
  for (let after = 0, more = true; more;) {
    const events = await ports.records.history({ kind, id: record }, after, eventsAtOnce);
    const disclosed = events.filter(({ event }) => event.public !== undefined).map(({ event }) => event.id);
    items.push(
      ...(await standings(ports.tables.disclosure, disclosed)).map(({ event, sequenced }) => ({
        event,
        ...(sequenced ? { sequenced: { ...sequenced, position: logOf(ports, sequenced.origin).base + sequenced.index } } : {}),
      })),
    );
    after = events.at(-1)?.event.n ?? after;
    more = events.length === eventsAtOnce;
  }
  return { status: 200, body: { items } };
};

/** What the log is, where a record stands in it, and the receipts that prove it. */
export const ledgerRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/disclosure/log',
    operation: 'getLedger',
    summary: ['公开账本的来源、公钥、地址、见证方与规模', 'Origin, keys, address, witnesses and size of the ledger'],
    open: true,
    refusals: [],
    answers: async ({ ports }) => {
      const { log, earlier, witnesses } = ports.ledger;
      const body = {
        ...(await describe(log)),
        witnesses: witnesses.map(({ key, url }) => ({ name: parseVerifierKey(key).name, key, url })),
        earlier: await Promise.all(earlier.map(describe)),
      };
      return { status: 200, body };
    },
  },
  {
    method: 'GET',
    path: '/v1/disclosure/standing',
    operation: 'getLedgerStanding',
    summary: ['一条记录的公开事项在账本中的位置与入账时间', 'Where the disclosures of a record stand in the ledger, and since when'],
    open: true,
    query: StandingQuery,
    refusals: ['invalid_input'],
    answers: standing,
  },
  {
    method: 'GET',
    path: '/v1/disclosure/receipts',
    operation: 'getReceipt',
    produces: ['text/plain'],
    summary: ['公开事项的入账凭证（tlog-proof）', 'The receipt of a disclosure (tlog-proof)'],
    open: true,
    query: ReceiptQuery,
    refusals: ['invalid_input', 'not_found', 'not_sequenced'],
    answers: receipt,
  },
];
