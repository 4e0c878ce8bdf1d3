import { describe, expect, it } from '@jest/globals';
import { edgesOf, splitBundle, tilePath } from '../../verifier/tile.js';
import { namedFault } from './faults.ts';

const bytes = (...numbers: readonly number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(numbers);

describe('a tile', () => {
  it.each([
    [0, 0, 256, 'tile/0/000'],
    [0, 999, 256, 'tile/0/999'],
    [0, 1000, 256, 'tile/0/x001/000'],
    [3, 1_234_067, 256, 'tile/3/x001/x234/067'],
    [1, 0, 17, 'tile/1/000.p/17'],
    ['entries', 273, 112, 'tile/entries/273.p/112'],
  ] as const)('of level %s and index %i, %i wide, lies at its path', (level, index, width, path) => {
    expect(tilePath(level, index, width)).toBe(path);
  });
  it('is partial at the right edge alone, as wide as the size says', () => {
    expect(edgesOf(70_000)).toEqual([
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ]);
    expect(edgesOf(256)).toEqual([{ level: 1, index: 0, width: 1 }]);
    expect(edgesOf(0)).toEqual([]);
    expect(edgesOf(2 ** 48)).toEqual([{ level: 6, index: 0, width: 1 }]);
  });
});

describe('an entry bundle', () => {
  it('holds entries behind their lengths, empty ones too', () => {
    expect(splitBundle(bytes(0, 2, 7, 8, 0, 0, 0, 1, 9), 3, 'b')).toEqual([bytes(7, 8), bytes(), bytes(9)]);
  });
  it('holds an entry of 65,535 bytes', () => {
    const entry = new Uint8Array(65_535).fill(5);
    expect(splitBundle(bytes(0xff, 0xff, ...entry), 1, 'b')).toEqual([entry]);
  });
  it.each([
    ['that ends within a length', bytes(0, 1, 7, 0), 2],
    ['that ends within an entry', bytes(0, 1, 7, 0, 2, 8), 2],
    ['with too few entries', bytes(0, 1, 7), 2],
    ['with bytes after the last entry', bytes(0, 1, 7, 0), 1],
    ['with an entry too many', bytes(0, 1, 7, 0, 1, 8), 1],
    ['of nothing', bytes(), 1],
  ])('%s is malformed', async (_how, bundle, width) => {
    expect(await namedFault(() => splitBundle(bundle, width, 'tile/entries/000'))).toMatchObject({
      code: 'bundle_malformed',
      path: 'tile/entries/000',
    });
  });
});
