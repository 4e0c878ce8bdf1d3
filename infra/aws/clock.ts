import { ports, providePorts } from '../../shared/edge/ports.ts';
import { wholeFromEnvironment } from './whole.ts';

providePorts(wholeFromEnvironment);

/** Each minute: fires what is due, and delivers what the stream missed. */
export const handler = async (): Promise<void> => {
  const { belt, clock, log } = await ports();
  const fired = await clock.tick();
  const swept = await belt.sweep();
  if (fired.length + swept > 0) log.info('a minute of the clock', { fired: [...fired], swept });
};
