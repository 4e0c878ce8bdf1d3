import { Refusal, type View } from '../../infra/local/journey/client.ts';
import { accept, ask, assess, authorise, catalogue, list, load, revoke, trade, type Cast } from '../../infra/local/journey/journey.ts';
import { question } from '../../infra/local/journey/material.ts';
import { material, quiet } from '../support/trading.ts';

type Got = {
  resource?: View;
  grant?: View;
  scenario?: View;
  dataset?: View;
  listing?: View;
  order?: View;
  query?: View;
  settled?: View;
  revoked?: true;
};
const need = <T>(one: T | undefined): T => {
  if (one === undefined) throw new Error('a stage before its time');
  return one;
};
const sql = question(material);
const entitlementOf = (got: Got): string => String(need(got.order).data['entitlement']);

/** The main job in stages; each can be begun again where it was interrupted. */
const stages: readonly [keyof Got, (cast: Cast, got: Got) => Promise<Got>][] = [
  ['resource', async (cast) => ({ resource: await catalogue(cast, material, quiet) })],
  ['grant', async (cast, got) => ({ grant: await authorise(cast, material, need(got.resource), quiet) })],
  ['scenario', async (cast, got) => ({ scenario: await assess(cast, material, need(got.grant), quiet) })],
  ['dataset', async (cast, got) => ({ dataset: await load(cast, material, need(got.scenario), need(got.resource), quiet) })],
  ['listing', async (cast, got) => ({ listing: await list(cast, material, need(got.scenario), need(got.dataset), quiet) })],
  ['order', async (cast, got) => ({ order: await trade(cast, need(got.listing), quiet) })],
  ['query', async (cast, got) => ({ query: (await ask(cast, entitlementOf(got), sql)).query })],
  ['settled', async (cast, got) => ({ settled: await accept(cast, need(got.order), quiet) })],
  [
    'revoked',
    async (cast, got) => {
      await revoke(cast, need(got.grant), entitlementOf(got), need(got.query), sql, quiet);
      return { revoked: true };
    },
  ],
];

/** A client that plays the main job over and over, and after an interruption goes on from its last finished stage. */
export const openTrader = () => {
  let got: Got = {};
  let done = 0;
  const step = async (cast: Cast): Promise<void> => {
    const next = stages.find(([name]) => got[name] === undefined);
    if (next) got = { ...got, ...(await next[1](cast, got)) };
    else {
      got = {};
      done += 1;
    }
  };
  return {
    done: (): number => done,
    /** Plays until the host is gone. @returns what went wrong otherwise */
    play: async (cast: Cast, isGone: () => boolean): Promise<readonly string[]> => {
      while (!isGone()) {
        try {
          await step(cast);
        } catch (error) {
          if (isGone()) return [];
          // What an interrupted stage had done already stands in the way of doing it again: then from the beginning.
          if (!(error instanceof Refusal)) return [`a trader met ${String(error)}`];
          got = {};
        }
      }
      return [];
    },
  };
};
