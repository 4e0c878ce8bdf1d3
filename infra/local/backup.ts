import { ArchiveError, takeBackup } from './archive.ts';
import { settingsOf } from './settings.ts';

const [to] = process.argv.slice(2);
try {
  const { folder, dynamodb, s3 } = settingsOf(process.env);
  if (to === undefined) throw new ArchiveError('用法：npm run backup -- 目录 / Usage: npm run backup -- FOLDER');
  if (dynamodb !== undefined || s3 !== undefined)
    throw new ArchiveError(
      '记录或对象不在本机，请用其自身的备份。 / The records or objects are not on this machine; use their own backups.',
    );
  const { files } = await takeBackup(folder, to);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  console.log(`已备份 ${files.length} 个文件，${bytes} 字节，至 ${to} / Backed up ${files.length} files, ${bytes} bytes, to ${to}`);
} catch (error) {
  console.error(error instanceof ArchiveError ? error.message : error);
  process.exitCode = 1;
}
