import { expect, test } from 'vitest';
import { wholeWords } from './wholeWords.ts';

test.each([
  ['Kilnford exports red bricks.', 'nford exports red bri', ' exports red '],
  ['Kilnford exports red bricks.', ' exports red bricks', ' exports red bricks'],
  ['Kilnford exports red bricks.', 'Kilnford exports', 'Kilnford exports'],
  ['founded in 1824, they say', '24, they', ', they'],
  ['don’t cut it', '’t cut', ' cut'],
  ['unbelievable', 'believ', ''],
  ['القطة البيضاء نائمة', 'طة البيضاء نا', ' البيضاء '],
])('of %s, [%s] is [%s]', (text, span, words) => {
  const start = text.indexOf(span);
  expect(wholeWords(text, start, start + span.length)).toBe(words);
});

test('a span to the end of the text keeps its last word, and an empty span is empty', () => {
  expect(wholeWords('one two', 3, 7)).toBe(' two');
  expect(wholeWords('one two', 1, 2)).toBe('');
});
