import { journey } from '../../infra/local/journey/journey.ts';
import { databaseFile } from '../../infra/local/stores.ts';
import { openS3 } from '../../shared/blobs/s3.ts';
import { freshFolder, startHost } from '../support/host.ts';
import { webSource } from '../../verifier/source.js';
import { buildVersitygw, openGateway } from '../support/s3.ts';
import { material } from '../support/trading.ts';
import { always, carriedOn, found } from './audit.ts';
import { disclosed, ledger, money } from './books.ts';
import { visit, type Visit } from '../support/ledger.ts';
import { itemsInFile } from './items.ts';
import { idle } from './kills.ts';
import { objects } from './objects.ts';
import { openRecorder } from './recorder.ts';
import type { Part, Report } from './report.ts';
import { runSuite } from './suites.ts';

const play = async (report: Report): Promise<void> => {
  const gateway = await openGateway();
  const { folder, remove } = freshFolder();
  const recorder = openRecorder();
  const { accessKeyId, secretAccessKey } = gateway.credentials as { accessKeyId: string; secretAccessKey: string };
  const s3 = {
    HARBOUR_S3_ENDPOINT: gateway.endpoint,
    HARBOUR_S3_BUCKET: gateway.bucket,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  try {
    const host = await startHost(folder, s3);
    let steps = 0;
    let visited: Visit;
    try {
      await journey(host.origin, material, () => void (steps += 1));
      await idle(folder);
      visited = await visit(webSource(`${host.origin}/log/`));
    } finally {
      await host.kill('SIGTERM');
    }
    const all = found(itemsInFile(databaseFile(folder)));
    const blobs = openS3(gateway);
    const stored = await objects(all, recorder.uploaded, blobs);
    await blobs.close();
    report.check(`a journey of ${steps} steps with its objects on S3`, [
      ...always(all),
      ...carriedOn(all),
      ...ledger(all, visited),
      ...disclosed(all, visited),
      ...money(all),
      ...stored,
    ]);
  } finally {
    recorder.close();
    remove();
    await gateway.stop();
  }
};

/** Objects over S3's own wire: the contract of the blob port, and the main job. */
export const s3: Part = {
  name: 's3',
  run: async (report) => {
    if (process.env['HARBOUR_S3_ENDPOINT'] === undefined) {
      const built = await buildVersitygw().catch((error: unknown) => error as Error & { code?: string });
      if (built instanceof Error) {
        if (built.code !== 'ENOENT') throw built;
        return report.notRun('objects on S3', 'there is no S3 at HARBOUR_S3_ENDPOINT, and no Go to build one');
      }
    }
    await runSuite(report, 'the contract of the blob port holds on S3', ['test/blobs'], {});
    await play(report);
  },
};
