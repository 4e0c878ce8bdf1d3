import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifierKeysPath } from '../../functions/disclosure/publishing.ts';
import { addLedgerKey, LedgerKeysError, retireLedgerKey } from './ledger-keys.ts';
import { logFolder } from './ledger.ts';
import { FolderInUse, lockFolder } from './lock.ts';
import { settingsOf } from './settings.ts';

const usage = '用法：npm run rotate-key -- [--retire] / Usage: npm run rotate-key -- [--retire]';
const [option, ...more] = process.argv.slice(2);
try {
  if (more.length > 0 || (option !== undefined && option !== '--retire')) throw new LedgerKeysError(usage);
  const { folder } = settingsOf(process.env);
  const unlock = lockFolder(folder);
  if (option === undefined) {
    const n = addLedgerKey(folder);
    console.log(`密钥 ${n} 将从下次启动起一同签名。 / Key ${n} signs beside the others from the next start on.`);
  } else {
    const published = globSync(join(logFolder(folder), '**', verifierKeysPath)).map((file) => readFileSync(file, 'utf8'));
    const n = retireLedgerKey(folder, published.join(''));
    console.log(`密钥 ${n} 已停用，不再签名。 / Key ${n} is retired and signs no longer.`);
  }
  unlock();
} catch (error) {
  console.error(error instanceof LedgerKeysError || error instanceof FolderInUse ? error.message : error);
  process.exitCode = 1;
}
