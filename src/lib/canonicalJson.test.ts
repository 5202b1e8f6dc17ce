import { expect, test } from 'vitest';
import { canonicalJson, type Json } from './canonicalJson.ts';

test('the example of RFC 8785, section 3.2.2', () => {
  const value = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  };
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('keys sort by UTF-16 code units, as section 3.2.3 shows', () => {
  const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
  expect([...canonicalJson(value).matchAll(/:(\d)/g)].map((match) => match[1])).toEqual([
    '2',
    '4',
    '6',
    '7',
    '1',
    '5',
    '3',
  ]);
});

test.each([
  [Number.NaN, '$'],
  [{ a: [1, Number.POSITIVE_INFINITY] }, '$.a[1]'],
  [{ a: '\ud800' }, '$.a'],
  [{ a: undefined } as unknown as Json, '$.a'],
])('refuses %j and names its place', (value, path) => {
  expect(() => canonicalJson(value)).toThrow(
    expect.objectContaining({ code: 'JSON_NOT_CANONICAL', facts: expect.objectContaining({ path }) }),
  );
});
