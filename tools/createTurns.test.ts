import { expect, test } from 'vitest';
import { createTurns } from './createTurns.ts';

test('the first prints at once, the others after it has ended, in order and unbroken', () => {
  const shown: string[] = [];
  const turns = createTurns((text) => shown.push(String(text)));
  const [one, two, three] = [turns.begin(), turns.begin(), turns.begin()];
  two.write('two a');
  one.write('one a');
  expect(shown).toEqual(['one a']);
  three.write('three a');
  three.end();
  one.write('one b');
  one.end();
  expect(shown).toEqual(['one a', 'one b', 'two a']);
  two.write('two b');
  expect(shown).toEqual(['one a', 'one b', 'two a', 'two b']);
  two.end();
  expect(shown).toEqual(['one a', 'one b', 'two a', 'two b', 'three a']);
});
