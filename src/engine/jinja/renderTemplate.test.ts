import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TributaryError } from '../../lib/errors.ts';
import { openTemplate } from './renderTemplate.ts';

const folder = path.join(import.meta.dirname, '../../../test/golden/engine-jinja');
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
const variables = JSON.parse(read('variables.json')) as Record<string, unknown>;
const options = { now: () => new Date(2026, 2, 4, 15, 6, 7) };
const render = (source: string, more: Record<string, unknown> = {}): string =>
  openTemplate(source, options)({ ...variables, ...more });

function failure(source: string, more: Record<string, unknown> = {}): { code: string; facts: Record<string, unknown> } {
  try {
    return { code: 'none', facts: { text: render(source, more) } };
  } catch (error) {
    const { code = 'untyped', facts } = error as TributaryError;
    return { code, facts };
  }
}

describe('each snippet has the text that Jinja2 gives it, or a typed error', () => {
  const goldens = read('golden.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { template: string; text?: string; error?: string });

  it('of all', () => {
    const unsupported = new Set<string>();
    for (const { template, text } of goldens) {
      const outcome = failure(template);
      if (outcome.code === 'none') expect(outcome.facts['text'], template).toBe(text);
      else if (text === undefined) expect(outcome.code, template).toMatch(/^CHAT_TEMPLATE_/);
      else {
        expect(outcome.code, template).toBe('CHAT_TEMPLATE_UNSUPPORTED');
        unsupported.add(String(outcome.facts['construct']));
      }
    }
    expect(goldens.length).toBeGreaterThan(3_000);
    // What Python computes and this does not. A line fewer is progress, a line more is not.
    expect([...unsupported].sort()).toMatchSnapshot();
  });
});

it('says which construct, and where', () => {
  expect(failure('{{ 1 }}\n{% if %}')).toMatchObject({ code: 'CHAT_TEMPLATE_INVALID', facts: { line: 2 } });
  expect(failure('{% include "x" %}')).toMatchObject({
    code: 'CHAT_TEMPLATE_UNSUPPORTED',
    facts: { construct: 'the tag {% include %}' },
  });
  expect(failure('{{ "x" | urlize }}')).toMatchObject({ facts: { construct: 'the filter "urlize"' } });
  expect(failure('{{ raise_exception("no " ~ messages[0].role) }}')).toMatchObject({
    code: 'CHAT_TEMPLATE_FAILED',
    facts: { reason: 'no system' },
  });
  expect(failure('{{ messages.pop() }}')).toMatchObject({
    facts: { reason: "access to attribute 'pop' of 'list' object is unsafe." },
  });
});

it('parses when it first renders, not before', () => {
  const broken = openTemplate('{% for %}');
  expect(() => broken({})).toThrow(expect.objectContaining({ code: 'CHAT_TEMPLATE_INVALID' }));
});

it('keeps what JSON holds apart: a whole number, a fraction, none', () => {
  expect(render('{{ tools }}', { tools: [1, 1.5, null, true, { a: [] }] })).toBe("[1, 1.5, None, True, {'a': []}]");
});

describe('a hostile template is stopped', () => {
  const nested = (open: string, close: string): string => `{{ ${open.repeat(5_000)}1${close.repeat(5_000)} }}`;
  it.each([
    ['a loop of loops', '{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}'],
    ['a macro that calls itself', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}'],
    ['a loop that calls itself', '{% for a in [[]] recursive %}{{ loop([[]]) }}{% endfor %}'],
    [
      'a text that doubles',
      '{% set n = namespace(t="x" * 1000) %}{% for a in range(99) %}{% set n.t = n.t + n.t %}{% endfor %}',
    ],
    [
      'a text by concatenation',
      '{% set n = namespace(t="x" * 1000) %}{% for a in range(99) %}{% set n.t = n.t ~ n.t %}{% endfor %}',
    ],
    [
      'a text by replacement',
      '{% set n = namespace(t="x" * 1000) %}{% for a in range(9) %}{% set n.t = n.t | replace("x", n.t) %}{% endfor %}',
    ],
    [
      'a list that doubles',
      '{% set n = namespace(l=[1]) %}{% for a in range(99) %}{% set n.l = n.l + n.l %}{% endfor %}',
    ],
    [
      'the text of a list of itself',
      '{% set n = namespace(l=[1]) %}{% for a in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l }}',
    ],
    [
      'its JSON',
      '{% set n = namespace(l=[1]) %}{% for a in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l | tojson }}',
    ],
    [
      'its comparison',
      '{% set n = namespace(l=[1], m=[1]) %}{% for a in range(60) %}{% set n.l = [n.l, n.l] %}{% set n.m = [n.m, n.m] %}{% endfor %}{{ n.l == n.m }}',
    ],
    [
      'a deep list',
      '{% set n = namespace(l=[1]) %}{% for a in range(9999) %}{% set n.l = [n.l] %}{% endfor %}{{ n.l }}',
    ],
    ['a power', '{{ 9 ** 999999999 }}'],
    ['a product', '{% set n = namespace(i=9) %}{% for a in range(99) %}{% set n.i = n.i * n.i %}{% endfor %}{{ n.i }}'],
    ['a repeated text', '{{ "x" * 99999999999 }}'],
    ['a repeated list', '{{ [1] * 99999999999 }}'],
    ['a width', '{{ "x" | center(99999999999) }}'],
    ['an indent', '{{ ("\\n" * 99999) | indent(9999) }}'],
    ['parentheses', nested('(', ')')],
    ['lists', nested('[', ']')],
    ['negations', nested('not ', '')],
    ['signs', nested('-', '')],
    ['blocks', '{% if true %}'.repeat(5_000)],
  ])('%s', (_, source) => {
    const { code } = failure(source);
    expect(code).toBe('CHAT_TEMPLATE_TOO_MUCH');
  });

  it('and one that is too wide is refused', () => {
    expect(failure('{{ "%99999999d" % 1 }}').code).toBe('CHAT_TEMPLATE_UNSUPPORTED');
    expect(failure('{{ range(100001) }}').code).toBe('CHAT_TEMPLATE_FAILED');
    expect(failure(`{{ 1 }}${'x'.repeat(1 << 20)}`).code).toBe('CHAT_TEMPLATE_INVALID');
  });

  it('while a long conversation is not', () => {
    const messages = Array.from({ length: 500 }, (_, index) => ({ role: 'user', content: `${index} `.repeat(1_000) }));
    const text = render('{% for m in messages %}{{ m.content | trim }}{% endfor %}', { messages });
    expect(text).toBe(messages.map(({ content }) => content.trim()).join(''));
  });
});

it('throws nothing but its own errors, whatever the template', () => {
  const words = [
    '{%',
    '%}',
    '{{',
    '}}',
    '{#',
    '#}',
    '-',
    '+',
    '|',
    '.',
    '(',
    ')',
    '[',
    ']',
    ',',
    '=',
    '==',
    ':',
    '~',
    '*',
    '**',
    '%',
    "'",
    '"',
    '\\',
    '\n',
    ' ',
    'for',
    'in',
    'if',
    'else',
    'endif',
    'endfor',
    'set',
    'macro',
    'endmacro',
    'x',
    'messages',
    'loop',
    'is',
    'not',
    'none',
    '1',
    '2.5',
    'join',
    'map',
    'tojson',
    'raw',
    'endraw',
    'é',
    '😀',
    '\ud800',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 24 }), (parts) => {
      for (const source of [parts.join(' '), parts.join(''), `{{ ${parts.join(' ')} }}`, `{% ${parts.join(' ')} %}`]) {
        const { code } = failure(source);
        expect(code, source).toMatch(/^(none|CHAT_TEMPLATE_\w+)$/);
      }
    }),
    { numRuns: 2_000 },
  );
});
