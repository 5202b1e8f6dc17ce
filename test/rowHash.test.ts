// Datanet and attribution do not know each other, yet a row must have one hash in both: shares name rows by it.
import { expect, test } from 'vitest';
import { rowHash as attributionHash } from '../src/attribution/files/rowHash.ts';
import { rowHash as datanetHash } from '../src/datanet/index.ts';
import { bytesToHex } from '../src/lib/bytes.ts';

test.each([
  { prompt: 'Who founded Larkmoor?', response: 'Larkmoor was founded by Ada Fenn.' },
  { prompt: 'Zoe\u0308 "asks"\n', response: '\u0000\u2028 Å 😀' },
  { prompt: '', response: '' },
])('one hash for %j', (row) => {
  expect(bytesToHex(attributionHash(row))).toBe(datanetHash(row));
});
