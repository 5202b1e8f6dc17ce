import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createStopScanner } from './stopScanner.ts';

function run(pieces: readonly string[], stops: readonly string[]): { shown: string[]; stopped: boolean } {
  const scanner = createStopScanner(stops);
  const shown = pieces.map((piece) => scanner.push(piece));
  if (!scanner.stopped) shown.push(scanner.finish());
  return { shown, stopped: scanner.stopped };
}

it('finds a stop string across pieces and never shows a part of it', () => {
  expect(run(['One', '\n', '\nTwo'], ['\n\n'])).toEqual({ shown: ['One', '', ''], stopped: true });
  expect(run(['END', ' of E', 'N', 'D.'], ['END.'])).toEqual({ shown: ['', 'END of ', '', ''], stopped: true });
});

it('releases text that only looked like a stop string', () => {
  expect(run(['a<', '/', 'b'], ['</s>'])).toEqual({ shown: ['a', '', '</b', ''], stopped: false });
  expect(run(['wait<', '/s'], ['</s>'])).toEqual({ shown: ['wait', '', '</s'], stopped: false });
});

it('ends at the stop string that is complete first', () => {
  expect(run(['xabcd'], ['abcd', 'bc']).shown.join('')).toBe('xa');
  expect(run(['xabc'], ['bc', 'abc']).shown.join('')).toBe('x');
});

it('ends at the very beginning, and at the shorter of two with the same prefix', () => {
  expect(run(['STOP', ' it'], ['STOP'])).toEqual({ shown: ['', ''], stopped: true });
  expect(run(['xa', 'b', 'c'], ['abc', 'ab'])).toEqual({ shown: ['x', '', ''], stopped: true });
  expect(run(['xa', 'd'], ['abc', 'ab'])).toEqual({ shown: ['x', 'ad', ''], stopped: false });
  expect(run(['a\u{1f600}', '\u{1f601}b'], ['\u{1f600}\u{1f601}'])).toEqual({ shown: ['a', ''], stopped: true });
});

it('shows the same text however it is split, and all of it without a stop string', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
  const stop = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 6 }), fc.array(stop, { maxLength: 4 }), (pieces, stops) => {
      const text = pieces.join('');
      const once = run([...text], stops);
      const cut = run(pieces, stops);
      expect(cut.shown.join('')).toBe(once.shown.join(''));
      expect(cut.stopped).toBe(stops.some((each) => text.includes(each)));
      for (const each of stops) expect(cut.shown.join('')).not.toContain(each);
      if (!cut.stopped) expect(cut.shown.join('')).toBe(text);
    }),
  );
});
