/** Another process that fills a folder of public files, says each path once it has its answer, and ends by being killed. */
import { openPublicFolder } from '../../shared/blobs/public-files-folder.ts';

const files = openPublicFolder({ folder: process.argv[2] ?? '' });
for (let n = 0; ; n += 1) {
  await Promise.all(
    ['tile/0', 'tile/entries'].map(async (folder) => {
      const path = `${folder}/x${n % 10}/${n}`;
      await files.create(path, Buffer.alloc(100_000, `${path} `));
      process.stdout.write(`${path}\n`);
    }),
  );
  const found = await files.get('checkpoint');
  await files.replace('checkpoint', Buffer.alloc(100_000, `${n} `), found?.tag);
}
