import { contexts } from '../../functions/index.ts';
import { portsFromEnvironment } from './ports.ts';
import { openJobs } from './queue.ts';

/** The ports of a function that carries events on, for all contexts. */
export const wholeFromEnvironment = portsFromEnvironment({
  processes: contexts.flatMap(({ processes }) => processes),
  reactions: contexts.flatMap(({ reactions }) => reactions),
  dispatch: openJobs(),
});
