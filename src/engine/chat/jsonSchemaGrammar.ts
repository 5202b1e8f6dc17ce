// Turns a JSON Schema into a grammar whose every sentence is JSON that validates against the schema. The grammar is often narrower
// than the schema (properties in a fixed order and no additional ones; one way to place spaces; no exponents, no \u escapes), never
// wider: a keyword that cannot be enforced is refused by name. Notation: xgrammar's EBNF (https://xgrammar.mlc.ai/docs/).
//
// xgrammar has its own converter. Version 0.1.27 lets through raw control characters in strings of limited length and
// integers outside their range (1 for `minimum: 3`), and silently ignores `not`, `allOf`, `if` and `uniqueItems`.
import { TributaryError } from '../../lib/errors.ts';
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

/** Maximum length of strings and lists, since the grammar grows with them. */
const LONGEST = 10_000;
const MAX_DEPTH = 64;

function refused(place: string, why: string): TributaryError {
  return new TributaryError({
    code: 'CHAT_SCHEMA_UNSUPPORTED',
    message: `The answer cannot be kept to this JSON schema: ${why}`,
    facts: { place: place === '' ? '#' : `#${place}` },
    hint: 'Leave this part of the schema out, and check it on the answer.',
  });
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

const json = (value: unknown): string => terminal(JSON.stringify(value));
const oneOf = (choices: readonly string[]): string =>
  choices.length === 1 ? (choices[0] as string) : `(${choices.join(' | ')})`;
const times = (item: string, least: number, most: number | undefined): string =>
  most === 0 ? '""' : `${item}{${least},${most ?? ''}}`;

// In this version of the library a class consists of bytes, and a class of a single byte above 127 turns into two: hence UTF-8
// spelled out in bytes (RFC 3629, section 4), in ranges of at least two.
const characters = [
  String.raw`[\x20-\x21\x23-\x5b\x5d-\x7f]`,
  String.raw`"\\" ["\\/bfnrt]`,
  String.raw`[\xc2-\xdf] continued`,
  String.raw`[\xe0-\xe1] [\xa0-\xbf] continued`,
  String.raw`[\xe1-\xec\xee-\xef] continued continued`,
  String.raw`[\xec-\xed] [\x80-\x9f] continued`,
  String.raw`[\xf0-\xf1] [\x90-\xbf] continued continued`,
  String.raw`[\xf1-\xf3] continued continued continued`,
  String.raw`[\xf3-\xf4] [\x80-\x8f] continued continued`,
];
const DIGITS = '("." [0-9]{1,12})';

const builtin = [
  String.raw`continued ::= [\x80-\xbf]`,
  `character ::= ${characters.join(' | ')}`,
  String.raw`string ::= "\"" character* "\""`,
  'integer ::= "-"? ("0" | [1-9] [0-9]{0,14})',
  `number ::= "-"? ("0" | [1-9] [0-9]{0,14}) ${DIGITS}?`,
  'boolean ::= "true" | "false"',
  'value ::= object | array | string | number | boolean | "null"',
  'object ::= "{" (string ": " value (", " string ": " value)*)? "}"',
  'array ::= "[" (value (", " value)*)? "]"',
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

  function bound(keywords: Keywords, keyword: string, place: string): number | undefined {
    const value = keywords[keyword];
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
    throw refused(`${place}/${keyword}`, `"${keyword}" must be a number that a double holds exactly.`);
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
      const entry = rule(`${json(name)} ": " ${value}`);
      const first: string = `${entry} ${after}`;
      if (required.includes(name)) {
        before = rule(first);
        after = rule(`", " ${entry} ${after}`);
      } else {
        before = rule(`${first} | ${before}`);
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
    const further = times(`(", " ${item})`, Math.max(0, least - 1), most === undefined ? undefined : most - 1);
    const filled = `${item} ${further}`;
    return rule(least > 0 ? `"[" ${filled} "]"` : `"[" (${filled})? "]"`);
  }

  function numberOf(keywords: Keywords, type: 'number' | 'integer', place: string): string {
    const exclusiveLowest = bound(keywords, 'exclusiveMinimum', place);
    const exclusiveHighest = bound(keywords, 'exclusiveMaximum', place);
    const lowest = Math.max(
      Math.ceil(bound(keywords, 'minimum', place) ?? Number.NEGATIVE_INFINITY),
      exclusiveLowest === undefined ? Number.NEGATIVE_INFINITY : Math.floor(exclusiveLowest) + 1,
    );
    const highest = Math.min(
      Math.floor(bound(keywords, 'maximum', place) ?? Number.POSITIVE_INFINITY),
      exclusiveHighest === undefined ? Number.POSITIVE_INFINITY : Math.ceil(exclusiveHighest) - 1,
    );
    if (lowest === Number.NEGATIVE_INFINITY && highest === Number.POSITIVE_INFINITY) return type;
    if (lowest > highest) throw refused(place, 'no whole number lies between its bounds.');
    const choices = [integerRange(lowest, highest)];
    if (type === 'number') {
      // n.5 lies between n and n + 1, so both must be allowed; -n.5 between -n - 1 and -n.
      const [least, most] = [Math.max(0, lowest), highest - 1];
      if (least <= most) choices.push(`${integerRange(least, most)} ${DIGITS}`);
      const [negativeLeast, negativeMost] = [Math.max(0, -highest), -lowest - 1];
      if (negativeLeast <= negativeMost) choices.push(`"-" ${integerRange(negativeLeast, negativeMost)} ${DIGITS}`);
    }
    return rule(oneOf(choices));
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
    for (const part of pointer.split('/').slice(1)) {
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
    return rule(oneOf(fitting.map(json)));
  }

  const root = of(schema, '', 0);
  checkCycles();
  return [`root ::= ${root}`, ...rules, ...builtin].join('\n');
}
