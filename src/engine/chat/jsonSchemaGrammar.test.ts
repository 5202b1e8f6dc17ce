import { Ajv } from 'ajv';
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
      ['2.000000000001', '3', '3.5', '4', '4.5', '4.99'],
      ['2', '2.0', '5', '5.0', '1.9'],
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
      ['-1', '-0.25', '0.75', '1', '-1.5', '1.0', '-1.50'],
      ['-1.51', '1.5', '1.01', '-2', '-0', '-0.0'],
    ],
    [
      'numbers above zero',
      { type: 'number', exclusiveMinimum: 0 },
      ['0.35', '0.000000000001', '1', '12.5'],
      ['0', '0.0', '0.000000000000', '-0.35', '-1'],
    ],
    [
      'numbers between zero and one',
      { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
      ['0.35', '0.999999999999'],
      ['0', '1', '1.0', '0.0', '-0.5'],
    ],
    [
      'numbers between fractions',
      { type: 'number', minimum: 0.2, maximum: 0.8 },
      ['0.2', '0.20', '0.5', '0.8', '0.79999', '0.800'],
      ['0.1', '0.19999', '0.81', '0.80001', '0', '1'],
    ],
    [
      'numbers between fractions of either sign',
      { type: 'number', minimum: -0.5, exclusiveMaximum: 12.25 },
      ['-0.5', '-0.49', '0', '12', '12.2', '12.24999', '3.75'],
      ['-0.51', '-1', '12.25', '12.250', '12.3', '13'],
    ],
    [
      'the narrower of two bounds',
      { type: 'number', minimum: 1, exclusiveMinimum: 1, maximum: 2, exclusiveMaximum: 3 },
      ['1.5', '2', '2.0'],
      ['1', '1.0', '2.5'],
    ],
    [
      'bounds that no number reaches',
      { type: 'number', minimum: -1e300, maximum: 1e300 },
      ['-1.5', '0', '999999999999999'],
      ['1e300'],
    ],
    [
      'a text with an escaped control character',
      { type: 'string', maxLength: 2 },
      ['"\\u0001"', '"\\u001f\\n"'],
      ['"\\u0041"', '"\\u0008"', '"\u0001"'],
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

  it('a reference to a name that an address escapes', async () => {
    const schema = { $ref: '#/$defs/a%20b%25', $defs: { 'a b%': { type: 'null' } } };
    expect(await taken(schema, ['null', '1'])).toEqual(['null']);
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

describe('alternatives that begin or end alike', () => {
  it.each<[string, JsonSchema, readonly string[], readonly string[]]>([
    [
      'whole numbers',
      { type: 'integer', minimum: 74, maximum: 1_462_781 },
      ['74', '999', '99999', '1462781'],
      ['6468079', '73', '1462782', '123456789'],
    ],
    [
      'numbers with a fraction',
      { type: 'number', minimum: 47.375, maximum: 223_490.57 },
      ['47.375', '99', '223490.57', '223490'],
      ['792057', '1234567', '47.3'],
    ],
    ['texts', { enum: ['bbb', 'b', 'baa', 'baba', 'bbabbba'] }, ['"b"', '"bbabbba"'], ['"bb"', '"bbbb"', '"bbbbabba"']],
    [
      'texts with parts of characters in common',
      { enum: ['😀', '😁', '😀😁', '\ud83d', 'é', 'è', '', 'é'] },
      ['"😀"', '"😁"', '"😀😁"', '"\\ud83d"', '"é"', '"è"', '""'],
      ['"😂"', '"😁😀"', '"', '"\\ud83d\\ude00"', '"ê"'],
    ],
    ['whole values', { enum: [1122, 2_222_221, 111, 21] }, ['21', '2222221'], ['22', '22222222', '2', '1121']],
    [
      'names',
      { properties: { ab: { const: 1 }, aba: { const: 1 }, b: { const: 1 }, bab: { const: 1 } } },
      ['{}', '{"ab": 1, "bab": 1}', '{"aba": 1}'],
      ['{"a": 1}', '{"abab": 1}', '{"ba": 1}'],
    ],
    [
      'schemas',
      { anyOf: [{ const: 'aaab' }, { const: 'a' }, { type: 'string', maxLength: 1 }] },
      ['"aaab"', '""'],
      ['"aa"'],
    ],
  ])('%s are told apart', async (_, schema, fitting, others) => {
    expect(await taken(schema, [...fitting, ...others])).toEqual(fitting);
  });
});

it('a list of texts allows them, and what begins as one of them goes on as one of them', async () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'ä', '😀', '😁', '"', '\\'), { maxLength: 5 })
    .map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 12 }), async (texts) => {
      const grammar = jsonSchemaGrammar({ enum: texts });
      const known = texts.map((each) => new TextEncoder().encode(JSON.stringify(each)));
      const begin = (bytes: readonly number[]) => known.filter((each) => bytes.every((byte, at) => each[at] === byte));
      // Every beginning of a text, and what may follow it.
      for (const each of known) {
        const constraint = await grammars.constrain(grammar);
        const read: number[] = [];
        for (const id of [...each, 256]) {
          const bits = await constraint.allowed();
          const allowed = Array.from({ length: 257 }, (_, at) => at).filter(
            (at) => (((bits[at >>> 5] ?? 0) >>> (at & 31)) & 1) === 1,
          );
          const follows = new Set(begin(read).map((other) => other[read.length] ?? 256));
          expect(allowed).toEqual([...follows].sort((one, other) => one - other));
          constraint.accept(id);
          read.push(id);
        }
        constraint.destroy();
      }
    }),
    { numRuns: 150 },
  );
});

it('names the keyword that it cannot enforce, and its path', () => {
  const cases: readonly [JsonSchema, string][] = [
    [{ type: 'string', pattern: '^a' }, '#/pattern'],
    [{ type: 'array', uniqueItems: true }, '#/uniqueItems'],
    [{ properties: { 'a/b': { not: {} } } }, '#/properties/a~1b/not'],
    [{ allOf: [{ type: 'integer' }] }, '#/allOf'],
    [{ oneOf: [{ type: 'integer' }] }, '#/oneOf'],
    [{ type: 'integer', multipleOf: 3 }, '#/multipleOf'],
    [{ const: Number.NaN }, '#'],
    [{ enum: [1, { a: [undefined] }] }, '#'],
    [{ enum: [Number.POSITIVE_INFINITY] }, '#'],
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
    [{ type: 'integer', exclusiveMinimum: 1, exclusiveMaximum: 2 }, '#'],
    [{ type: 'number', exclusiveMinimum: 1, maximum: 1 }, '#'],
    [{ type: 'number', exclusiveMinimum: 0, maximum: 1e-13 }, '#'],
    [{ type: 'number', minimum: 1e300 }, '#/minimum'],
    [{ type: 'number', minimum: '1' }, '#/minimum'],
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

describe('long texts and lists', () => {
  const text = (length: number): string => `"${'x'.repeat(length)}"`;
  it.each<[number, number | undefined]>([
    [0, 31],
    [0, 32],
    [0, 500],
    [17, 33],
    [500, 500],
    [300, 777],
    [40, undefined],
  ])('from %s to %s are counted exactly', async (least, most) => {
    const bounds = { minLength: least, ...(most === undefined ? {} : { maxLength: most }) };
    const lengths = [
      0,
      1,
      15,
      16,
      17,
      31,
      32,
      33,
      256,
      least - 1,
      least,
      least + 1,
      (most ?? 900) - 1,
      most ?? 900,
    ].filter((length) => length >= 0);
    const fits = (length: number): boolean => length >= least && length <= (most ?? Number.POSITIVE_INFINITY);
    const wide = most === undefined ? [] : [most + 1];
    expect(await taken({ type: 'string', ...bounds }, [...lengths, ...wide].map(text))).toEqual(
      lengths.filter(fits).map(text),
    );
    const list = (length: number): string => `[${Array.from({ length }, () => '1').join(', ')}]`;
    const schema = {
      type: 'array',
      items: { type: 'integer' },
      minItems: least,
      ...(most === undefined ? {} : { maxItems: most }),
    };
    expect(await taken(schema, [...lengths, ...wide].map(list))).toEqual(lengths.filter(fits).map(list));
  });

  it('do not make the grammar long, nor count its states one by one', async () => {
    const schema = { type: 'string', maxLength: 1_000_000 };
    const grammar = jsonSchemaGrammar(schema);
    expect(grammar.length).toBeLessThan(1_500);
    for (const [, count = '0'] of grammar.matchAll(/\{\d+,(\d+)\}/g)) expect(Number(count)).toBeLessThan(32);
    expect(await taken(schema, [text(3)])).toEqual([text(3)]);
    expect(
      await taken({ type: 'string', minLength: 9_990, maxLength: 10_000 }, [text(9_989), text(9_995), text(10_001)]),
    ).toEqual([text(9_995)]);
  });
});

describe('agrees with a validator', () => {
  const ajv = new Ajv({ strict: false });
  /** The text of a value as the grammars write it. */
  const written = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    return `{${Object.entries(value)
      .map(([name, each]) => `${JSON.stringify(name)}: ${written(each)}`)
      .join(', ')}}`;
  };
  const decimal = fc.oneof(
    fc
      .tuple(fc.integer({ min: -3_000, max: 3_000 }), fc.integer({ min: 0, max: 3 }))
      .map(([digits, places]) => Number(`${digits}e-${places}`)),
    fc.constantFrom(0, 1, -1, 0.1, 9.99, 10, 99.999, 1e-9, 123_456_789.125),
  );
  const bounds = fc.record(
    { minimum: decimal, maximum: decimal, exclusiveMinimum: decimal, exclusiveMaximum: decimal },
    { requiredKeys: [] },
  );
  const size = fc.nat({ max: 40 });
  const scalar: fc.Arbitrary<JsonSchema> = fc.oneof(
    bounds.map((each) => ({ type: 'number', ...each })),
    bounds.map((each) => ({ type: 'integer', ...each })),
    fc.record({ minLength: size, maxLength: size }, { requiredKeys: [] }).map((each) => ({ type: 'string', ...each })),
    fc.constantFrom<JsonSchema>(
      { type: 'boolean' },
      { type: 'null' },
      { enum: ['a', 1, null, 'é"\n'] },
      { const: 'x' },
      { type: ['string', 'null'], maxLength: 2 },
    ),
  );
  const { schema: schemas } = fc.letrec<{ schema: JsonSchema }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      scalar,
      fc
        .record({ items: tie('schema'), minItems: size, maxItems: size }, { requiredKeys: ['items'] })
        .map((each) => ({ type: 'array', ...each })),
      fc
        .tuple(
          fc.uniqueArray(fc.constantFrom('a', 'b', 'c d'), { minLength: 1 }),
          fc.array(tie('schema'), { minLength: 3, maxLength: 3 }),
          fc.boolean(),
        )
        .map(([names, parts, required]) => ({
          type: 'object',
          properties: Object.fromEntries(names.map((name, index) => [name, parts[index]])),
          ...(required ? { required: names } : {}),
          additionalProperties: false,
        })),
      fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    ),
  }));
  /** A value that is likely to be near what the schema asks for. */
  function valueFor(schema: JsonSchema): fc.Arbitrary<unknown> {
    if (typeof schema === 'boolean') return fc.constant(null);
    if (Array.isArray(schema['anyOf'])) return fc.oneof(...(schema['anyOf'] as JsonSchema[]).map(valueFor));
    if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]), 'b');
    const limits = Object.entries(schema).flatMap(([key, each]) =>
      /m(in|ax)imum$/i.test(key) ? [each as number] : [],
    );
    // Rounded: 1.043 - 1 would be written with more decimals than the grammar has.
    const near = limits.flatMap((limit) =>
      [0, 1, -1, 1e-6, -1e-6].map((distance) => Number((limit + distance).toFixed(9))),
    );
    const sized = (least: unknown, most: unknown): { minLength: number; maxLength: number } => {
      const [low, high] = [(least ?? 0) as number, (most ?? 3) as number];
      return { minLength: Math.max(0, Math.min(low, high) - 1), maxLength: Math.max(low, high) + 1 };
    };
    if (schema['type'] === 'number' || schema['type'] === 'integer')
      return fc.oneof(
        decimal,
        fc.integer({ min: -9_999, max: 9_999 }),
        ...(near.length === 0 ? [] : [fc.constantFrom(...near)]),
      );
    if (schema['type'] === 'array')
      return fc.array(valueFor(schema['items'] as JsonSchema), sized(schema['minItems'], schema['maxItems']));
    if (schema['type'] === 'object') {
      const properties = Object.entries(schema['properties'] as Record<string, JsonSchema>);
      return fc.record(Object.fromEntries(properties.map(([name, part]) => [name, valueFor(part)])), {
        requiredKeys: [],
      });
    }
    if (schema['type'] === 'boolean') return fc.constantFrom(true, false, null);
    return fc.oneof(
      fc.string({ unit: 'grapheme', ...sized(schema['minLength'], schema['maxLength']) }),
      fc.constant(null),
    );
  }
  /** In the order of the schema, and without what the grammars do not write: an exponent, or -0. */
  const writable = (text: string): boolean =>
    !/\de[-+]?\d/.test(text.replaceAll(/"(\\.|[^"\\])*"/g, '')) && !/-0(?![.\d])/.test(text);

  it('whatever the schema and the value', { timeout: 240_000 }, async () => {
    let [valid, invalid, refused] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(
        schemas.chain((schema) =>
          fc.tuple(fc.constant(schema), fc.array(valueFor(schema), { minLength: 4, maxLength: 4 })),
        ),
        async ([schema, values]) => {
          let grammar: string;
          try {
            grammar = jsonSchemaGrammar(schema);
          } catch (error) {
            expect(error).toMatchObject({ code: 'CHAT_SCHEMA_UNSUPPORTED' });
            refused += 1;
            // Only a schema with a contradiction: then nothing fits the part that is named.
            return;
          }
          const validate = ajv.compile(schema);
          for (const value of values) {
            const text = written(value);
            if (!writable(text)) continue;
            const fits = validate(value);
            if (fits) valid += 1;
            else invalid += 1;
            expect(await accepts(grammar, text), `${JSON.stringify(schema)} ${text}`).toBe(fits);
          }
        },
      ),
      { numRuns: 250 },
    );
    // Of some two hundred each on average, whatever the seed: that there are some is what counts.
    expect(valid).toBeGreaterThan(10);
    expect(invalid).toBeGreaterThan(10);
    expect(refused).toBeLessThan(240);
  });

  it('of numbers, by the hundred of each schema', { timeout: 240_000 }, () => {
    fc.assert(
      fc.property(bounds, fc.array(decimal, { minLength: 20 }), (limits, values) => {
        let grammar: string;
        try {
          grammar = jsonSchemaGrammar({ type: 'number', ...limits });
        } catch {
          return;
        }
        const bodies = [...grammar.matchAll(/^rule\d+ ::= (.*?)(?: nothing)?$/gm)].map(([, body = '']) => body);
        if (bodies.length === 0) return;
        // Each alternative is a rule. Without quotes and spaces the notation is that of regular expressions.
        const alternatives = bodies.filter((body) => !body.includes('rule')).join('|');
        const pattern = new RegExp(`^(${alternatives.replaceAll('"."', '"[.]"').replaceAll(/[" ]/g, '')})$`);
        const validate = ajv.compile({ type: 'number', ...limits });
        const near = Object.values(limits).flatMap((limit) => [
          limit,
          Number((limit + 1e-9).toFixed(10)),
          Number((limit - 1e-9).toFixed(10)),
        ]);
        for (const value of [...values, ...near]) {
          const text = JSON.stringify(value);
          if (writable(text)) expect(pattern.test(text), `${JSON.stringify(limits)} ${text}`).toBe(validate(value));
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

it('integer ranges are exact', () => {
  const bound = fc.integer({ min: -2_000, max: 20_000 });
  fc.assert(
    fc.property(bound, bound, fc.double({ min: 0, max: 1, noNaN: true }), (one, other, share) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      const expression = (from: number, to: number): RegExp =>
        // Without quotes and spaces the notation is that of regular expressions.
        new RegExp(`^(${integerRange(from, to).join('|').replaceAll(/[" ]/g, '')})$`);
      const inside = Math.round(low + share * (high - low));
      for (const near of [inside, low - 1, low, high, high + 1]) {
        expect(expression(low, high).test(String(near))).toBe(near >= low && near <= high);
        expect(expression(low, Number.POSITIVE_INFINITY).test(String(near))).toBe(near >= low);
        expect(expression(Number.NEGATIVE_INFINITY, high).test(String(near))).toBe(near <= high);
      }
    }),
  );
});
