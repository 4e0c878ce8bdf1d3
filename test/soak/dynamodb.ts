import { journey } from '../../infra/local/journey/journey.ts';
import { material } from '../support/trading.ts';
import { missing, startDynamodb } from '../support/dynamodb.ts';
import { openTestHost } from '../support/host.ts';
import { startUnkindProxy } from '../support/unkind-proxy.ts';
import { webSource } from '../../verifier/source.js';
import { always, carriedOn, found } from './audit.ts';
import { disclosed, ledger, money, settlements } from './books.ts';
import { visit, type Visit } from '../support/ledger.ts';
import { itemsInDynamodb } from './items.ts';
import { seedOfRun, type Part, type Report } from './report.ts';

const journeys = 3;
const unkindness = {
  lateIndex: 0.2,
  conflict: 0.05,
  throttle: 0.03,
  inProgress: 0.02,
  broken: 0.02,
  mixed: 0.05,
  unprocessed: 0.1,
  lostBefore: 0.01,
  lostAfter: 0.02,
};

const play = async (report: Report, what: string, endpoint: string, engine: string): Promise<void> => {
  const host = await openTestHost({ HARBOUR_STORE: 'dynamodb', HARBOUR_DYNAMODB_ENDPOINT: endpoint });
  const steps: string[] = [];
  let visited: Visit;
  try {
    await Promise.all(Array.from({ length: journeys }, () => journey(host.origin, material, (step) => steps.push(step))));
    // What a late index hid is found by the next sweep.
    for (let round = 0; round < 50 && (await host.ports.belt.sweep()) > 0; round += 1);
    await host.idle();
    visited = await visit(webSource(`${host.origin}/log/`));
  } finally {
    await host.close();
  }
  const all = found(
    await itemsInDynamodb({
      endpoint: engine,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local-secret' },
    }),
  );
  report.check(`${journeys} journeys at once ${what}, ${steps.length} steps, ${all.records.size} records`, [
    ...always(all),
    ...carriedOn(all),
    ...ledger(all, visited),
    ...disclosed(all, visited),
    ...money(all),
    ...settlements(all),
  ]);
};

/** The main job on DynamoDB, as it should be and on a bad day. */
export const dynamodb: Part = {
  name: 'dynamodb',
  run: async (report) => {
    if (missing !== undefined) return report.notRun('journeys on DynamoDB', missing);
    const direct = await startDynamodb();
    try {
      await play(report, 'on the emulator', direct.endpoint, direct.endpoint);
    } finally {
      await direct.stop();
    }
    const engine = await startDynamodb();
    const proxy = await startUnkindProxy(engine.endpoint, seedOfRun);
    proxy.be(unkindness);
    report.tell(`the unkind proxy has seed ${seedOfRun}`);
    try {
      await play(report, 'through the unkind proxy', proxy.endpoint, engine.endpoint);
      report.tell(`it did ${JSON.stringify(proxy.happened)}`);
    } finally {
      await proxy.stop();
      await engine.stop();
    }
  },
};
