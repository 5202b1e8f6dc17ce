import { expect, it } from 'vitest';
import { bytesToHex } from '../../lib/bytes.ts';
import { sha256 } from '../../lib/hash.ts';
import { SCANNER_RULES } from './scannerRules.ts';

it('the rules are those that tools/genSecretRules.ts made, which is run to change them, and with it this digest', () => {
  const digest = bytesToHex(sha256(new TextEncoder().encode(JSON.stringify(SCANNER_RULES))));
  expect(digest).toBe('1a2352d743a49962cf5aee6c160284380f555c20f1459305a52cb2b07320e3ac');
});
