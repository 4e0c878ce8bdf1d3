import type { Context } from '../shared/edge/context.ts';
import { assessment } from './assessment/index.ts';
import { authorisation } from './authorisation/index.ts';
import { catalogue } from './catalogue/index.ts';
import { contract } from './contract/index.ts';
import { delivery } from './delivery/index.ts';
import { disclosure } from './disclosure/index.ts';
import { listing } from './listing/index.ts';
import { operations } from './operations/index.ts';
import { organisation } from './organisation/index.ts';
import { product } from './product/index.ts';
import { rulebase } from './rulebase/index.ts';
import { sandbox } from './sandbox/index.ts';
import { scenario } from './scenario/index.ts';
import { settlement } from './settlement/index.ts';
import { trade } from './trade/index.ts';

/** The registry: every bounded context, one line each. Hosts, routes, documents and laws walk it. */
export const contexts: readonly Context[] = [
  organisation,
  rulebase,
  catalogue,
  authorisation,
  scenario,
  assessment,
  sandbox,
  product,
  listing,
  contract,
  trade,
  settlement,
  delivery,
  disclosure,
  operations,
];
