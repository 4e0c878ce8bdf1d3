import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { detectPersonal } from '../../functions/sandbox/personal.ts';
import { checkCreditCode, checkLuhn, checkResidentId } from '../../shared/kernel/identifiers.ts';

describe('check characters', () => {
  test('of resident identity numbers: one wrong digit, date or province is noticed', () => {
    expect(checkResidentId('11010519491231002X')).toBe(true);
    expect(checkResidentId('11010519491231002x')).toBe(true);
    expect(checkResidentId('440524188001010014')).toBe(false);
    for (const wrong of ['110105194912310021', '11010519490231002X', '99010519491231002X', '11010519491231002', ''])
      expect(checkResidentId(wrong)).toBe(false);
  });

  test('of resident identity numbers: every change of one digit is noticed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 16 }), fc.integer({ min: 1, max: 9 }), (place, by) => {
        const digits = Array.from('11010519491231002X');
        digits[place] = String((Number(digits[place]) + by) % 10);
        expect(checkResidentId(digits.join(''))).toBe(false);
      }),
    );
  });

  test('of unified social credit codes', () => {
    expect(checkCreditCode('91350100M000100Y43')).toBe(true);
    for (const wrong of ['91350100M000100Y44', '91350100I000100Y43', '91350100m000100y43', '9135010'])
      expect(checkCreditCode(wrong)).toBe(false);
  });

  test('of card numbers', () => {
    expect(checkLuhn('4111111111111111')).toBe(true);
    expect(checkLuhn('4111111111111112')).toBe(false);
    expect(checkLuhn('')).toBe(false);
  });
});

const many = (...values: string[]): string[] => Array.from({ length: 100 }, (_, index) => values[index % values.length] ?? '');

/** Numbers from a fixed linear congruence, so that the test is the same each time. */
function randomDigits(length: number): string[] {
  let state = 7n;
  return Array.from({ length: 2000 }, () => {
    let digits = '';
    while (digits.length < length) {
      state = (state * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n;
      digits += String(state >> 40n)
        .padStart(8, '0')
        .slice(-7);
    }
    return digits.slice(0, length);
  });
}

describe('personal information is found', () => {
  test.each([
    ['resident_id', 'remark', ['11010519491231002X', ...many('none').slice(0, 60)]],
    ['credit_code', 'code', many('91350100M000100Y43')],
    ['mobile', 'contact', many('13800138000', '+86 139-0013-9000')],
    ['bank_card', 'account', many('4111111111111111', '6222021234567890128'.slice(0, 19), '5500005555555559')],
    ['plate', 'vehicle', many('京A12345', '浙J·D12345', '苏E1234学')],
    ['email', 'contact', many('a.b@example.com', 'c@例子.cn')],
    ['name', '客户姓名', []],
    ['name', 'name', many('王伟', '欧阳娜娜', '李秀英')],
    ['name', 'customerName', many('Mary Smith', "Sean O'Neil")],
    ['phone', 'Phone', many('0576-88886666', '(010) 62345678')],
    ['address', '地址', many('府前街168号', '解放路12弄3室')],
    ['address', 'home address', many('12 Long Road')],
    ['birth', '出生日期', []],
    ['birth', 'birth_date', many('1990-01-02', '1985/11/30')],
    ['mobile', '手机号', many('x')],
  ] as const)('%s under the header %s', (kind, header, values) => {
    expect(detectPersonal(header, values)).toBe(kind);
  });
});

describe('what is not personal is left alone', () => {
  test.each([8, 10, 11, 12, 13, 16, 17, 18, 19])('random digits, %i of them', (length) => {
    expect(detectPersonal('amount', randomDigits(length))).toBeNull();
  });
  test.each([
    ['name', many('东城区', '西城区', '朝阳区', '丰台区')],
    ['企业名称', many('某某科技有限公司')],
    ['product_name', many('Blue Widget')],
    ['filename', many('a.csv')],
    ['contact', many('cellular', 'telephone', 'unknown')],
    ['day', many('2024-01-02')],
    ['age', many('34', '57')],
    ['pickup_zone', many('Lenox Hill West', 'JFK Airport')],
    ['telemetry', many('12345678')],
    ['empty', []],
  ])('%s', (header, values) => {
    expect(detectPersonal(header, values)).toBeNull();
  });
});
