// Turns a JSON Schema into a grammar whose every sentence is JSON that validates against the schema. The grammar is often narrower
// than the schema (properties in a fixed order and no additional ones; one way to place spaces; no exponents, no \u escapes), never
// wider: a keyword that cannot be enforced is refused by name. Notation: xgrammar's EBNF (https://xgrammar.mlc.ai/docs/).
//
// xgrammar has its own converter. Version 0.1.27 lets through raw control characters in strings of limited length and
// integers outside their range (1 for `minimum: 3`), and silently ignores `not`, `allOf`, `if` and `uniqueItems`. Nor can its own
// simplification be trusted with alternatives that begin or end alike: see `oneOf`.
import { TributaryError } from '../../lib/errors.ts';
import { type Bound, decimalRange, MAX_DECIMALS } from './decimalRange.ts';
import { integerRange } from './integerRange.ts';
import type { JsonSchema } from './types.ts';

type Keywords = Readonly<Record<string, unknown>>;

/** Keywords that do not constrain values. */
const annotations = new Set([
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
]);

const keywordsOf = {
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items', 'prefixItems', 'minItems', 'maxItems'],
  string: ['minLength', 'maxLength'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  boolean: [],
  null: [],
} as const;

type TypeName = keyof typeof keywordsOf;
const typeNames = Object.keys(keywordsOf) as TypeName[];
const isType = (value: unknown): value is TypeName => typeNames.includes(value as TypeName);

/** Maximum length of strings and lists. */
const LONGEST = 1_000_000;

/**
 * Times that one repetition may count. The library turns a count into as many states and tries all that a token could end in:
 * 0 to 500 took a hundred times as long per token as any number. So longer ones count in blocks of this many.
 */
const MAX_COUNT = 16;
const MAX_DEPTH = 64;

function refused(place: string, why: string): TributaryError {
  return new TributaryError({
    code: 'CHAT_SCHEMA_UNSUPPORTED',
    message: `The answer cannot be kept to this JSON schema: ${why}`,
    facts: { place: place === '' ? '#' : `#${place}` },
    hint: 'Leave this part of the schema out, and check it on the answer.',
  });
}

/** A fragment of an address may escape what addresses do not hold. */
function unescaped(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

/** Whether a value is of JSON, and not nested too deep (a cycle is without end). */
function isJson(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value !== 'object') return Number.isFinite(value);
  return depth < MAX_DEPTH && Object.values(value).every((part) => isJson(part, depth + 1));
}

/** A string as a terminal, always in ASCII. */
function terminal(text: string): string {
  const escaped = [...text].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '"' || character === '\\') return `\\${character}`;
    if (code >= 0x20 && code < 0x7f) return character;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${escaped.join('')}"`;
}

// In this version of the library a class consists of bytes, and a class of a single byte above 127 turns into two: hence UTF-8
// spelled out in bytes (RFC 3629, section 4), in ranges of at least two.
const characters = [
  String.raw`[\x20-\x21\x23-\x5b\x5d-\x7f]`,
  String.raw`"\\" ["\\/bfnrt]`,
  // Control characters that have no shorter escape, as JSON.stringify writes them.
  String.raw`"\\u00" ("0" [0-7bef] | "1" [0-9a-f])`,
  String.raw`[\xc2-\xdf] continued`,
  String.raw`[\xe0-\xe1] [\xa0-\xbf] continued`,
  String.raw`[\xe1-\xec\xee-\xef] continued continued`,
  String.raw`[\xec-\xed] [\x80-\x9f] continued`,
  String.raw`[\xf0-\xf1] [\x90-\xbf] continued continued`,
  String.raw`[\xf1-\xf3] continued continued continued`,
  String.raw`[\xf3-\xf4] [\x80-\x8f] continued continued`,
];

const builtin = [
  String.raw`continued ::= [\x80-\xbf]`,
  `character ::= ${characters.join(' | ')}`,
  String.raw`string ::= "\"" character* "\""`,
  'integer ::= "-"? ("0" | [1-9] [0-9]{0,14})',
  `number ::= "-"? ("0" | [1-9] [0-9]{0,14}) ("." [0-9]{1,${MAX_DECIMALS}})?`,
  'boolean ::= "true" | "false"',
  'value ::= object | array | string | number | boolean | "null"',
  'object ::= "{" (string ": " value (", " string ": " value)*)? "}"',
  'array ::= "[" (value (", " value)*)? "]"',
  'nothing ::= ""',
] as const;

/**
 * The grammar of `schema`; its first rule is `root`. Throws `CHAT_SCHEMA_UNSUPPORTED` with the path (a JSON pointer) of a keyword
 * that cannot be enforced, or of a contradiction.
 */
export function jsonSchemaGrammar(schema: JsonSchema): string {
  const rules: string[] = [];
  /** Rules of `$ref` targets, by pointer. */
  const targets = new Map<string, string>();
  /** For a target that is only a reference, or a choice between references: those it leads to. There must be no cycle. */
  const leadsTo = new Map<string, Set<string>>();

  const rule = (body: string): string => {
    const name = `rule${rules.length}`;
    rules.push(`${name} ::= ${body}`);
    return name;
  };

  /**
   * One of `choices`, each a rule of its own. Where several begin or end alike, the library merges states that are not equal
   * (mlc-ai/xgrammar#618, in 0.1.27): the enum of "a", "aa" and "aaaa" let "aaaaaaa" through, the numbers up to 99999 those of any
   * length. It does so within a rule, and copies rules into others unless they refer to further ones: hence `nothing`.
   */
  function oneOf(choices: readonly string[]): string {
    if (choices.length === 1) return choices[0] as string;
    return `(${choices.map((each) => rule(`${each} nothing`)).join(' | ')})`;
  }

  /**
   * One of `texts`, which are sorted and differ, by a tree of their beginnings: of a rule's choices no two begin alike, so that of a
   * thousand texts one is followed and not each. Characters beyond ASCII may begin with the same byte: such choices are rules of their
   * own, and all refer to a further one, for the reasons given above.
   */
  function oneText(texts: readonly string[]): string {
    const [first = '', last = ''] = [texts[0], texts.at(-1)];
    if (texts.length === 1) return terminal(first);
    let shared = 0;
    while (shared < first.length && first[shared] === last[shared]) shared += 1;
    // Not within a character.
    if (/[\ud800-\udbff]/.test(first[shared - 1] ?? '')) shared -= 1;
    const groups = Map.groupBy(texts, (text) => text.codePointAt(shared));
    const ways = [...groups].map(([character = 0, group]) => {
      const way = oneText(group.map((text) => text.slice(shared)));
      return character > 0x7f ? rule(`${way} nothing`) : way;
    });
    const next = rule(`(${ways.join(' | ')}) nothing`);
    return shared === 0 ? next : `${terminal(first.slice(0, shared))} ${next}`;
  }

  /** `item` exactly `count` times. */
  function exactly(item: string, count: number): string {
    if (count === 0) return '""';
    if (count <= MAX_COUNT) return `${item}{${count},${count}}`;
    const rest = count % MAX_COUNT;
    const blocks = exactly(rule(`${item}{${MAX_COUNT},${MAX_COUNT}}`), (count - rest) / MAX_COUNT);
    return rest === 0 ? blocks : `${blocks} ${exactly(item, rest)}`;
  }

  /** `item` any number of times up to `count`. */
  function upTo(item: string, count: number): string {
    if (count === 0) return '""';
    if (count < 2 * MAX_COUNT) return `${item}{0,${count}}`;
    // At least a block less one remains for single items, so no number is left out.
    const blocks = Math.floor((count - MAX_COUNT + 1) / MAX_COUNT);
    const block = rule(`${item}{${MAX_COUNT},${MAX_COUNT}}`);
    return `${upTo(block, blocks)} ${item}{0,${count - blocks * MAX_COUNT}}`;
  }

  /** `item` from `least` to `most` times. */
  function times(item: string, least: number, most: number | undefined): string {
    const further = most === undefined ? `${item}*` : upTo(item, most - least);
    return least === 0 ? further : `${exactly(item, least)} ${further}`;
  }

  function limit(keywords: Keywords, keyword: string, place: string): number | undefined {
    const value = keywords[keyword];
    if (value === undefined) return undefined;
    if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LONGEST) return value as number;
    throw refused(`${place}/${keyword}`, `"${keyword}" must be a whole number from 0 to ${LONGEST}.`);
  }

  function limits(keywords: Keywords, kind: 'Items' | 'Length', place: string): [number, number | undefined] {
    const least = limit(keywords, `min${kind}`, place) ?? 0;
    const most = limit(keywords, `max${kind}`, place);
    if (most !== undefined && most < least) throw refused(place, `"max${kind}" is below "min${kind}".`);
    return [least, most];
  }

  /** `direction`: 1 for an upper bound. One that no number of the grammar reaches counts as none. */
  function bound(keywords: Keywords, keyword: string, direction: 1 | -1, place: string): Bound[] {
    const value = keywords[keyword];
    if (value === undefined) return [];
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw refused(`${place}/${keyword}`, `"${keyword}" must be a number.`);
    if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return [{ value, exclusive: keyword.startsWith('exclusive') }];
    if (value * direction > 0) return [];
    throw refused(`${place}/${keyword}`, `"${keyword}" leaves only numbers beyond 2^53, which are not all exact.`);
  }

  function objectOf(keywords: Keywords, place: string, depth: number): string {
    const { properties, required = [], additionalProperties } = keywords;
    if (!Array.isArray(required)) throw refused(`${place}/required`, '"required" must be a list of names.');
    const named = properties === undefined ? {} : subschemas(properties, `${place}/properties`);
    const names = Object.keys(named);
    const unknown = required.find((name) => !names.includes(name as string));
    if (unknown !== undefined)
      throw refused(`${place}/required`, `the required property ${JSON.stringify(unknown)} is not described.`);
    if (names.length === 0) {
      if (additionalProperties === false) return '"{}"';
      if (additionalProperties === undefined || additionalProperties === true) return 'object';
      const entry = `string ": " ${of(additionalProperties, `${place}/additionalProperties`, depth)}`;
      return rule(`"{" (${entry} (", " ${entry})*)? "}"`);
    }
    // An additional property could repeat the name of a described one.
    if (additionalProperties !== undefined && typeof additionalProperties !== 'boolean')
      throw refused(`${place}/additionalProperties`, 'a schema for further properties beside described ones.');
    // From the last property to the first: what follows if a property has been written, and what follows if none has.
    let after = '""';
    let before: string | undefined = '""';
    for (const name of names.toReversed()) {
      const value = of(
        named[name] as JsonSchema,
        `${place}/properties/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        depth,
      );
      const entry = rule(`${terminal(JSON.stringify(name))} ": " ${value}`);
      const first: string = `${entry} ${after}`;
      if (required.includes(name)) {
        before = rule(first);
        after = rule(`", " ${entry} ${after}`);
      } else {
        before = rule(oneOf([first, before]));
        after = rule(`(", " ${entry})? ${after}`);
      }
    }
    return rule(`"{" ${before} "}"`);
  }

  function arrayOf(keywords: Keywords, place: string, depth: number): string {
    const { items = true, prefixItems } = keywords;
    const [least, most] = limits(keywords, 'Items', place);
    if (prefixItems !== undefined) {
      if (!Array.isArray(prefixItems) || prefixItems.length === 0)
        throw refused(`${place}/prefixItems`, '"prefixItems" must be a list of schemas.');
      if (least > prefixItems.length || (most ?? prefixItems.length) < prefixItems.length)
        throw refused(place, 'other numbers of items than "prefixItems" has.');
      const parts = prefixItems.map((item, index) => of(item, `${place}/prefixItems/${index}`, depth));
      return rule(`"[" ${parts.join(' ", " ')} "]"`);
    }
    if (items === false || most === 0) {
      if (least > 0) throw refused(place, 'a list that must have items and may not.');
      return '"[]"';
    }
    const item = of(items, `${place}/items`, depth);
    const further = times(rule(`", " ${item}`), Math.max(0, least - 1), most === undefined ? undefined : most - 1);
    const filled = `${item} ${further}`;
    return rule(least > 0 ? `"[" ${filled} "]"` : `"[" (${filled})? "]"`);
  }

  function integerOf(low: Bound | undefined, high: Bound | undefined, place: string): string {
    const lowest =
      low === undefined ? Number.NEGATIVE_INFINITY : low.exclusive ? Math.floor(low.value) + 1 : Math.ceil(low.value);
    const highest =
      high === undefined
        ? Number.POSITIVE_INFINITY
        : high.exclusive
          ? Math.ceil(high.value) - 1
          : Math.floor(high.value);
    if (lowest > highest) throw refused(place, 'no whole number lies between its bounds.');
    return rule(oneOf(integerRange(lowest, highest)));
  }

  function numberOf(keywords: Keywords, type: 'number' | 'integer', place: string): string {
    const bounds = (side: 'Minimum' | 'Maximum', direction: 1 | -1): Bound | undefined =>
      // Where both are given, the narrower; at the same value the exclusive one.
      [side.toLowerCase(), `exclusive${side}`]
        .flatMap((keyword) => bound(keywords, keyword, direction, place))
        .sort(
          (one, other) => (one.value - other.value) * direction || Number(other.exclusive) - Number(one.exclusive),
        )[0];
    const [low, high] = [bounds('Minimum', -1), bounds('Maximum', 1)];
    if (low === undefined && high === undefined) return type;
    if (type === 'integer') return integerOf(low, high, place);
    const numbers = decimalRange(low, high);
    if (numbers === undefined)
      throw refused(place, `no number of at most ${MAX_DECIMALS} decimals lies between its bounds.`);
    return rule(oneOf(numbers));
  }

  function typed(type: TypeName, keywords: Keywords, place: string, depth: number): string {
    if (type === 'object') return objectOf(keywords, place, depth);
    if (type === 'array') return arrayOf(keywords, place, depth);
    if (type === 'null') return '"null"';
    if (type === 'boolean') return type;
    if (type !== 'string') return numberOf(keywords, type, place);
    const [least, most] = limits(keywords, 'Length', place);
    return least === 0 && most === undefined ? type : rule(`"\\"" ${times('character', least, most)} "\\""`);
  }

  function subschemas(value: unknown, place: string): Readonly<Record<string, unknown>> {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Keywords;
    throw refused(place, 'schemas by name are expected here.');
  }

  function lookUp(pointer: string, place: string): unknown {
    let target: unknown = schema;
    for (const part of unescaped(pointer).split('/').slice(1)) {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const inside = typeof target === 'object' && target !== null && Object.hasOwn(target, key);
      if (!inside) throw refused(`${place}/$ref`, `there is nothing at ${pointer}.`);
      target = (target as Keywords)[key];
    }
    return target;
  }

  /** The rule of a `$ref` target: named before its body is written, because it may refer to itself. */
  function reference(pointer: unknown, place: string, depth: number, owner: string | undefined): string {
    if (typeof pointer !== 'string' || !/^#(\/|$)/.test(pointer))
      throw refused(`${place}/$ref`, 'only places within the schema can be referred to.');
    const known = targets.get(pointer);
    const name = known ?? `target${targets.size}`;
    if (owner !== undefined) leadsTo.get(owner)?.add(name);
    if (known !== undefined) return known;
    targets.set(pointer, name);
    leadsTo.set(name, new Set());
    const body = of(lookUp(pointer, place), pointer.slice(1), depth, name);
    rules.push(`${name} ::= ${body}`);
    return name;
  }

  function checkCycles(): void {
    const settled = new Set<string>();
    const visit = (name: string, way: readonly string[]): void => {
      if (way.includes(name)) throw refused('', 'a reference comes back to itself without a value between.');
      if (settled.has(name)) return;
      for (const next of leadsTo.get(name) ?? []) visit(next, [...way, name]);
      settled.add(name);
    };
    for (const name of leadsTo.keys()) visit(name, []);
  }

  function only(keywords: Keywords, allowed: readonly string[], place: string): void {
    const foreign = Object.keys(keywords).find((keyword) => !allowed.includes(keyword) && !annotations.has(keyword));
    if (foreign !== undefined) throw refused(`${place}/${foreign}`, `"${foreign}" cannot be kept to here.`);
  }

  function choice(value: unknown, place: string, depth: number, owner: string | undefined): string {
    if (!Array.isArray(value) || value.length === 0) throw refused(place, 'a list of schemas is expected here.');
    return rule(oneOf(value.map((each, index) => of(each, `${place}/${index}`, depth, owner))));
  }

  /** An expression for the values of a subschema. `owner`: the target that has this as an alternative. */
  function of(part: unknown, place: string, depth: number, owner?: string): string {
    if (depth > MAX_DEPTH) throw refused(place, `it is nested more than ${MAX_DEPTH} deep.`);
    if (part === true) return 'value';
    if (part === false) throw refused(place, 'no value fits "false".');
    const keywords = subschemas(part, place);
    if (keywords['$ref'] !== undefined) {
      only(keywords, ['$ref'], place);
      return reference(keywords['$ref'], place, depth + 1, owner);
    }
    if (keywords['anyOf'] !== undefined) {
      only(keywords, ['anyOf'], place);
      return choice(keywords['anyOf'], `${place}/anyOf`, depth + 1, owner);
    }
    const { type } = keywords;
    const types = Array.isArray(type) ? type : [type];
    if (type !== undefined && (types.length === 0 || !types.every(isType)))
      throw refused(`${place}/type`, `"type" must be of ${typeNames.join(', ')}.`);
    if (keywords['const'] !== undefined || keywords['enum'] !== undefined) {
      only(keywords, ['type', 'const', 'enum'], place);
      return literals(keywords, type === undefined ? undefined : types, place);
    }
    // Without `type`, the types that the keywords apply to.
    const spoken = typeNames.filter((name) => name !== 'integer' && keywordsOf[name].some((each) => each in keywords));
    const wanted = type === undefined ? spoken : (types as TypeName[]);
    only(keywords, ['type', ...wanted.flatMap((name) => [...keywordsOf[name]])], place);
    if (wanted.length === 0) return 'value';
    return oneOf(wanted.map((name) => typed(name, keywords, place, depth + 1)));
  }

  function literal(value: unknown, place: string): string {
    // JSON.stringify would write NaN as null.
    if (!isJson(value)) throw refused(place, 'a value that it lists is no JSON.');
    return JSON.stringify(value);
  }

  function literals(keywords: Keywords, types: readonly unknown[] | undefined, place: string): string {
    const listed = keywords['enum'];
    const values = 'const' in keywords ? [keywords['const']] : listed;
    if (!Array.isArray(values) || values.length === 0 || ('const' in keywords && listed !== undefined))
      throw refused(place, 'either "const" or a list of "enum" values is expected.');
    const typeOf = (value: unknown): readonly string[] => {
      if (value === null) return ['null'];
      if (Array.isArray(value)) return ['array'];
      return Number.isInteger(value) ? ['integer', 'number'] : [typeof value];
    };
    const fitting = values.filter((value) => types === undefined || typeOf(value).some((name) => types.includes(name)));
    if (fitting.length === 0) throw refused(place, 'none of its values has its type.');
    const texts = new Set(fitting.map((value) => literal(value, place)));
    return rule(oneText([...texts].sort()));
  }

  const root = of(schema, '', 0);
  checkCycles();
  return [`root ::= ${root}`, ...rules, ...builtin].join('\n');
}
