import { mkdirSync, writeFileSync } from 'node:fs';
import { contexts } from '../functions/index.ts';
import { reactionMap } from '../shared/edge/belt.ts';
import { entrySchema, eventsSchema } from './generate/events.ts';
import { openapi } from './generate/openapi.ts';
import { portal } from './generate/portal.ts';
import { processesPage } from './generate/processes.ts';

const folder = new URL('../contracts/generated/', import.meta.url);

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
const sorted = <T>(map: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** What is derived from the registry, by file name: written by `npm run generate`, compared by the tests without writing. */
export const generated = (): Readonly<Record<string, string>> => ({
  'reactions.json': json(sorted(reactionMap(contexts.flatMap(({ reactions }) => reactions)))),
  'openapi.json': json(openapi(contexts)),
  'events.schema.json': json(eventsSchema(contexts.flatMap(({ processes }) => processes))),
  'processes.md': processesPage(contexts),
  'entry.schema.json': json(entrySchema()),
  'portal.json': json(portal(contexts)),
});

if (import.meta.main) {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(generated())) writeFileSync(new URL(name, folder), text);
}
