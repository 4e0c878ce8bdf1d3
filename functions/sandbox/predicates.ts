import type { Comparison, Cut, Ground, Literal, Predicate } from './form.ts';
import { Refused } from './form.ts';
import { dimensionOf, familyOfColumn, isGrained, readCut, typeOf } from './cuts.ts';
import { fitLiteral, isAligned, nearest, readLiteral } from './literals.ts';
import type { Mark } from './placing.ts';
import type { Json, Node } from './tree.ts';
import { isNode, list, misplaced, only, place, text } from './tree.ts';

const comparisons: Readonly<Record<string, { readonly by: Comparison; readonly flipped: Comparison }>> = {
  COMPARE_EQUAL: { by: '=', flipped: '=' },
  COMPARE_LESSTHAN: { by: '<', flipped: '>' },
  COMPARE_GREATERTHAN: { by: '>', flipped: '<' },
  COMPARE_LESSTHANOREQUALTO: { by: '<=', flipped: '>=' },
  COMPARE_GREATERTHANOREQUALTO: { by: '>=', flipped: '<=' },
};

const maxValues = 100;

/**
 * Reads WHERE: comparisons of a dimension with literals, IN and BETWEEN, joined by AND and OR, none on the entity or on a measure. Each
 * comparison, IN and BETWEEN counts as one predicate.
 */
export function readWhere(where: Json | undefined, ground: Ground): Predicate | null {
  if (where === undefined) return null;
  const places: (Mark | null)[] = [];
  const predicate = readPredicate(where, ground, (at) => places.push(at));
  if (places.length > ground.rule.maxPredicates) throw new Refused('too_many_predicates', places[ground.rule.maxPredicates] ?? null);
  return predicate;
}

type Count = (at: Mark | null) => void;

function readPredicate(json: Json, ground: Ground, count: Count): Predicate {
  if (!isNode(json)) throw new Refused('predicate_not_allowed');
  const kind = json['class'];
  if (kind === 'CONJUNCTION') {
    only(json, ['class', 'type', 'query_location', 'children']);
    const of = list(json['children']).map((child) => readPredicate(child, ground, count));
    return { kind: json['type'] === 'CONJUNCTION_AND' ? 'and' : readOr(json), of };
  }
  count(place(json));
  if (kind === 'COMPARISON') return readComparison(json, ground);
  if (kind === 'BETWEEN') return readBetween(json, ground);
  if (kind === 'OPERATOR' && json['type'] === 'COMPARE_IN') return readIn(json, ground);
  throw misplaced(json, 'predicate_not_allowed');
}

function readOr(json: Node): 'or' {
  if (json['type'] !== 'CONJUNCTION_OR') throw new Refused('predicate_not_allowed', place(json));
  return 'or';
}

function readComparison(json: Node, ground: Ground): Predicate {
  only(json, ['class', 'type', 'query_location', 'left', 'right']);
  const comparison = comparisons[text(json['type'])];
  if (comparison === undefined) throw misplaced(json, 'predicate_not_allowed');
  const onRight = isValue(json['left']) && !isValue(json['right']);
  const [subject, value] = onRight ? [json['right'], json['left']] : [json['left'], json['right']];
  return compare(readSubject(subject, ground), onRight ? comparison.flipped : comparison.by, value, ground);
}

const isValue = (json: Json | undefined): boolean => isNode(json) && (json['class'] === 'CONSTANT' || json['class'] === 'CAST');

function readBetween(json: Node, ground: Ground): Predicate {
  only(json, ['class', 'type', 'query_location', 'input', 'lower', 'upper']);
  const cut = readSubject(json['input'], ground);
  return { kind: 'and', of: [compare(cut, '>=', json['lower'], ground), compare(cut, '<=', json['upper'], ground)] };
}

function readIn(json: Node, ground: Ground): Predicate {
  only(json, ['class', 'type', 'query_location', 'children']);
  const [subject, ...values] = list(json['children']);
  const cut = readSubject(subject, ground);
  if (values.length > maxValues) throw new Refused('too_many_values', place(json));
  if (!isGrained(cut, ground)) throw new Refused('grain_required', place(subject));
  return { kind: 'in', cut, values: values.map((value) => asHeld(readValue(value, cut, ground), cut, ground)) };
}

function readSubject(json: Json | undefined, ground: Ground): Cut {
  const cut = readCut(json, ground);
  if (cut === undefined) throw misplaced(json, 'predicate_not_allowed');
  return cut;
}

function readValue(json: Json | undefined, cut: Cut, ground: Ground): Literal {
  const family = familyOfColumn(cut.column, ground);
  // DuckDB's date_trunc of a date is a timestamp.
  return fitLiteral(readLiteral(json), family === 'date' && cut.grain !== null ? 'timestamp' : family, place(json));
}

/** Cells are exact, whatever their column. */
const asHeld = (value: Literal, cut: Cut, ground: Ground): Literal =>
  cut.grain === null ? nearest(value, typeOf(cut.column, ground)) : value;

/** A range on the bare column of a grained dimension is accepted where it cuts between cells: `>=` and `<`, ends aligned with the grain. */
function compare(cut: Cut, by: Comparison, json: Json | undefined, ground: Ground): Predicate {
  const value = readValue(json, cut, ground);
  if (!isGrained(cut, ground)) {
    const { grain } = dimensionOf(cut.column, ground, null);
    if (by === '=') throw new Refused('grain_required', place(json));
    const cell = grain === undefined || typeof grain === 'string' ? (grain ?? null) : { bin: String(grain.bin) };
    if (by === '<=' || by === '>' || cell === null || !isAligned(value, cell)) throw new Refused('range_not_aligned', place(json));
  }
  return { kind: 'compare', cut, by, value: asHeld(value, cut, ground) };
}
