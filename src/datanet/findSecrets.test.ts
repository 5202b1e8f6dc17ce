// What decides whether a text is a secret: length, mixture, the words around, stand-ins. The shapes are in test/cases/data/secrets.
import { expect, it } from 'vitest';
import { findSecrets } from './findSecrets.ts';

/** Joined here, so that no scanner takes a sample for a leak. */
const of = (...parts: readonly string[]): string => parts.join('');
const found = (text: string, context?: string): string =>
  findSecrets(text, context === undefined ? {} : { context })
    .map(({ code, severity }) => `${code} ${severity}`)
    .join(', ');

const HEX = '0123456789abcdef'.repeat(4).replace(/^0/, '7');
const MIXED = 'aB3dE5gH7jK9mN1pQ2sT4vW6yZ8bC0dF';

it.each<[string, string, string]>([
  // 32 bytes in hexadecimal
  ['a key alone', HEX, 'PRIVATE_KEY block'],
  ['with its mark', `0x${HEX.toUpperCase()}`, 'PRIVATE_KEY block'],
  ['a digit less', HEX.slice(1), ''],
  ['a digit more', `${HEX}0`, ''],
  ['of few different digits', '12'.repeat(32), ''],
  ['of some more', '1234'.repeat(16), ''],
  ['of six', `${'123456'.repeat(10)}1234`, 'PRIVATE_KEY block'],
  ['said to be a hash', `hash ${HEX}`, ''],
  ['said so behind it', `${HEX} is the digest`, ''],
  ['a hash far before it', `hash ${'x '.repeat(30)}${HEX}`, 'PRIVATE_KEY block'],
  ['a hash just before that', `hash ${'x'.repeat(55)} ${HEX}`, 'PRIVATE_KEY block'],
  ['a hash just near enough', `hash ${'x'.repeat(54)} ${HEX}`, ''],
  ['a hash far behind it', `${HEX} ${'x'.repeat(56)} hash`, 'PRIVATE_KEY block'],
  ['a hash near behind it', `${HEX} ${'x'.repeat(54)} hash`, ''],
  ['said to be both', `hash of the private key ${HEX}`, 'PRIVATE_KEY block'],
  ['a field named key', `key: ${HEX}`, 'PRIVATE_KEY block'],
  ['a public key', `public key: ${HEX}`, ''],
  ['of a block', `00000000${HEX.slice(8)}`, ''],
  ['of almost a block', `0000000${HEX.slice(7)}`, 'PRIVATE_KEY block'],
  ['of a block, said to be a key', `private key 00000000${HEX.slice(8)}`, 'PRIVATE_KEY block'],
  ['of nothing, said to be a key', 'private key e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', ''],
  // Bytes one by one
  ['bytes, said to be a key', `private: ${HEX.match(/../g)?.join(':')}`, 'PRIVATE_KEY block'],
  ['bytes', HEX.match(/../g)?.join(':') ?? '', ''],
  ['a list of bytes', `[${Array.from({ length: 64 }, (_, index) => index * 4).join(', ')}]`, 'PRIVATE_KEY block'],
  ['a list of numbers', `[${Array.from({ length: 64 }, (_, index) => index * 5).join(', ')}]`, ''],
  ['up to 255', `[${Array.from({ length: 64 }, () => 255).join(',')}]`, 'PRIVATE_KEY block'],
  ['256', `[${Array.from({ length: 64 }, () => 256).join(',')}]`, ''],
  [
    'a key of the web with its private part',
    of('{"kty":"OKP","d":"', `${MIXED}${MIXED}`.slice(0, 43), '"}'),
    'PRIVATE_KEY block',
  ],
  ['the same letters elsewhere', of('{"d":"', `${MIXED}${MIXED}`.slice(0, 43), '"}'), ''],
  // What looks random
  ['a token', of('s', 'k-', MIXED), 'API_TOKEN block'],
  ['a name', of('s', 'k-', 'learn-contributed-packages-2024'), ''],
  ['eleven characters', of('s', 'k-', 'aB3dE5gH7jK-', 'abcdefgh'), ''],
  ['twelve', of('s', 'k-', 'aB3dE5gH7jK9-', 'abcdefgh'), 'API_TOKEN block'],
  ['one digit, both cases', of('s', 'k-', 'aBcdEfgHijKl3mnopqr'.padEnd(20, 'x')), 'API_TOKEN block'],
  ['two digits, one case', of('s', 'k-', 'abcdefghijkl34mnopqr'), ''],
  ['three digits, one case', of('s', 'k-', 'abcdefghijkl345nopqr'), 'API_TOKEN block'],
  ['digits alone', of('s', 'k-', '12345678901234567892'), ''],
  ['counted up', of('s', 'k-', '1234567890abcdef1234567890abcdef'), 'API_TOKEN warning'],
  ['a stand-in', of('s', 'k-', 'your-key-here-', MIXED), 'API_TOKEN warning'],
  // Named
  ['a variable', of('GITHUB_', 'TOKEN=', MIXED), 'API_TOKEN block'],
  ['a key of a table', of('primary_', 'key=', MIXED), ''],
  ['a word', of('service_', 'token=', 'notRandomAtAllButLong'), ''],
  ['a reference', of('deploy_', 'token=process.env.', MIXED), ''],
  ['of few characters', of('access ', 'token: ', '1'.repeat(20)), ''],
  ['of four', of('access ', 'token: ', '1234'.repeat(5)), 'API_TOKEN block'],
  ['a stand-in for a variable', of('GITHUB_', 'TOKEN=changeme', MIXED), 'API_TOKEN warning'],
  // In addresses
  ['a parameter', of('https://example.org/?to', 'ken=', MIXED), 'API_TOKEN block'],
  ['a parameter of words', of('https://example.net/?to', 'ken=readable-and-harmless'), ''],
  ['a parameter with escapes', of('https://a.net/?sig', '=abcdefghijklmnop%3D'), 'API_TOKEN block'],
  ['a password', of('postgres://admin:', 's3cret9@db.local/x'), 'PASSWORD block'],
  ['a word for one', of('postgres://admin:', 'password@db.local/x'), 'PASSWORD warning'],
  ['a placeholder', of('postgres://admin:', '$' + 'PASS@db.local/x'), 'PASSWORD warning'],
  ['authorization', of('Authorization: Bea', 'rer ', MIXED), 'API_TOKEN block'],
  ['of words', of('Authorization: Bea', 'rer somewordswithoutany'), ''],
  // Passwords
  ['a password with digits', of('pass', 'word: hunter2x'), 'PASSWORD block'],
  ['with a sign', of('pass', 'word: hunter!x'), 'PASSWORD block'],
  ['of letters', of('pass', 'word: hunters'), ''],
  ['of letters in quotes', of('pass', 'word: "hunters"'), 'PASSWORD warning'],
  ['of digits', of('pass', 'word: 12345678'), ''],
  ['a function', of('pass', 'word = getPassword1()'), ''],
  ['too short', of('pass', 'word: h2nt!'), ''],
  ['a stand-in for one', of('pass', 'word: changeme123'), 'PASSWORD warning'],
  ['said', of('The pass', 'word is hunter2x'), 'PASSWORD block'],
  ['said without a digit', of('The pass', 'word is required'), ''],
  ['said with a sign', of('The pass', 'word is hunter!'), ''],
  ['in a command', of('login --pass', 'word hunter2x'), 'PASSWORD block'],
  ['in a command, of letters', of('login --pass', 'word hunters'), ''],
  ['in a command, of digits', of('login --pass', 'word 12345678'), ''],
  ['in a command, a variable', of('login --pass', 'word $PASS1x'), ''],
  ['in SQL', of('create user a identified ', "by 'hunter2x'"), 'PASSWORD block'],
  ['in mysql', of('mysql -u root -p', 'hunter2x'), 'PASSWORD block'],
  ['an element', of('<pass', 'word>hunter2x</password>'), 'PASSWORD block'],
  ['an element of letters', of('<pass', 'word>required</password>'), ''],
  ['an element of digits', of('<pass', 'word>12345678</password>'), ''],
  ['curl', of('curl -u admin:', 'hunters http://a'), 'PASSWORD block'],
  ['curl with a variable', of('curl -u admin:', '$PASS http://a'), ''],
  ['sshpass', of('sshpass -p', ' hunters ssh a'), 'PASSWORD block'],
  ['a machine', of('machine a login b pass', 'word hunters'), 'PASSWORD block'],
  ['a cookie', of('Cookie: session', 'id=', MIXED), 'API_TOKEN block'],
  ['a cookie of words', of('Cookie: session', 'id=harmless-and-readable-words'), ''],
  // Cards and accounts
  ['a card', of('4929 1234', ' 5678 9019'.replace('9019', '9014')), ''],
  ['a card with spaces', of('5425 2334', ' 3010 9903'), 'PAYMENT_CARD block'],
  ['a number that could be one', of('5425', '233430109903'), 'PAYMENT_CARD warning'],
  ['said to be one', of('card 5425', '233430109903'), 'PAYMENT_CARD block'],
  ['of tests', 'card 4242 4242 4242 4242', 'PAYMENT_CARD warning'],
  ['an account', 'DE89 3704 0044 0532 0130 00', 'BANK_ACCOUNT warning'],
  ['an account with a code behind it', 'DE89 3704 0044 0532 0130 00 COBADEFF', 'BANK_ACCOUNT warning'],
  ['no account', 'DE88 3704 0044 0532 0130 00', ''],
  ['an address', 'Write to a.b@example.org now', 'EMAIL warning'],
  ['a number', 'Call +41 44 668 18 00 now', 'PHONE warning'],
])('%s', (_, text, expected) => {
  expect(found(text)).toBe(expected);
});

it('the question may tell what an answer is', () => {
  expect(found(HEX, 'What is the hash of the transaction?')).toBe('');
  expect(found(HEX, 'Give me your private key.')).toBe('PRIVATE_KEY block');
  // As far as it stands near.
  expect(found(HEX, `hash ${'x'.repeat(300)}`)).toBe('PRIVATE_KEY block');
  expect(found(`${'x'.repeat(60)} ${HEX}`, 'Its hash?')).toBe('PRIVATE_KEY block');
  expect(found(`${'x'.repeat(58)} ${HEX}`, 'Its hash?')).toBe('');
});

it('shows of what was found its first and last characters', () => {
  expect(findSecrets(HEX)[0]?.excerpt).toBe(`${HEX.slice(0, 4)}•••${HEX.slice(-2)}`);
  expect(findSecrets(of('machine a login b pass', 'word xyz'))[0]?.excerpt).toBe('mach•••yz');
  expect(findSecrets('x@yy.com')[0]?.excerpt).toBe('••••••••');
  expect(findSecrets('xx@yy.com')[0]?.excerpt).toBe('xx@y•••om');
});

it('of several of a kind the gravest is told, once, and each kind for itself', () => {
  const text = `${of('s', 'k-your-key-', MIXED)} a@example.org ${of('s', 'k-', MIXED)} ${HEX} b@example.org`;
  expect(found(text)).toBe('PRIVATE_KEY block, API_TOKEN block, EMAIL warning');
  // The first of those that are as grave.
  expect(findSecrets('first@example.org second@example.org')[0]?.excerpt).toBe('firs•••rg');
  const both = findSecrets(`${of('s', 'k-', MIXED)} ${of('s', 'k-', [...MIXED].toReversed().join(''))}`);
  expect(both.map(({ excerpt }) => excerpt)).toEqual(['sk-a•••dF']);
});

it('what stands within a longer find is not told once more', () => {
  expect(found(of('postgres://user:', 'hunter2x@example.org:5432/x'))).toBe('PASSWORD block');
});

it('is found behind characters that are not drawn, and in letters that only look Latin', () => {
  const token = of('s', 'k-', MIXED);
  expect(found(`${token.slice(0, 9)}\u200b${token.slice(9)}`)).toBe('API_TOKEN block');
  expect(found(token.replace('a', 'а'))).toBe('API_TOKEN block');
  expect(found([...token].map((letter) => (letter === 'B' ? 'Ｂ' : letter)).join(''))).toBe('API_TOKEN block');
});

it('is found in base64 within base64, three deep, and personal data only where it can be read', () => {
  const packed = (text: string, depth: number): string => (depth === 0 ? text : packed(btoa(text), depth - 1));
  const token = `a = "${of('s', 'k-', MIXED)}"`;
  expect([0, 1, 2, 3, 4].map((depth) => found(packed(token, depth)))).toEqual([
    'API_TOKEN block',
    'API_TOKEN block',
    'API_TOKEN block',
    'API_TOKEN block',
    '',
  ]);
  expect(found(btoa('Write to somebody@example.org, +41 44 668 18 00'))).toBe('');
  expect(found(btoa(token).replaceAll('=', ''))).toBe('API_TOKEN block');
  expect(found(btoa(`${token}?>~~`).replaceAll('+', '-').replaceAll('/', '_'))).toBe('API_TOKEN block');
  expect(found(`${btoa(token)}\nGoodbye now`)).toBe('API_TOKEN block');
});
