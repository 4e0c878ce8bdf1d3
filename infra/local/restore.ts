import { ArchiveError, restoreBackup } from './archive.ts';
import { FolderInUse } from './lock.ts';
import { settingsOf } from './settings.ts';

const [from] = process.argv.slice(2);
try {
  const { folder } = settingsOf(process.env);
  if (from === undefined) throw new ArchiveError('用法：npm run restore -- 目录 / Usage: npm run restore -- FOLDER');
  const { files, takenAt } = await restoreBackup(from, folder);
  console.log(
    `已恢复 ${files.length} 个文件（备份于 ${takenAt}）至 ${folder} / Restored ${files.length} files, taken at ${takenAt}, to ${folder}`,
  );
} catch (error) {
  console.error(error instanceof ArchiveError || error instanceof FolderInUse ? error.message : error);
  process.exitCode = 1;
}
