import { join } from 'node:path';
import { openHost } from './host.ts';
import { instructions, isFounded } from './founding.ts';
import { LedgerKeysError } from './ledger-keys.ts';
import { FolderInUse } from './lock.ts';
import { settingsOf } from './settings.ts';

process.env['POWERTOOLS_METRICS_DISABLED'] ??= 'true';
process.env['POWERTOOLS_LOG_LEVEL'] ??= 'WARN';

const settings = settingsOf(process.env);
// In the host's own folder, which nobody else may write to.
process.env['NODE_COMPILE_CACHE'] ??= join(settings.folder, 'compile-cache');
const host = await openHost(settings).catch((error: unknown) => {
  const taken = (error as { code?: string }).code === 'EADDRINUSE';
  if (error instanceof FolderInUse || error instanceof LedgerKeysError) console.error(error.message);
  else
    console.error(
      taken ? `端口 ${settings.port} 已被占用，请用 PORT 另选。 / Port ${settings.port} is in use; choose another with PORT.` : error,
    );
  process.exit(1);
});
console.log(`数港 Data Harbour  ${host.origin}  (API: /v1, 文档 API document: /v1/openapi.json)`);
if (!settings.demonstration && !(await isFounded(host.ports.records))) console.log(instructions(host.origin));

let ending = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (ending) process.exit(1);
    ending = true;
    host.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
