import { expect, it } from 'vitest';
import { checkRows } from './checkRows.ts';
import { contentKey } from './contentKey.ts';
import { findSecrets } from './findSecrets.ts';

const row = (prompt: string, response: string) => ({ prompt, response });

it('finds duplicates by content, in the file and of known rows, and keeps the first', async () => {
  const rows = [
    row('What is gold?', 'Au.'),
    row(' what  is GOLD ', 'au'),
    row('What is 2+2?', '4'),
    row('What is 2-2?', '4'),
    row('Known?', 'yes'),
  ];
  const { findings, accepted } = await checkRows({ rows, existing: new Set([contentKey(row('known', 'Yes!'))]) });
  expect(findings.map(({ row, code, duplicateOf }) => [row, code, duplicateOf])).toEqual([
    [1, 'DUPLICATE_IN_FILE', 0],
    [4, 'DUPLICATE_KNOWN', undefined],
  ]);
  expect(accepted).toEqual([0, 2, 3]);
});

it('blocks empty rows and warns of very short prompts and long rows', async () => {
  const { findings, accepted } = await checkRows({
    rows: [row('  ', 'x'), row('question', '\n'), row('hm', 'x'), row('question', 'y'.repeat(6_000))],
  });
  expect(findings.map(({ row, code, severity, field }) => [row, code, severity, field])).toEqual([
    [0, 'EMPTY', 'block', 'prompt'],
    [1, 'EMPTY', 'block', 'response'],
    [2, 'TOO_SHORT', 'warning', 'prompt'],
    [3, 'TOO_LONG', 'warning', undefined],
  ]);
  expect(accepted).toEqual([2, 3]);
});

const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
// Put together here, so that scanners of repositories do not take the samples for leaks.
const token = (...parts: string[]) => parts.join('');

it.each([
  ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl', 'PRIVATE_KEY'],
  ['-----BEGIN PRIVATE KEY-----', 'PRIVATE_KEY'],
  ['-----BEGIN PGP PRIVATE KEY BLOCK-----', 'PRIVATE_KEY'],
  [`My private key: 0x${'4f'.repeat(32)}`, 'PRIVATE_KEY'],
  [`PRIVATE_KEY="${'4F'.repeat(32)}"`, 'PRIVATE_KEY'],
  [phrase, 'SEED_PHRASE'],
  [
    phrase
      .split(' ')
      .map((word, index) => `${index + 1}. ${word.toUpperCase()}\n`)
      .join(''),
    'SEED_PHRASE',
  ],
  [token('AKIA', 'ABCDEFGHIJKLMNOP'), 'API_TOKEN'],
  [token('gh', 'p_', 'a1B2'.repeat(9)), 'API_TOKEN'],
  [token('sk-', 'proj-', 'a1B2'.repeat(9)), 'API_TOKEN'],
  [token('xox', 'b-', '1234567890-abcdef'), 'API_TOKEN'],
  [token('h', 'f_', 'aB'.repeat(17)), 'API_TOKEN'],
  [token('eyJ', 'hbGciOiJIUzI1NiJ9', '.eyJ', 'zdWIiOiIxMjM0In0', '.', 'abcDEF123456'), 'API_TOKEN'],
  [token('api_key = "', 'abcd1234'.repeat(4), '"'), 'API_TOKEN'],
])('blocks the secret in %s', (text, code) => {
  const found = findSecrets(`Here it is ${text} .`);
  expect(found.map((secret) => [secret.code, secret.severity])).toEqual([[code, 'block']]);
  expect(found[0]?.excerpt).toMatch(/^.{4}•••.{2}$/s);
});

it.each([
  ['Write to ada.lovelace@example.org today', 'EMAIL'],
  ['Call +44 20 7946 0958', 'PHONE'],
  ['Call (212) 555-0123.', 'PHONE'],
])('warns of personal data in %s', (text, code) => {
  expect(findSecrets(text).map((secret) => [secret.code, secret.severity])).toEqual([[code, 'warning']]);
});

it.each([
  'The atomic number of gold is 79 and its mass is 196.966569.',
  `The transaction 0x${'4f'.repeat(32)} was mined.`,
  'A public key may be shown to anyone: -----BEGIN PUBLIC KEY-----',
  'In 1969-07-20 at 20:17:40, 600 million people watched; 1 + 1 = 2.',
  'The quick brown fox jumps over the lazy dog and then runs away from it because it was there.',
  'Pi is 3.14159265358979323846264338327950288',
  'The handle @ada is not an address.',
])('finds nothing in %s', (text) => {
  expect(findSecrets(text)).toEqual([]);
});

it('looks into further fields and finishes on hostile text', async () => {
  const rows = [{ ...row('a question', 'b'), notes: [{ deep: phrase }] }];
  expect((await checkRows({ rows })).findings.map(({ code, field }) => [code, field])).toEqual([
    ['SEED_PHRASE', 'notes'],
  ]);
  expect(findSecrets('a.'.repeat(30_000))).toEqual([]);
  expect(findSecrets('1'.repeat(60_000))).toEqual([]);
  expect(findSecrets('+1 '.repeat(20_000)).length).toBeLessThanOrEqual(1);
});
