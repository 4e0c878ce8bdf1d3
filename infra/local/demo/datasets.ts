/** The synthetic datasets of a demonstration city. No row describes anyone: everything is drawn from a fixed seed. */
export type DatasetName = 'enterprises' | 'trips' | 'clinic-visits';

type Random = () => number;
type Weighted<T> = readonly (readonly [value: T, weight: number])[];

/** mulberry32: numbers in [0, 1), always the same for a seed. Only integer arithmetic follows, so that every machine writes the same bytes. */
const randomFrom = (seed: number): Random => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
/** What belongs to one entity is drawn from its own seed, so that it is the same in all its rows. */
const randomOf = (seed: number, entity: number): Random => randomFrom(seed ^ Math.imul(entity + 1, 0x9e3779b1));

const below = (random: Random, bound: number): number => Math.floor(random() * bound);
const between = (random: Random, least: number, most: number): number => least + below(random, most - least + 1);
/** Small values often, large ones seldom. */
const skewed = (random: Random, bound: number): number => Math.floor(random() * random() * random() * bound);

const pick = <T>(random: Random, choices: Weighted<T>): T => {
  let left = random() * choices.reduce((sum, [, weight]) => sum + weight, 0);
  const chosen = choices.find(([, weight]) => (left -= weight) < 0) ?? choices.at(-1);
  if (!chosen) throw new RangeError('there is nothing to pick from');
  return chosen[0];
};
const evenly = (text: string): Weighted<string> => text.split(' ').map((value) => [value, 1]);
const two = (number: number): string => String(number).padStart(2, '0');

type District = { readonly name: string; readonly code: string };
const districts: Weighted<District> = [
  [{ name: '海陵区', code: '321202' }, 20],
  [{ name: '高港区', code: '321203' }, 6],
  [{ name: '姜堰区', code: '321204' }, 15],
  [{ name: '兴化市', code: '321281' }, 24],
  [{ name: '靖江市', code: '321282' }, 15],
  [{ name: '泰兴市', code: '321283' }, 20],
];

const creditAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const serials = creditAlphabet.length ** 5;

/** A row's own serial of five characters: multiplying by a number prime to 31 spreads neighbours and keeps them different. */
const serialOf = (row: number): string => {
  let rest = (row * 7_654_321) % serials;
  let serial = '';
  for (let place = 0; place < 5; place += 1) {
    serial = `${creditAlphabet[rest % creditAlphabet.length]}${serial}`;
    rest = Math.floor(rest / creditAlphabet.length);
  }
  return serial;
};

/** The check character of an organisation code, GB 11714-1997: MOD 11 over eight characters. */
const organisationCheck = (code: string): string => {
  const sum = [3, 7, 9, 10, 5, 8, 4, 2].reduce((total, weight, at) => total + weight * Number.parseInt(code.charAt(at), 36), 0);
  return '0123456789X'[(11 - (sum % 11)) % 11] ?? '';
};

/** A unified social credit code, GB 32100-2015, of a market entity. Real serials begin with digits or M; these begin with DEM. */
const creditCode = (row: number, region: string): string => {
  const organisation = `DEM${serialOf(row)}`;
  const body = `91${region}${organisation}${organisationCheck(organisation)}`;
  const sum = Array.from(body).reduce((total, character, at) => total + creditAlphabet.indexOf(character) * 3 ** at, 0);
  return `${body}${creditAlphabet[(31 - (sum % 31)) % 31]}`;
};

type Sector = { readonly name: string; readonly trade: string };
const sectors: Weighted<Sector> = [
  [{ name: '批发零售', trade: '商贸' }, 30],
  [{ name: '机械制造', trade: '机械' }, 18],
  [{ name: '医药健康', trade: '生物医药' }, 12],
  [{ name: '船舶制造', trade: '船舶配套' }, 9],
  [{ name: '化工新材料', trade: '新材料' }, 8],
  [{ name: '交通运输', trade: '物流' }, 8],
  [{ name: '信息服务', trade: '数据科技' }, 7],
  [{ name: '餐饮住宿', trade: '餐饮管理' }, 7],
  [{ name: '海洋工程', trade: '海工装备' }, 1],
];
const firstSyllables = evenly('恒 华 泰 盛 瑞 鑫 远 宏 嘉 润 祥 安 凯 博 金 中');
const secondSyllables = evenly('达 丰 源 和 通 信 兴 诚 宇 联 康 美 隆 德 生 创');
/** Registered capital in ten thousand yuan. */
const capitals: Weighted<number> = [
  [10, 20],
  [50, 25],
  [100, 25],
  [200, 12],
  [500, 10],
  [1000, 6],
  [5000, 2],
];

const enterprise = (random: Random, row: number): string => {
  const district = pick(random, districts);
  const sector = pick(random, sectors);
  const name = `泰州演示${pick(random, firstSyllables)}${pick(random, secondSyllables)}${sector.trade}有限公司`;
  const founded = `${2025 - skewed(random, 35)}-${two(between(random, 1, 12))}-${two(between(random, 1, 28))}`;
  const fen = pick(random, capitals) * 1_000_000;
  return `${creditCode(row, district.code)},${name},${district.name},${sector.name},${fen},${1 + skewed(random, 3000)},${founded}`;
};

/** Hours of the day by how many trips begin in them. */
const hours: Weighted<number> = [2, 1, 1, 1, 1, 2, 5, 12, 14, 8, 6, 6, 7, 6, 5, 6, 9, 13, 12, 8, 7, 6, 5, 3].map((weight, hour) => [
  hour,
  weight,
]);
const tripsPerVehicle = 40;

const trip = (random: Random, row: number, rows: number): string => {
  const vehicles = Math.max(50, Math.ceil(rows / tripsPerVehicle));
  // The product of two draws: some vehicles drive far more than others.
  const vehicle = Math.floor(random() * random() * vehicles);
  const home = pick(randomOf(2, vehicle), districts).name;
  const from = random() < 0.8 ? home : pick(random, districts).name;
  const to = random() < 0.7 ? from : pick(random, districts).name;
  const metres = from === to ? 800 + skewed(random, 24_000) : 9000 + skewed(random, 90_000);
  // 9 yuan for the first 3 km, then 2.20 yuan a kilometre.
  const fare = 900 + Math.floor((Math.max(0, metres - 3000) * 22) / 100);
  const date = new Date(Date.UTC(2026, 0, 1 + below(random, 181))).toISOString().slice(0, 10);
  const hour = two(pick(random, hours));
  return `T${String(row + 1).padStart(9, '0')},V${String(vehicle + 1).padStart(6, '0')},${date} ${hour}:00:00,${from},${to},${metres},${fare}`;
};

const ages: Weighted<string> = [
  ['0-17', 16],
  ['18-34', 18],
  ['35-49', 20],
  ['50-64', 24],
  ['65+', 22],
];
type Department = { readonly name: string; readonly baseFen: number };
const departments: Weighted<Department> = [
  [{ name: '内科', baseFen: 18_000 }, 30],
  [{ name: '外科', baseFen: 42_000 }, 14],
  [{ name: '骨科', baseFen: 36_000 }, 12],
  [{ name: '中医科', baseFen: 15_000 }, 12],
  [{ name: '口腔科', baseFen: 28_000 }, 10],
  [{ name: '眼科', baseFen: 22_000 }, 9],
  [{ name: '妇产科', baseFen: 30_000 }, 8],
  [{ name: '急诊科', baseFen: 38_000 }, 5],
  [{ name: '感染科', baseFen: 26_000 }, 0.2],
];
const paediatrics: Department = { name: '儿科', baseFen: 16_000 };
const visitsPerPatient = 3;

/** A pseudonym of eight hex digits; multiplying by an odd number maps 32 bits one to one. */
const pseudonymOf = (patient: number): string => `P${(Math.imul(patient + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')}`;

const visit = (random: Random, _row: number, rows: number): string => {
  const patient = below(random, Math.ceil(rows / visitsPerPatient));
  const person = randomOf(3, patient);
  const age = pick(person, ages);
  const district = pick(person, districts).name;
  // 140 begins machine numbers, which have 13 digits: one of 11 is nobody's telephone.
  const mobile = `140${String(below(person, 100_000_000)).padStart(8, '0')}`;
  const department = age === '0-17' && random() < 0.7 ? paediatrics : pick(random, departments);
  const month = `2025-${two(between(random, 1, 12))}`;
  const fen = Math.floor(department.baseFen / 2) + skewed(random, department.baseFen * 8);
  return `${pseudonymOf(patient)},${age},${district},${department.name},${month},${fen},${mobile}`;
};

const mostRows = 20_000_000;

const table = (seed: number, header: string, line: (random: Random, row: number, rows: number) => string) =>
  function* lines(rows: number): Generator<string, void, undefined> {
    if (!Number.isInteger(rows) || rows < 0 || rows > mostRows) throw new RangeError(`a dataset has 0 to ${mostRows} rows`);
    const random = randomFrom(seed);
    yield `${header}\n`;
    for (let row = 0; row < rows; row += 1) yield `${line(random, row, rows)}\n`;
  };

/**
 * CSV line by line, a header and `rows` rows, each with its line feed; no value needs quoting. The same number of rows is always the same
 * text. Amounts are integer fen, distances metres. `clinic-visits` holds mobile numbers on purpose: the scan for personal information has
 * something to find. Reading throws a RangeError for a number of rows that is not from 0 to 20,000,000.
 */
export const datasets: Readonly<Record<DatasetName, (rows: number) => Iterable<string>>> = {
  enterprises: table(1, 'credit_code,enterprise_name,district,sector,registered_capital_fen,employees,founded', enterprise),
  trips: table(2, 'trip_id,vehicle_id,pickup_hour,from_district,to_district,distance_m,fare_fen', trip),
  'clinic-visits': table(3, 'patient_pseudonym,age_band,district,department,month,cost_fen,contact_mobile', visit),
};
