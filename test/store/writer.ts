import { createInterface } from 'node:readline';
import { openDynamodb } from '../../shared/store/dynamodb.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import type { Table, Transacted } from '../../shared/store/table.ts';
import { clientOf } from '../support/dynamodb.ts';

/**
 * A process of its own that writes to a store: `writer.ts <file or endpoint> race` swaps one version 50 times at once when it is told to,
 * and says how many it won and lost; `writer.ts <file or endpoint> write` puts one item after the other and says each that was acknowledged.
 */
const [where = '', what] = process.argv.slice(2);
const patience = 30_000;
const store = where.startsWith('http:') ? undefined : openSqlite({ file: where, patience });
const table: Table = store?.table('records') ?? openDynamodb({ tableName: 'records', client: clientOf(where), patience });

const race = async (round: string): Promise<void> => {
  const swap = (n: number): Promise<Transacted> =>
    table.transact([{ put: { pk: round, sk: 'record', version: 2, by: `${process.pid}#${n}` }, if: { equals: { version: 1 } } }]);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => swap(n)));
  const won = answers.filter((answer) => 'ok' in answer).length;
  console.log(JSON.stringify({ won, lost: answers.length - won }));
};

const write = async (): Promise<void> => {
  for (let n = 0; ; n += 1) {
    await table.transact([{ put: { pk: 'written', sk: String(n).padStart(6, '0'), ix: { owner: ['written', String(n)] } } }]);
    console.log(n);
  }
};

console.log('ready');
if (what === 'write') await write();
for await (const round of createInterface({ input: process.stdin })) await race(round);
await table.close();
store?.close();
