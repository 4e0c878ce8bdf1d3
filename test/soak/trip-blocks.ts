import { randomFrom } from './report.ts';

/** The columns of a chronicle of trips: a key, an entity, a time and a date, three dimensions, two measures in decimals, a note. */
export const tripColumns = [
  'trip_id',
  'vehicle_id',
  'picked_up_at',
  'service_day',
  'from_district',
  'to_district',
  'payment',
  'distance_km',
  'fare_yuan',
  'note',
] as const;

const header = `${tripColumns.join(',')}\n`;
const districts = ['海陵区', '高港区', '姜堰区', '兴化市', '靖江市', '泰兴市'] as const;
const notes = [
  '高峰时段途经济川东路和鼓楼南路，按表计价',
  '夜间自火车站接客并走高速，含过路及停车费',
  '预约单提前到达等候，乘客携带大件行李一件',
] as const;
const payments = ['现金', '微信', '银联'] as const;
const vehicles = 20_000;
const rowsOfBlock = 10_000;
const blocks = 32;
const blocksOfHour = 2;
const start = Date.UTC(2024, 0, 1);
const hour = 3_600_000;

/** Where a row has what changes with its block: the upper digits of its key, the hour, the day. Every row has as many bytes. */
const stampsAt = [1, 20, 40] as const;

/** Stamps every row of a block, where it does not bear that stamp from before. */
const stampRows = (block: Buffer, from: number, stamp: string): void => {
  const width = block.length / rowsOfBlock;
  for (let place = 0; place < stamp.length; place += 1) {
    const byte = stamp.charCodeAt(place);
    if (block[from + place] === byte) continue;
    for (let at = from + place; at < block.length; at += width) block[at] = byte;
  }
};

/** Rows without key, hour and day, drawn once and used again and again. */
const drawBlock = (random: () => number): Buffer => {
  const below = (bound: number): number => Math.floor(random() * bound);
  const pick = <T>(choices: readonly T[]): T => choices[below(choices.length)] as T;
  const digits = (value: number, width: number): string => String(value).padStart(width, '0');
  const rows = Array.from({ length: rowsOfBlock }, (_, row) => {
    const km = 10 + below(80) + random();
    // The product of two draws: some vehicles drive far more than others.
    const vehicle = Math.floor(random() * random() * vehicles);
    const second = Math.floor((row * 3600) / rowsOfBlock);
    return [
      `T______${digits(row, 4)}`,
      `V${digits(vehicle, 6)}`,
      `yyyy-mm-dd hh:${digits(Math.floor(second / 60), 2)}:${digits(second % 60, 2)}`,
      'yyyy-mm-dd',
      pick(districts),
      pick(districts),
      pick(payments),
      km.toFixed(3),
      (10 + km * (1 + random() / 9)).toFixed(2).padStart(6, '1'),
      pick(notes),
    ].join(',');
  });
  return Buffer.from(`${rows.join('\n')}\n`);
};

/**
 * A chronicle of trips as CSV, at least so many bytes of it, a block at a time. Rows are drawn once and stamped with their key and time, so that making
 * them costs next to nothing beside reading them. A block is good until the next is asked for.
 */
export function* tripBlocks(bytes: number): Generator<Buffer, void, undefined> {
  const random = randomFrom(7);
  const drawn = Array.from({ length: blocks }, () => drawBlock(random));
  yield Buffer.from(header);
  let written = header.length;
  for (let number = 0; written < bytes; number += 1) {
    const block = drawn[number % blocks] as Buffer;
    const time = new Date(start + Math.floor(number / blocksOfHour) * hour).toISOString();
    const stamps = [String(number).padStart(6, '0'), time.slice(0, 13).replace('T', ' '), time.slice(0, 10)];
    for (const [place, from] of stampsAt.entries()) stampRows(block, from, stamps[place] ?? '');
    yield block;
    written += block.length;
  }
}
