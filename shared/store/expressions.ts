import { entryAttributes, isEntryAttribute } from './item.ts';
import { indexes } from './table.ts';
import type { Item, Operation, Range } from './table.ts';

/**
 * The port's words in DynamoDB's ("Amazon DynamoDB Developer Guide", "Using expressions"). Every name goes under an alias, since several
 * hundred words are reserved.
 */
const aliases = () => {
  const names: Record<string, string> = {};
  const values: Record<string, string | number | boolean> = {};
  return {
    name: (name: string): string => {
      const alias = `#n${Object.keys(names).length}`;
      names[alias] = name;
      return alias;
    },
    value: (value: string | number | boolean): string => {
      const alias = `:v${Object.keys(values).length}`;
      values[alias] = value;
      return alias;
    },
    all: { ExpressionAttributeNames: names, ExpressionAttributeValues: values },
  };
};

type Aliases = ReturnType<typeof aliases>;

const isLive = ({ name, value }: Aliases, second: number): string => {
  const expires = name('expires');
  return `(attribute_not_exists(${expires}) OR ${expires} > ${value(second)})`;
};

const conditionTerms = (condition: Operation['if'], under: Aliases, second: number): readonly string[] => {
  const { name, value } = under;
  if (condition === undefined) return [];
  if ('absent' in condition) return [`(attribute_not_exists(${name('pk')}) OR ${name('expires')} <= ${value(second)})`];
  if ('atLeast' in condition) return [isLive(under, second), `${name(condition.atLeast.name)} >= ${value(condition.atLeast.amount)}`];
  const members = Object.entries(condition.equals).map(([member, wanted]) => `${name(member)} = ${value(wanted)}`);
  return [`attribute_exists(${name('pk')})`, isLive(under, second), ...members];
};

/** The condition of an operation, or nothing where it has none. */
export const conditionExpression = (condition: Operation['if'], second: number) => {
  if (condition === undefined) return {};
  const under = aliases();
  return { ConditionExpression: conditionTerms(condition, under, second).join(' AND '), ...under.all };
};

/** An addition, which also fails on an expired item and where the member is no integer or would leave the safe ones. */
export const additionExpression = (addition: Extract<Operation, { readonly add: unknown }>, second: number) => {
  const under = aliases();
  const [member, by] = [under.name(addition.name), under.value(addition.by)];
  const least = under.value(Number.MIN_SAFE_INTEGER - Math.min(addition.by, 0));
  const most = under.value(Number.MAX_SAFE_INTEGER - Math.max(addition.by, 0));
  const safe = `(attribute_not_exists(${member}) OR ${member} BETWEEN ${least} AND ${most})`;
  const terms = [safe, isLive(under, second), ...conditionTerms(addition.if, under, second)];
  return { UpdateExpression: `ADD ${member} ${by}`, ConditionExpression: terms.join(' AND '), ...under.all };
};

/** The key condition of a range. DynamoDB takes one condition on the sort key, and BETWEEN includes both ends. */
export const rangeExpression = (range: Range, { low, high }: { readonly low: string; readonly high: string | undefined }) => {
  const { name, value, all } = aliases();
  const attributes = range.index === undefined ? { key: 'pk', sort: 'sk' } : entryAttributes(range.index);
  const ofKey = `${name(attributes.key)} = ${value(range.key)}`;
  const condition = (): string => {
    if (low === '' && high === undefined) return ofKey;
    const sort = `${ofKey} AND ${name(attributes.sort)}`;
    if (high === undefined) return `${sort} ${low === range.after ? '>' : '>='} ${value(low)}`;
    return low === '' ? `${sort} < ${value(high)}` : `${sort} BETWEEN ${value(low)} AND ${value(high)}`;
  };
  return { KeyConditionExpression: condition(), ...all };
};

/** An item with its entries as the attributes that the indexes are keyed by. */
export const storedOf = ({ ix, ...rest }: Item): Record<string, unknown> => {
  const entries = Object.entries(ix ?? {}).flatMap(([index, [key, sort]]) => {
    const attributes = entryAttributes(index);
    return [
      [attributes.key, key],
      [attributes.sort, sort],
    ];
  });
  // No attribute tells empty entries from none, but what was put is what is read.
  return { ...rest, ...(ix && entries.length === 0 ? { ix } : {}), ...Object.fromEntries(entries) };
};

/** The item that `storedOf` made attributes of. */
export const itemOf = (stored: Record<string, unknown>): Item => {
  const members = Object.entries(stored).filter(([name]) => !isEntryAttribute(name));
  const entries = indexes.flatMap((index) => {
    const { key, sort } = entryAttributes(index);
    return key in stored ? [[index, [stored[key], stored[sort]]]] : [];
  });
  return { ...Object.fromEntries(members), ...(entries.length > 0 && { ix: Object.fromEntries(entries) }) } as Item;
};
