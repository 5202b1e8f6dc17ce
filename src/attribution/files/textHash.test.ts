// Hashes here were computed by an independent program (Python's hashlib).
import { expect, test } from 'vitest';
import { bytesToHex } from '../../lib/bytes.ts';
import { answerHash, promptHash } from './textHash.ts';

const salt = Uint8Array.from({ length: 32 }, (_, index) => index);

test('prompt and answer have the hashes that every reader of a receipt computes', () => {
  expect(bytesToHex(promptHash(salt, 'Où?'))).toBe('bf6db0ec66c0005c74dcc6545de08eb6bc29d4179585e034ffa04737f7221c46');
  expect(bytesToHex(answerHash(salt, 'é', [1, 65_536, 4_294_967_295]))).toBe(
    '3df21804aab62a6db9b0fc1efc0db9d25feffb0659a9bf35a1aa4a62b5bb632b',
  );
  expect(bytesToHex(answerHash(salt, '', []))).toBe('572eb7296f97519ec532291858836e743e4869deca1c4c7328b979cdebc802f5');
});
