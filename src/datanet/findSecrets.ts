// Secrets and personal data, which must not be published because publishing cannot be undone: keys, recovery phrases, tokens; e-mail and phone numbers.
// Patterns are linear: each repeats over one character class with a bound, so a hostile text cannot stall them.
import { SEED_WORDS } from './seedWords.ts';
import type { FindingCode } from './types.ts';

export interface Secret {
  readonly code: FindingCode;
  readonly severity: 'block' | 'warning';
  readonly message: string;
  /** Masked. */
  readonly excerpt: string;
}

interface Pattern {
  readonly code: FindingCode;
  readonly severity: 'block' | 'warning';
  readonly message: string;
  readonly pattern: RegExp;
}

const KEY_MESSAGE = 'This looks like a private key. Whoever reads it owns what it guards.';
const TOKEN_MESSAGE = 'This looks like an access token. Whoever reads it can use it.';

const PATTERNS: readonly Pattern[] = [
  {
    code: 'PRIVATE_KEY',
    severity: 'block',
    message: KEY_MESSAGE,
    pattern: /-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----/,
  },
  {
    code: 'PRIVATE_KEY',
    severity: 'block',
    message: KEY_MESSAGE,
    pattern:
      /(?:private|secret|priv|wallet|signing)[ _-]{0,3}key[^0-9a-zA-Z]{0,12}(?:is|=|:)?[^0-9a-zA-Z]{0,4}(?:0x)?[0-9a-f]{64}(?![0-9a-f])/i,
  },
  // WIF (Bitcoin) and extended private keys.
  {
    code: 'PRIVATE_KEY',
    severity: 'block',
    message: KEY_MESSAGE,
    pattern: /\b(?:[xyz]prv[1-9A-HJ-NP-Za-km-z]{107}|AGE-SECRET-KEY-1[0-9A-Z]{58})\b/,
  },
  {
    code: 'API_TOKEN',
    severity: 'block',
    message: TOKEN_MESSAGE,
    pattern: new RegExp(
      [
        'AKIA[0-9A-Z]{16}',
        'gh[pousr]_[A-Za-z0-9]{36}',
        'github_pat_[A-Za-z0-9_]{40,100}',
        'glpat-[A-Za-z0-9_-]{20}',
        'sk-(?:proj-|ant-|or-)?[A-Za-z0-9_-]{20,200}',
        '[sr]k_live_[A-Za-z0-9]{20,100}',
        'xox[abeoprs]-[A-Za-z0-9-]{10,200}',
        'AIza[0-9A-Za-z_-]{35}',
        'hf_[A-Za-z0-9]{30,40}',
        'npm_[A-Za-z0-9]{36}',
        'eyJ[A-Za-z0-9_-]{10,400}\\.eyJ[A-Za-z0-9_-]{10,2000}\\.[A-Za-z0-9_-]{10,700}',
      ]
        .map((token) => `(?<![A-Za-z0-9])${token}`)
        .join('|'),
    ),
  },
  {
    code: 'API_TOKEN',
    severity: 'block',
    message: TOKEN_MESSAGE,
    pattern:
      /(?:api|access|auth|secret)[ _-]?(?:key|token)["' ]{0,3}[:=]["' ]{0,3}(?=[A-Za-z_-]{0,60}[0-9])[A-Za-z0-9_-]{20,200}/i,
  },
  {
    code: 'EMAIL',
    severity: 'warning',
    message: 'This looks like an e-mail address. Publish it only if its owner agrees.',
    pattern: /(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b/,
  },
  {
    code: 'PHONE',
    severity: 'warning',
    message: 'This looks like a phone number. Publish it only if its owner agrees.',
    pattern:
      /(?<![\w.+-])(?:\+\d{1,3}[ .()-]{0,2}(?:\d{1,4}[ .()-]{0,2}){2,5}\d{2,4}|\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4})(?![\w-])/,
  },
];

function mask(text: string): string {
  return text.length <= 8 ? '•'.repeat(text.length) : `${text.slice(0, 4)}•••${text.slice(-2)}`;
}

const MIN_PHRASE_WORDS = 12;

/** Twelve consecutive words of the BIP-39 list. Numbers, commas and line breaks between them are ignored. */
function findSeedPhrase(text: string): string | undefined {
  let run: string[] = [];
  for (const word of text.toLowerCase().match(/[\p{L}'’]+/gu) ?? []) {
    run = SEED_WORDS.has(word) ? [...run, word] : [];
    if (run.length === MIN_PHRASE_WORDS) return run.join(' ');
  }
  return undefined;
}

/** Secrets and personal data in `text`, at most one finding of each kind. */
export function findSecrets(text: string): Secret[] {
  const found = new Map<FindingCode, Secret>();
  for (const { code, severity, message, pattern } of PATTERNS) {
    const match = found.has(code) ? null : pattern.exec(text);
    if (match !== null) found.set(code, { code, severity, message, excerpt: mask(match[0]) });
  }
  const phrase = text.length < 40 ? undefined : findSeedPhrase(text);
  if (phrase !== undefined) {
    const message = 'This looks like the recovery phrase of a wallet. Whoever reads it owns the wallet.';
    found.set('SEED_PHRASE', { code: 'SEED_PHRASE', severity: 'block', message, excerpt: mask(phrase) });
  }
  return [...found.values()];
}
