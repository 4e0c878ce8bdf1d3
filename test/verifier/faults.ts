import { Fault } from '../../verifier/fault.js';

/** The fault that something ends in, as a report tells it; undefined where it ends well. Any other error is thrown on. */
export const namedFault = async (task: () => unknown): Promise<ReturnType<Fault['toJSON']> | undefined> => {
  try {
    await task();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.toJSON();
    throw error;
  }
};
