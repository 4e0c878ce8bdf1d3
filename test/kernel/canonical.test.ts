import { describe, expect, it } from '@jest/globals';
import { canonical } from '../../shared/kernel/canonical.ts';
import { derivedId, digest, hmac } from '../../shared/kernel/digest.ts';

const double = (hex: string): number => Buffer.from(hex, 'hex').readDoubleBE();

describe('canonical JSON (RFC 8785)', () => {
  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the number %s of Appendix B as %s', (hex, text) => {
    expect(canonical(double(hex))).toBe(text);
  });

  it.each([
    '7fefffffffffffff',
    'ffefffffffffffff',
    '4340000000000000',
    'c340000000000000',
    '4430000000000000',
    '44b52d02c7e14af5',
    '444b1ae4d6e2ef50',
    '7fffffffffffffff',
    '7ff0000000000000',
  ])('refuses the number %s of Appendix B, which JSON cannot carry exactly', (hex) => {
    expect(() => canonical(double(hex))).toThrow();
  });

  it('keeps the greatest whole numbers that have no neighbour', () => {
    expect(canonical([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])).toBe('[9007199254740991,-9007199254740991]');
  });

  it('sorts names by their UTF-16 code units (§3.2.3)', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(canonical(value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis",' +
        '"\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  it('writes the sample of §3.2.2 as §3.2.4 gives its bytes', () => {
    const value: unknown = JSON.parse(
      '{"numbers":[333333333.33333329,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    expect(canonical(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('gives one text for one value, whatever the order of its names and the realm it came from', () => {
    const orphan = Object.assign(Object.create(null) as object, { b: [{ d: 1, c: '数' }], a: null });
    expect(canonical(orphan)).toBe('{"a":null,"b":[{"c":"数","d":1}]}');
    expect(canonical(JSON.parse('{"b":[{"c":"数","d":1}],"a":null}'))).toBe(canonical(orphan));
  });

  const circle: unknown[] = [];
  circle.push(circle);
  it.each([
    ['nothing', undefined],
    ['a name without a value', { a: undefined }],
    ['a hole in a list', Array(2)],
    ['a date', { at: new Date(0) }],
    ['a map', new Map([['a', 1]])],
    ['bytes', new Uint8Array(2)],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['an object that speaks for itself', { toJSON: () => 'other' }],
    ['half a surrogate pair', 'a\ud83d'],
    ['half a surrogate pair in a name', { '\ude00': 1 }],
    ['a circle', circle],
  ])('refuses %s', (_, value) => {
    expect(() => canonical(value)).toThrow();
  });
});

describe('digests', () => {
  it('name their algorithm and agree with FIPS 180-4', () => {
    expect(digest('abc')).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(digest(Buffer.from('abc'))).toBe(digest('abc'));
  });

  it('of keyed parts agree with a second implementation', () => {
    expect(hmac('secret', 'person', '数据', 'key')).toBe('oXhXoXmhidfU6wrPbyFoExoPygfejvP07jkCQp74SS0');
    expect(derivedId('secret', 'person', '数据', 'key')).toBe('uf4fpilzuge5pvhlblhw6ilicm');
  });

  it('tell apart parts that read alike when joined', () => {
    const readings = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc']].map((parts) => hmac('secret', ...parts));
    expect(new Set(readings).size).toBe(readings.length);
    expect(hmac('another secret', 'abc')).not.toBe(hmac('secret', 'abc'));
  });

  it('give ids of 26 characters even where the first bits are zero', () => {
    expect(derivedId('secret', '29')).toBe('aah56geyii4vlmkdf5jsb3uw43');
  });
});
