import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGrammars } from './createGrammars.ts';
import { integerRange } from './integerRange.ts';
import { jsonSchemaGrammar } from './jsonSchemaGrammar.ts';
import type { JsonSchema } from './types.ts';

// Every byte is a token, and 256 ends the text: a grammar accepts a text if it accepts all of its bytes and then the end.
const grammars = createGrammars({
  size: 257,
  bytesOf: (id) => (id === 256 ? undefined : Uint8Array.of(id)),
  endIds: [256],
});

async function accepts(grammar: string, text: string | Uint8Array): Promise<boolean> {
  const constraint = await grammars.constrain(grammar);
  try {
    for (const id of [...(typeof text === 'string' ? new TextEncoder().encode(text) : text), 256]) {
      const bits = await constraint.allowed();
      if ((((bits[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 0) return false;
      constraint.accept(id);
    }
    return true;
  } finally {
    constraint.destroy();
  }
}

/** The `texts` that the grammar of `schema` accepts. */
async function taken(schema: JsonSchema, texts: readonly string[]): Promise<string[]> {
  const grammar = jsonSchemaGrammar(schema);
  const results: string[] = [];
  for (const text of texts) if (await accepts(grammar, text)) results.push(text);
  return results;
}

describe('the grammar of a schema accepts exactly the valid texts', () => {
  it.each<[string, JsonSchema, readonly string[], readonly string[]]>([
    ['any value', true, ['{}', '[1, "a"]', 'null', '-0.5'], ['{', '01', '1e5', 'nul', '"\n"', "'a'", '']],
    ['any object', { type: 'object' }, ['{}', '{"a": {"b": []}}'], ['[]', '{"a": 1,}', '{a: 1}']],
    ['a type or another', { type: ['string', 'null'] }, ['"x"', 'null'], ['0', '""x']],
    [
      'a property that may be left out',
      { properties: { a: { type: 'integer' }, b: { type: 'null' } }, required: ['b'] },
      ['{"b": null}', '{"a": 1, "b": null}'],
      ['{"a": 1}', '{}', '{"a": 1.5, "b": null}', '{"b": null, "c": 1}'],
    ],
    [
      'only properties that may be left out',
      { type: 'object', properties: { a: true, b: true, c: true } },
      ['{}', '{"b": 1}', '{"a": 1, "c": 2}', '{"b": 1, "c": 2}'],
      ['{, "b": 1}', '{"a": 1 "b": 2}'],
    ],
    ['a map', { additionalProperties: { type: 'boolean' } }, ['{}', '{"x": true, "y": false}'], ['{"x": 1}']],
    [
      'a list of some length',
      { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3 },
      ['[1]', '[1, 2, 3]'],
      ['[]', '[1, 2, 3, 4]', '[1,2]'],
    ],
    [
      'a tuple',
      { prefixItems: [{ type: 'integer' }, { type: 'string' }], items: false },
      ['[1, "a"]'],
      ['[1]', '["a", 1]'],
    ],
    [
      'a text of some length',
      { type: 'string', minLength: 2, maxLength: 3 },
      ['"ab"', '"äöü"', '"a\\n"', '"😀😀"'],
      ['"a"', '"a"b"', '"abcd"', '"a\t"', '"\u0000a"', '"a\\u00e9"'],
    ],
    [
      'one of some values',
      { enum: ['a "b"\n', 3, null, { x: [1] }] },
      ['"a \\"b\\"\\n"', '3', 'null', '{"x":[1]}'],
      ['4', 'a'],
    ],
    ['values of its type', { type: 'integer', enum: ['a', 1] }, ['1'], ['"a"']],
    [
      'a name that needs escapes',
      { properties: { 'q"\n😀': { const: 1 } }, required: ['q"\n😀'] },
      ['{"q\\"\\n😀": 1}'],
      ['{"q": 1}'],
    ],
    ['alternatives', { anyOf: [{ const: 1 }, { type: 'array', items: { const: 2 } }] }, ['1', '[2, 2]'], ['2', '[1]']],
    [
      'whole numbers between, bounds left out',
      { type: 'integer', exclusiveMinimum: 2, exclusiveMaximum: 5.5 },
      ['3', '5'],
      ['2', '6', '3.5'],
    ],
    [
      'numbers between, bounds left out',
      { type: 'number', exclusiveMinimum: 2, exclusiveMaximum: 5 },
      ['3', '3.5', '4'],
      ['2', '2.0', '5', '4.5'],
    ],
    [
      'numbers with a lower bound',
      { type: 'number', minimum: 3 },
      ['3', '3.0', '10.25', '99'],
      ['2', '2.9', '-3', '1'],
    ],
    [
      'numbers between',
      { type: 'number', minimum: -1.5, maximum: 1 },
      ['-1', '-0.25', '0.75', '1'],
      ['-1.5', '1.0', '1.5', '-2'],
    ],
  ])('%s', async (_, schema, fitting, others) => {
    expect(await taken(schema, [...fitting, ...others])).toEqual(fitting);
  });

  it('a schema that refers to itself', async () => {
    const schema = {
      $ref: '#/$defs/node',
      $defs: {
        node: { properties: { next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] } }, required: ['next'] },
      },
    };
    const good = ['{"next": null}', '{"next": {"next": {"next": null}}}'];
    expect(await taken(schema, [...good, '{}', '{"next": 1}'])).toEqual(good);
  });

  it('no invalid UTF-8', async () => {
    const quoted = (...bytes: number[]): Uint8Array => Uint8Array.of(0x22, ...bytes, 0x22);
    const grammar = jsonSchemaGrammar({ type: 'string', maxLength: 2 });
    expect(await accepts(grammar, quoted(0xed, 0xa0, 0x80))).toBe(false);
    expect(await accepts(grammar, quoted(0xc0, 0xaf))).toBe(false);
    expect(await accepts(grammar, quoted(0xc3))).toBe(false);
    expect(await accepts(grammar, quoted(0xc3, 0xa9))).toBe(true);
  });
});

it('names the keyword that it cannot enforce, and its path', () => {
  const cases: readonly [JsonSchema, string][] = [
    [{ type: 'string', pattern: '^a' }, '#/pattern'],
    [{ type: 'array', uniqueItems: true }, '#/uniqueItems'],
    [{ properties: { 'a/b': { not: {} } } }, '#/properties/a~1b/not'],
    [{ allOf: [{ type: 'integer' }] }, '#/allOf'],
    [{ oneOf: [{ type: 'integer' }] }, '#/oneOf'],
    [{ type: 'integer', multipleOf: 3 }, '#/multipleOf'],
    [{ type: 'colour' }, '#/type'],
    [{ $ref: 'https://example.org/a.json' }, '#/$ref'],
    [{ $ref: '#/$defs/none' }, '#/$ref'],
    [{ $ref: '#' }, '#'],
    [
      {
        anyOf: [{ $ref: '#/$defs/a' }],
        $defs: { a: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/b' }] }, b: { $ref: '#/$defs/a' } },
      },
      '#',
    ],
    [{ type: 'integer', minimum: 4, maximum: 3 }, '#'],
    [{ type: 'string', maxLength: 2 ** 40 }, '#/maxLength'],
    [{ properties: { a: true }, additionalProperties: { type: 'string' } }, '#/additionalProperties'],
    [{ type: 'object', required: ['a'] }, '#/required'],
    [{ $ref: '#/$defs/a', minimum: 2, $defs: { a: {} } }, '#/minimum'],
    [false, '#'],
  ];
  for (const [schema, place] of cases) {
    expect(() => jsonSchemaGrammar(schema), JSON.stringify(schema)).toThrow(
      expect.objectContaining({ code: 'CHAT_SCHEMA_UNSUPPORTED', facts: { place } }),
    );
  }
});

it('integer ranges are exact', () => {
  const bound = fc.integer({ min: -2_000, max: 20_000 });
  fc.assert(
    fc.property(bound, bound, fc.double({ min: 0, max: 1, noNaN: true }), (one, other, share) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      const expression = (from: number, to: number): RegExp =>
        // Without quotes and spaces the notation is that of regular expressions.
        new RegExp(`^${integerRange(from, to).replaceAll(/[" ]/g, '')}$`);
      const inside = Math.round(low + share * (high - low));
      for (const near of [inside, low - 1, low, high, high + 1]) {
        expect(expression(low, high).test(String(near))).toBe(near >= low && near <= high);
        expect(expression(low, Number.POSITIVE_INFINITY).test(String(near))).toBe(near >= low);
        expect(expression(Number.NEGATIVE_INFINITY, high).test(String(near))).toBe(near <= high);
      }
    }),
  );
});
