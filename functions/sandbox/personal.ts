import type { PersonalKind } from '../../contracts/personal-kinds.ts';
import { checkCreditCode, checkLuhn, checkResidentId } from '../../shared/kernel/identifiers.ts';

/**
 * How one kind is recognised. `share` is the least part of the values (per thousand) that must match for the values alone to decide; `named`
 * the least part where the header says so too, 0 meaning that the header decides by itself. Random digits match a mobile number 7 % and Luhn
 * 10 % of the time, so those need many matches; a check character and a date together are strong evidence in a few.
 */
type Detector = {
  readonly kind: PersonalKind;
  readonly header: RegExp;
  readonly matches: (value: string) => boolean;
  readonly share: number;
  readonly named: number;
};

const never = 1001;

const digits = (value: string): string => value.replace(/[\s-]/g, '');

/** The fifty commonest surnames and the commonest double ones, which cover about four fifths of the people. */
const surnames =
  /^(欧阳|上官|司马|诸葛|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷])[\p{Script=Han}·]{1,3}$/u;

const detectors: readonly Detector[] = [
  {
    kind: 'resident_id',
    header: /身份证|公民身份|证件号|id_?card|identity_?(no|num)|resident_?id|citizen_?id/,
    matches: (value) => checkResidentId(value.trim()),
    share: 10,
    named: 0,
  },
  {
    kind: 'credit_code',
    header: /统一社会信用|信用代码|credit_?code|uscc/,
    matches: (value) => checkCreditCode(value.trim()),
    share: 100,
    named: 10,
  },
  {
    kind: 'email',
    header: /邮箱|电子邮件|e_?mail/,
    matches: (value) => /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i.test(value.trim()),
    share: 50,
    named: 0,
  },
  {
    kind: 'mobile',
    header: /手机|移动电话|mobile|cell_?phone/,
    matches: (value) => /^(\+?86)?1[3-9][0-9]{9}$/.test(digits(value)),
    share: 600,
    named: 0,
  },
  {
    kind: 'bank_card',
    header: /银行卡|银行账号|卡号|bank_?(card|account)|card_?(no|num)/,
    matches: (value) => /^(62|4|5[1-5]|35)[0-9]{12,17}$/.test(digits(value)) && checkLuhn(digits(value)),
    share: 500,
    named: 0,
  },
  {
    kind: 'plate',
    header: /车牌|号牌|plate_?(no|num)|licen[cs]e_?plate/,
    matches: (value) =>
      /^[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z]·?([A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳]|[A-HJ-NP-Z0-9]{6})$/.test(
        value.trim(),
      ),
    share: 300,
    named: 0,
  },
  {
    kind: 'name',
    header: /姓名|(^|_)(real|full|first|last|sur|given|person|patient|customer)_?name$|^name$/,
    matches: (value) => surnames.test(value.trim()) || /^[A-Z][a-z]+([ '-][A-Z][a-z.]*){1,3}$/.test(value.trim()),
    share: never,
    named: 300,
  },
  {
    kind: 'phone',
    header: /电话|联系方式|(^|_)(tele)?phone|(^|_)tel($|_)/,
    matches: (value) => /^\+?[0-9]{7,15}$/.test(digits(value).replace(/[()（）]/g, '')),
    share: never,
    named: 300,
  },
  {
    kind: 'address',
    header: /住址|地址|address|(^|_)addr($|_)/,
    matches: (value) => /[路街道巷弄村镇号室栋幢]/.test(value) || /[0-9]+ .*\b(st|street|rd|road|ave|avenue|lane|drive)\b/i.test(value),
    share: never,
    named: 200,
  },
  {
    kind: 'birth',
    header: /出生|生日|birth|(^|_)dob($|_)/,
    matches: (value) => /^(19|20)[0-9]{2}([-/.年]?[0-9]{1,2}([-/.月]?[0-9]{1,2}日?)?)?( .*)?$/.test(value.trim()),
    share: never,
    named: 300,
  },
];

/** Chinese header words that leave no doubt decide without a look at the values. */
const plain: readonly (readonly [RegExp, PersonalKind])[] = [
  [/^(.*[^业名])?姓名$/, 'name'],
  [/(家庭|居住|户籍)(住|地)址|住址$/, 'address'],
  [/出生(日期|年月)/, 'birth'],
  [/联系电话|电话号码/, 'phone'],
];

/**
 * What personal information a column seems to hold, or null. Pure: the caller gives the header and a sample of the values that are not NULL.
 * It is a warning system, not a proof: an operator's grading and review stand beside it.
 */
export function detectPersonal(header: string, values: readonly string[]): PersonalKind | null {
  const name = header
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[\s-]+/g, '_')
    .toLowerCase();
  const certain = plain.find(([pattern]) => pattern.test(name));
  if (certain !== undefined) return certain[1];
  const found = detectors.find(({ header, matches, share, named }) => {
    const least = header.test(name) ? named : share;
    if (least === 0) return true;
    if (values.length === 0 || least === never) return false;
    const matched = values.filter(matches).length;
    return matched > 0 && matched * 1000 >= least * values.length;
  });
  return found?.kind ?? null;
}

/** How many of the values, per thousand, are written as a kind asks. */
export const shareOf = (kind: PersonalKind, values: readonly string[]): number => {
  const matches = detectors.find((each) => each.kind === kind)?.matches ?? (() => true);
  return values.length === 0 ? 1000 : Math.round((values.filter(matches).length * 1000) / values.length);
};
