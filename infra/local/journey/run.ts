import { parseArgs } from 'node:util';
import { journey } from './journey.ts';
import { embedded, fromFile } from './material.ts';

const { values } = parseArgs({
  options: {
    origin: { type: 'string', default: process.env['HARBOUR_ORIGIN'] ?? `http://127.0.0.1:${process.env['PORT'] ?? 3000}` },
    data: { type: 'string' },
    dimensions: { type: 'string', default: '' },
    measures: { type: 'string', default: '' },
    entity: { type: 'string' },
  },
});
const columns = (list: string): readonly string[] => list.split(',').filter((name) => name !== '');
const material =
  values.data === undefined
    ? embedded
    : await fromFile(values.data, columns(values.dimensions), columns(values.measures), values.entity ?? null);

try {
  let step = 0;
  await journey(values.origin, material, (what) => console.log(`${String((step += 1)).padStart(2)}. ${what}`));
  console.log('主线业务已走通。 / The main job is done.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
