import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { queryTokens, tokens } from '../../shared/kernel/terms.ts';

const matches = (query: string, text: string): boolean => {
  const held = new Set(tokens(text));
  return queryTokens(query).every((token) => held.has(token));
};

const characters = fc.constantFrom(...Array.from('公共数据授权运营机构泰州市海陵区〇々𠮷'));
const chinese = (minLength: number, maxLength: number) => fc.array(characters, { minLength, maxLength }).map((all) => all.join(''));
const words = fc.stringMatching(/^[a-z0-9]{1,12}$/);
const pieces = fc.array(fc.oneof(chinese(1, 8), words, fc.constantFrom(' ', '，', '（', '-', '\n')), { maxLength: 12 });

describe('search terms', () => {
  it('of a Chinese text are its pairs of characters and its characters', () => {
    expect(tokens('公共数据')).toEqual(['公共', '共数', '数据', '公', '共', '数', '据']);
  });

  it('of other scripts are whole words in lower case, however wide they are typed', () => {
    expect(tokens('ＧＢ/T 37932-2025, Größe')).toEqual(['gb', 't', '37932', '2025', 'größe']);
  });

  it('part where the script changes', () => {
    expect(tokens('5G基站v2')).toEqual(['5g', '基站', 'v2', '基', '站']);
  });

  it('do not run across punctuation', () => {
    expect(tokens('泰州，海陵')).not.toContain('州海');
  });

  it('keep characters beyond the basic plane whole', () => {
    expect(tokens('𠮷野')).toEqual(['𠮷野', '𠮷', '野']);
  });

  it('are not made of signs that only look like characters', () => {
    expect(tokens('⺀数')).toEqual(['数']);
  });

  it('stand once each', () => {
    expect(tokens('数据 数据 DATA data')).toEqual(['数据', 'data', '数', '据']);
  });

  it.each([
    ['数', ['数']],
    ['数据', ['数据']],
    ['数据产品', ['数据', '据产', '产品']],
    ['企业 Credit', ['企业', 'credit']],
    ['  ，。!', []],
  ])('of the query "%s" are %j', (query, expected) => {
    expect(queryTokens(query)).toEqual(expected);
  });

  it('find a text by any of its characters, pairs, longer words and by several at once', () => {
    const text = '泰州市企业信用（2026版）Enterprise Credit';
    for (const query of ['信', '信用', '企业信用', '信用 企业', '2026', 'CREDIT 泰州', '企业信用 credit'])
      expect(matches(query, text)).toBe(true);
  });

  it('do not find what a text does not hold', () => {
    for (const query of ['用信', '医疗', '企业 医疗', 'cred', '信企'])
      expect(matches(query, '泰州市企业信用 Enterprise Credit')).toBe(false);
  });

  it('find every piece of a text', () => {
    fc.assert(
      fc.property(pieces, (all) => {
        const text = all.join(' ');
        for (const piece of all) expect(matches(piece, text)).toBe(true);
      }),
    );
  });

  it('find every stretch of a Chinese text', () => {
    fc.assert(
      fc.property(chinese(1, 20), fc.nat(), fc.nat(), (text, from, length) => {
        const all = Array.from(text);
        const start = from % all.length;
        const stretch = all.slice(start, start + 1 + (length % (all.length - start))).join('');
        expect(matches(stretch, text)).toBe(true);
      }),
    );
  });

  it('are bounded, unique and in one form, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        for (const [found, most] of [
          [tokens(text), 200],
          [queryTokens(text), 20],
        ] as const) {
          expect(found.length).toBeLessThanOrEqual(most);
          expect(new Set(found).size).toBe(found.length);
          for (const token of found) expect(token).toMatch(/^[\p{L}\p{M}\p{N}]{1,40}$/u);
        }
        expect(tokens(text.normalize('NFKC'))).toEqual(tokens(text));
      }),
    );
    expect(tokens(Array.from({ length: 5000 }, (_, n) => `w${n}`).join(' '))).toHaveLength(200);
    expect(queryTokens('数据'.repeat(5000))).toEqual(['数据', '据数']);
    expect(tokens('x'.repeat(9000))).toEqual(['x'.repeat(40)]);
  });
});
