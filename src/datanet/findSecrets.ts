// Secrets and personal data, which must not be published because publishing cannot be undone: keys, recovery phrases, tokens,
// passwords; card and account numbers, e-mail addresses, phone numbers. Loaded with its data when the first row is checked.
import { mixesAlphabets, withLatinLookAlikes } from './lookAlikeLetters.ts';
import { entropy } from './secrets/checksums.ts';
import { findRecoveryPhrase } from './secrets/findRecoveryPhrase.ts';
import { PATTERNS, type Severity } from './secrets/patterns.ts';
import { SCANNER_RULES } from './secrets/scannerRules.ts';
import { unpackBase64 } from './secrets/unpackBase64.ts';
import type { FindingCode } from './types.ts';
import { withoutInvisible } from './withoutInvisible.ts';

export interface Secret {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly message: string;
  /** Masked. */
  readonly excerpt: string;
}

const MESSAGES: Readonly<Partial<Record<FindingCode, string>>> = {
  PRIVATE_KEY: 'This looks like a private key. Whoever reads it owns what it guards.',
  SEED_PHRASE: 'This looks like the recovery phrase of a wallet. Whoever reads it owns the wallet.',
  API_TOKEN: 'This looks like an access token. Whoever reads it can use it.',
  PASSWORD: 'This looks like a password. Whoever reads it can use it.',
  PAYMENT_CARD: 'This looks like the number of a payment card. Whoever reads it can pay with it.',
  BANK_ACCOUNT: 'This looks like a bank account number. Publish it only if its owner agrees.',
  EMAIL: 'This looks like an e-mail address. Publish it only if its owner agrees.',
  PHONE: 'This looks like a phone number. Publish it only if its owner agrees.',
};

/** What documentation writes where a secret goes. */
const PLACEHOLDER =
  /your|example|placeholder|change[-_ ]?me|insert|dummy|redacted|replace|fill[-_]?in|goes[-_]?here|[-_]here\b|x{6,}|\*{4,}|\.{3}|…|<[^>]{1,60}>|\bmy[-_](?:secret|token|key|password|api)|\$\{|\{\{/i;

/** Characters around a match that tell what it is. */
const AROUND = 60;

function mask(text: string): string {
  return text.length <= 8 ? '•'.repeat(text.length) : `${text.slice(0, 4)}•••${text.slice(-2)}`;
}

interface Match {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly start: number;
  readonly end: number;
}

let scanner: {
  readonly keyword: RegExp;
  readonly rules: readonly (readonly [RegExp, (typeof SCANNER_RULES)[number]])[];
};

/** Compiled at the first use: some 200 expressions. */
function scannerRules(): typeof scanner {
  const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  scanner ??= {
    keyword: new RegExp([...new Set(SCANNER_RULES.flatMap(({ keywords }) => keywords))].map(literal).join('|')),
    rules: SCANNER_RULES.map((rule) => {
      // What may stand before a name decides nothing, and would be tried at each of its fifty lengths for each character.
      const source = rule.source.replace('[\\w.-]{0,50}?', '');
      return [new RegExp(source, rule.ignoreCase ? 'gi' : 'g'), rule] as const;
    }),
  };
  return scanner;
}

function findMatches(text: string, context: string): readonly Match[] {
  const found: Match[] = [];
  /** What an earlier pattern took, by place: a text of thousands of matches must not compare each with each. */
  const taken = new Uint8Array(text.length);
  const add = (code: FindingCode, severity: Severity, start: number, end: number): void => {
    if (taken.subarray(start, end).includes(1)) return;
    taken.fill(1, start, end);
    found.push({ code, severity, start, end });
  };
  const lower = text.toLowerCase();
  const each = (pattern: RegExp, take: (match: RegExpExecArray) => void): void => {
    pattern.lastIndex = 0;
    // To the end: what is harmless a hundred times may be a key the next time.
    for (;;) {
      const match = pattern.exec(text);
      if (match === null) return;
      if (match[0] === '') pattern.lastIndex += 1;
      else take(match);
    }
  };

  const phrase = text.length < 23 ? undefined : findRecoveryPhrase(text);
  if (phrase !== undefined) add('SEED_PHRASE', phrase.certain ? 'block' : 'warning', phrase.start, phrase.end);

  for (const { code, pattern, judge, placeholders } of PATTERNS) {
    each(pattern, (match) => {
      const end = match.index + match[0].length;
      const before =
        (match.index < AROUND ? context : '') + lower.slice(Math.max(0, match.index - AROUND), match.index);
      const severity = judge === undefined ? 'block' : judge(match, { before, after: lower.slice(end, end + AROUND) });
      if (severity === undefined) return;
      const value = match.slice(1).findLast((group) => group !== undefined) ?? match[0];
      add(code, placeholders === true && PLACEHOLDER.test(value) ? 'warning' : severity, match.index, end);
    });
  }

  const { keyword, rules } = scannerRules();
  if (!keyword.test(lower)) return found;
  for (const [pattern, rule] of rules) {
    if (!rule.keywords.some((word) => lower.includes(word))) continue;
    each(pattern, (match) => {
      const token = match.slice(1).find((group) => group !== undefined) ?? match[0];
      if (entropy(token) < rule.entropy || !/\d/.test(token)) return;
      add('API_TOKEN', PLACEHOLDER.test(token) ? 'warning' : 'block', match.index, match.index + match[0].length);
    });
  }
  return found;
}

export interface FindSecretsOptions {
  /** What stands before the text, such as the question that it answers: it may tell what the text is. */
  readonly context?: string;
}

/** Whether one letter of another alphabet stands in what may be a token: it is there to hide it. */
function isDisguised(text: string): boolean {
  if (!/[\u0250-\uffff]/.test(text)) return false;
  const runs = text.match(/[\p{L}\p{N}_-]{16,}/gu) ?? [];
  return mixesAlphabets(text) || runs.some((run) => /[A-Za-z]/.test(run) && withLatinLookAlikes(run) !== run);
}

/** E-mail addresses and phone numbers are pointed out where they can be read. */
const WORTH_UNPACKING = new Set<FindingCode>(['PRIVATE_KEY', 'SEED_PHRASE', 'API_TOKEN', 'PASSWORD', 'PAYMENT_CARD']);

/** Base64 within base64, as configurations of servers have it. Each is shorter than what holds it. */
const MAX_UNPACKED = 3;

/**
 * Secrets and personal data in `text`, at most one finding of each kind, the gravest. The text is searched as it stands, as it
 * reads without invisible characters and with full-width letters, and those that only look Latin, as plain ones, and for secrets in
 * what it holds in base64.
 */
export function findSecrets(text: string, { context = '' }: FindSecretsOptions = {}): Secret[] {
  const best = new Map<FindingCode, Secret>();
  const visible = withoutInvisible(text).normalize('NFKC');
  const plain = isDisguised(visible) ? withLatinLookAlikes(visible) : visible;
  const lowerContext = `${context.slice(-200).toLowerCase()} `;
  const search = (version: string, isWanted: (code: FindingCode) => boolean = () => true): void => {
    for (const { code, severity, start, end } of findMatches(version, lowerContext)) {
      if (!isWanted(code) || best.get(code)?.severity === 'block' || (best.has(code) && severity === 'warning'))
        continue;
      best.set(code, { code, severity, message: MESSAGES[code] ?? '', excerpt: mask(version.slice(start, end)) });
    }
  };
  for (const version of plain === text ? [text] : [text, plain]) search(version);
  let packed = unpackBase64(plain);
  for (let depth = 0; depth < MAX_UNPACKED && packed.length > 0; depth += 1) {
    for (const unpacked of packed) search(unpacked, (code) => WORTH_UNPACKING.has(code));
    packed = packed.flatMap(unpackBase64);
  }
  return [...best.values()];
}
