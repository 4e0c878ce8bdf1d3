/**
 * Whether a text is a resident identity number: 18 characters of GB 11643-1999 with a real date of birth (1900–2099), a province code of
 * GB/T 2260 and the check character of ISO 7064 MOD 11-2. A lower-case x is accepted.
 */
export function checkResidentId(value: string): boolean {
  if (!/^[1-9][0-9]{5}(19|20)[0-9]{9}[0-9Xx]$/.test(value) || !provinces.has(value.slice(0, 2))) return false;
  const [year, month, day] = [Number(value.slice(6, 10)), Number(value.slice(10, 12)), Number(value.slice(12, 14))];
  const born = new Date(Date.UTC(year, month - 1, day));
  // The 30th of February rolls over and does not read back.
  if (born.getUTCMonth() !== month - 1 || born.getUTCDate() !== day) return false;
  let remainder = 0;
  for (const digit of value.slice(0, 17)) remainder = ((remainder + Number(digit)) * 2) % 11;
  return '0123456789X'[(12 - remainder) % 11] === value[17]?.toUpperCase();
}

const provinces: ReadonlySet<string> = new Set(
  [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82,
    83,
  ].map(String),
);

const creditAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/**
 * Whether a text is a unified social credit code: 18 characters of GB 32100-2015, upper case and without I, O, S, V and Z, the last of them
 * the check character MOD 31 over weights 3^i.
 */
export function checkCreditCode(value: string): boolean {
  if (!/^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$/.test(value)) return false;
  let weight = 1;
  let sum = 0;
  for (const character of value.slice(0, 17)) {
    sum += creditAlphabet.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return creditAlphabet[(31 - (sum % 31)) % 31] === value[17];
}

/** Whether a text of digits ends in the check digit of ISO/IEC 7812-1 (Luhn). An empty text does not. */
export function checkLuhn(value: string): boolean {
  if (!/^[0-9]+$/.test(value)) return false;
  let sum = 0;
  for (const [index, digit] of Array.from(value).toReversed().entries()) {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
