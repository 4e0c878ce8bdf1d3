/** How often over a property is tried: once, and several times in the long half of the tests. */
export const rounds = Number(process.env['HARBOUR_ROUNDS'] ?? 1);
