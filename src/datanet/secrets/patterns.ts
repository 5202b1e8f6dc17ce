// Shapes of secrets and of personal data, from what their makers publish. Each repeats over one class with a bound, or begins where
// such a run begins, so that a hostile text cannot stall them.
import type { FindingCode } from '../types.ts';
import {
  entropy,
  isBase58KeyPair,
  isCardNumber,
  isIban,
  isMiniKey,
  isRippleSeed,
  isStellarSeed,
  isWalletImportKey,
} from './checksums.ts';

export type Severity = 'block' | 'warning';

export interface Pattern {
  readonly code: FindingCode;
  /** With the flag `g`. */
  readonly pattern: RegExp;
  /** What a match means; undefined: nothing. Default: `block`. `around` is the text before and after, in lower case. */
  readonly judge?: (match: RegExpExecArray, around: { before: string; after: string }) => Severity | undefined;
  /** Its value may be a stand-in such as YOUR_KEY_HERE, which is then pointed out only. */
  readonly placeholders?: boolean;
}

const DANGEROUS =
  /priv(?:ate)?|secret|signing|wallet|seed|mnemonic|keystore|\bpk\b|_pk\b|deployer|(?<!public[ _-]?)\bkey["'`]?\s{0,3}[:=]["'`\s]{0,4}$/;
const HARMLESS =
  /\b(?:tx|txid|txn|transactions?|hash(?:es)?|sha-?(?:2|3|256|512)|keccak(?:256)?|blake\w{0,4}|digests?|checksums?|blocks?|roots?|merkle|commits?|commitments?|signatures?|signed|sig|public|pubkey|cid|topics?|etag|integrity|fingerprints?|uuid|address(?:es)?|slots?|proofs?|nonces?|salts?|leaf|leaves|vectors?)\b/;

/** Letters and digits mixed as a machine does: words and versions joined by hyphens are not. */
function looksRandom(text: string): boolean {
  return text
    .split(/[-_./]/)
    .some(
      (part) =>
        part.length >= 12 &&
        /\d/.test(part) &&
        /[A-Za-z]/.test(part) &&
        (part.match(/\d/g)?.length ?? 0) + (/[a-z]/.test(part) && /[A-Z]/.test(part) ? 2 : 0) >= 3,
    );
}

/** Of nothing, by SHA-256 and Keccak-256. */
const KNOWN_DIGEST = /^(?:0x)?(?:e3b0c44298fc1c149afbf4c8996fb924|c5d2460186f7233c927e7db2dcc703c0)/i;
/** The hash of a block: its miner made the first digits zero. */
const BLOCK_HASH = /^(?:0x)?0{8}/i;

/** 32 bytes in hexadecimal are a key, or a hash: the words around decide; alone they count as a key. */
function judgeHex(match: RegExpExecArray, { before, after }: { before: string; after: string }): Severity | undefined {
  if (KNOWN_DIGEST.test(match[0])) return undefined;
  if (DANGEROUS.test(before)) return 'block';
  if (HARMLESS.test(before) || HARMLESS.test(after) || BLOCK_HASH.test(match[0])) return undefined;
  return entropy(match[0].replace(/^0x/i, '').toLowerCase()) >= 2.5 ? 'block' : undefined;
}

/** A value that a program fills in later, or a name instead of a value. */
const REFERENCE = /^(?:[$%<{[(*]|os\.|process\.|env\.|config\.|self\.|this\.|get|null|none|true|false|undefined)|[({]/i;

function judgePassword(match: RegExpExecArray): Severity | undefined {
  const value = match[2] ?? '';
  if (REFERENCE.test(value) || !/\p{L}/u.test(value)) return undefined;
  if (/[\d\p{S}!@#&?]/u.test(value)) return 'block';
  return match[1] === undefined || match[1] === '' ? undefined : 'warning';
}

/** Keys of tables, lists and pages, and those that everybody may know. */
const HARMLESS_NAME =
  /(?:^|[_-])(?:primary|foreign|sort|partition|row|cache|hash|group|map|dict|index|idempotency|page|next|cursor|continuation|public|pub|publishable|site|translation|i18n|config|object|s3|storage|file|image|unk|pad|eos|bos|special|mask|sep|cls)(?=[_-])/i;

/** Card numbers that payment services publish for tests. */
const TEST_CARD =
  /^(?:4242|4111111111111111$|4012888888881881$|5555555555554444$|5105105105105100$|378282246310005$|(\d)\1+$)/;

const TOKENS = [
  '(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}',
  'gh[pousr]_[A-Za-z0-9]{36,251}',
  'github_pat_[A-Za-z0-9_]{40,100}',
  'gl(?:pat|ptt|dt|rt|cbt|soat|ft|imt|agent|oas|rtr|sa)-[A-Za-z0-9_.-]{20,300}',
  '(?:ATATT3|ATCTT3|ATBB)[A-Za-z0-9_=-]{28,300}',
  '(?:[srp]k|rk)_(?:live|test|prod)_[A-Za-z0-9]{20,200}',
  'whsec_[A-Za-z0-9+/=]{24,100}',
  'xox[abceoprs]-[A-Za-z0-9-]{10,300}',
  'xox[ep]\\.xox[bp]-[A-Za-z0-9-]{20,300}',
  'xapp-\\d-[A-Za-z0-9]{4,20}-\\d{6,20}-[A-Za-z0-9]{20,200}',
  'AIza[0-9A-Za-z_-]{35}',
  'GOCSPX-[A-Za-z0-9_-]{28}',
  'ya29\\.[A-Za-z0-9_-]{20,2000}',
  '1//0[A-Za-z0-9_-]{40,200}',
  'hf_[A-Za-z0-9]{30,40}',
  'api_org_[A-Za-z0-9]{30,40}',
  'npm_[A-Za-z0-9]{36}',
  'pypi-[A-Za-z0-9_-]{50,300}',
  'rubygems_[a-f0-9]{48}',
  'cio[A-Za-z0-9]{32}',
  'oy2[a-z0-9]{43}',
  'do[oprt]_v1_[a-f0-9]{64}',
  'dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,100}',
  'SK[0-9a-f]{32}',
  'key-[0-9a-f]{32}',
  'SG\\.[A-Za-z0-9_-]{16,64}\\.[A-Za-z0-9_-]{30,100}',
  '[0-9a-f]{32}-us\\d{1,2}',
  'xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}',
  're_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,40}',
  '[MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,45}',
  '\\d{8,10}:(?=[A-Za-z_-]{0,34}\\d)(?=[a-z0-9_-]{0,34}[A-Z])(?=[A-Z0-9_-]{0,34}[a-z])[A-Za-z0-9_-]{35}(?![\\w-])',
  'r8_[A-Za-z0-9]{37}',
  'pplx-[A-Za-z0-9]{40,64}',
  'gsk_[A-Za-z0-9]{40,64}',
  'xai-[A-Za-z0-9]{40,100}',
  'nvapi-[A-Za-z0-9_-]{40,100}',
  'fw_(?=[A-Za-z]{0,19}\\d)[A-Za-z0-9]{20,40}',
  'pcsk_[A-Za-z0-9_]{40,100}',
  'lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}',
  'tvly-[A-Za-z0-9-]{20,60}',
  'jina_[A-Za-z0-9_-]{40,100}',
  'csk-[A-Za-z0-9]{40,60}',
  'tgp_v1_[A-Za-z0-9_-]{30,60}',
  'rpa_[A-Z0-9]{40,60}',
  'sbp_[a-f0-9]{40}',
  'sb_secret_[A-Za-z0-9_-]{20,60}',
  'pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_=.-]{32,64}',
  'hv[sbr]\\.[A-Za-z0-9_-]{24,300}',
  '[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,70}',
  'gl(?:c|sa)_[A-Za-z0-9+/=_]{32,400}',
  'NR(?:AK|RA|AL|II|IQ)-[A-Za-z0-9_-]{27,32}',
  'dapi[a-f0-9]{32}',
  'sl\\.[A-Za-z0-9_-]{130,160}',
  'lin_(?:api|oauth)_[A-Za-z0-9]{32,64}',
  '(?:ntn|secret)_[A-Za-z0-9]{43,50}',
  'pat[A-Za-z0-9]{14}\\.[a-f0-9]{64}',
  'figd_[A-Za-z0-9_-]{40}',
  'PMAK-[a-f0-9]{24}-[a-f0-9]{34}',
  'sntry[su]_[A-Za-z0-9+/=_]{40,400}',
  'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}',
  'sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,43}',
  'EAAA[A-Za-z0-9_-]{56,64}',
  'EAA[A-Z][A-Za-z0-9]{60,300}',
  'IGQ[A-Za-z0-9_-]{60,300}',
  'A{21}(?=A{0,80}[B-Za-z0-9%])[A-Za-z0-9%]{60,120}',
  'access_token\\$(?:production|sandbox)\\$[a-z0-9]{16}\\$[a-f0-9]{32}',
  'fm[12][ar]?_[A-Za-z0-9+/=]{80,1000}',
  'fo1_[A-Za-z0-9_-]{43}',
  'HRKU-[A-Za-z0-9_-]{36,64}',
  'vc[pikr]_[A-Za-z0-9]{24,80}',
  'nfp_[A-Za-z0-9]{36,60}',
  'v1\\.0-[a-f0-9]{24}-[a-f0-9]{146}',
  'dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9_.-]{40,64}',
  'ops_eyJ[A-Za-z0-9+/]{100,2000}',
  'A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}',
  'tskey-[a-z]{3,10}-[A-Za-z0-9]{8,30}-[A-Za-z0-9]{20,60}',
  'pul-[a-f0-9]{40}',
  'phx_[A-Za-z0-9]{40,60}',
  'sgp_[A-Za-z0-9_]{40,64}',
  'sk-ant-(?:api|admin|oat|sid)\\d\\d-[A-Za-z0-9_-]{60,200}',
  'LTAI[A-Za-z0-9]{16,24}',
  'AKID[A-Za-z0-9]{32}',
  't1\\.[A-Za-z0-9_-]{10,300}\\.[A-Za-z0-9_-]{86}',
  'y[0-3]_[A-Za-z0-9_-]{55}',
  'sha256~[A-Za-z0-9_-]{43}',
  'sk\\.eyJ[A-Za-z0-9_-]{20,200}\\.[A-Za-z0-9_-]{20,40}',
  'AAAA[A-Za-z0-9_-]{7}:APA91b[A-Za-z0-9_-]{100,200}',
  'sess-[A-Za-z0-9]{40}',
  'sk_(?=[a-f]{0,47}\\d)[a-f0-9]{48}',
  'e2b_[a-f0-9]{40}',
  'CFPAT-[A-Za-z0-9_-]{43}',
  '(?:sdk|mob|api)-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}',
  '[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}:fx',
  'amzn\\.mws\\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  'bedrock-api-key-[A-Za-z0-9+/=]{60,400}',
  '[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}',
  '[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}',
  '[A-Za-z0-9+/]{42}\\+ACR[A-Za-z0-9]{6}',
  'GR1348941[A-Za-z0-9_-]{20}',
  'xoxd-[A-Za-z0-9%+/=_-]{30,400}',
  'mfa\\.[A-Za-z0-9_-]{80,90}',
  'bot\\d{8,10}:[A-Za-z0-9_-]{35}',
  'AC[0-9a-f]{32}[:, "\']{1,3}[0-9a-f]{32}',
  '[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}',
  'AQ\\.[A-Za-z0-9_-]{40,60}',
  'wandb_v1_[A-Za-z0-9_]{60,100}',
  'KGAT_[a-f0-9]{32}',
  'pa-(?=[A-Za-z_-]{0,42}\\d)[A-Za-z0-9_-]{43}',
  'esecret_[a-z0-9]{24,60}',
  '[a-f0-9]{32}\\.(?=[A-Za-z]{0,15}\\d)(?=[a-z0-9]{0,15}[A-Z])[A-Za-z0-9]{16}(?![A-Za-z0-9])',
  'a[ks]-(?=[A-Za-z]{0,21}\\d)(?=[a-z0-9]{0,21}[A-Z])[A-Za-z0-9]{22}(?![A-Za-z0-9])',
  'packagist_[a-z]{2,4}_[a-f0-9]{60,80}',
  'v[1-4]\\.(?:local|public)\\.[A-Za-z0-9_-]{40,4000}',
  'access-(?:production|development|sandbox)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  '\\d/\\d{16}(?:/\\d{16})?:[a-f0-9]{32}',
  'sq[upa]_[a-f0-9]{40}',
  'CCI(?:PAT|PRJ)_[A-Za-z0-9]{22}_[a-f0-9]{40}',
  'bk[a-z]{1,2}_[a-z0-9]{40}',
  'SSWS 00[A-Za-z0-9_-]{40}',
  'pat-(?:na|eu|ap)\\d-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  'dG9r[A-Za-z0-9+/]{52,60}=',
];

const RANDOM_VALUE = '(?=[A-Za-z_+/.=~-]{0,80}\\d)[A-Za-z0-9_+/.=~-]{16,400}';

export const PATTERNS: readonly Pattern[] = [
  // Private keys in files.
  { code: 'PRIVATE_KEY', pattern: /-{3,5} ?BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)? ?-{3,5}/gi },
  { code: 'PRIVATE_KEY', pattern: /PuTTY-User-Key-File-\d|-{3,5}BEGIN OpenVPN Static key/gi },
  {
    // The DER of RSA, EC and Ed25519 keys, PKCS #12 and OpenSSH's header in base64; PEM in base64 once more.
    code: 'PRIVATE_KEY',
    pattern:
      /(?<![A-Za-z0-9+/])(?:MII[A-Za-z0-9+/]{2}[QAgIw]{1,2}BADAN|MII[A-Za-z0-9+/]{2}[AgIQw]{1,2}BAAKC|MI(?:GH|GE|IB|IC|G2|HuA)[A-Za-z0-9+/]{0,4}AgEAMB|MHcCAQEEI|MIGkAgEBBD|MC4CAQAwBQYDK2VwBCIEI|MII[A-Za-z0-9+/]{2}[AQgw]IBAzC[AC]|b3BlbnNzaC1rZXktdjE|LS0tLS1CRUdJTi[A-Za-z0-9+/]{0,40}(?:UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW))/g,
  },
  { code: 'PRIVATE_KEY', pattern: /"(?:ciphertext|cipherparams)"[^{}]{0,400}"?(?:kdf|kdfparams|mac|iv)"?/gi },
  // Wallets' keys.
  {
    code: 'PRIVATE_KEY',
    pattern:
      /(?<![A-Za-z0-9])(?:[xyzuvtYZUV]prv[1-9A-HJ-NP-Za-km-z]{107}|AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{58}|nsec1[02-9ac-hj-np-z]{58}|edsk[1-9A-HJ-NP-Za-km-z]{50,94}|suiprivkey1[02-9ac-hj-np-z]{58}|(?:root|acct|addr|stake)_x?sk1[02-9ac-hj-np-z]{50,300}|ed25519e?_sk1[02-9ac-hj-np-z]{50,300}|ed25519-priv-0x[0-9a-f]{64}|6P[RY][1-9A-HJ-NP-Za-km-z]{55}|0201036c6e64[0-9a-f]{80,600})(?![A-Za-z0-9])/gi,
  },
  {
    code: 'PRIVATE_KEY',
    pattern: /(?<![A-Za-z0-9])[1-9A-HJ-NP-Za-km-z]{51,52}(?![A-Za-z0-9])/g,
    judge: ([text]) => (isWalletImportKey(text) ? 'block' : undefined),
  },
  {
    code: 'PRIVATE_KEY',
    pattern: /(?<![A-Za-z0-9])[1-9A-HJ-NP-Za-km-z]{86,88}(?![A-Za-z0-9])/g,
    judge: ([text], { before, after }) =>
      isBase58KeyPair(text) && (DANGEROUS.test(before) || !(HARMLESS.test(before) || HARMLESS.test(after)))
        ? 'block'
        : undefined,
  },
  {
    code: 'PRIVATE_KEY',
    pattern: /(?<![A-Za-z0-9])S[A-Z2-7]{55}(?![A-Za-z0-9])/g,
    judge: ([text]) => (isStellarSeed(text) ? 'block' : undefined),
  },
  {
    code: 'PRIVATE_KEY',
    pattern: /(?<![A-Za-z0-9])S(?:[1-9A-HJ-NP-Za-km-z]{21}|[1-9A-HJ-NP-Za-km-z]{29})(?![A-Za-z0-9])/g,
    judge: ([text]) => (isMiniKey(text) ? 'block' : undefined),
  },
  {
    code: 'PRIVATE_KEY',
    pattern: /(?<![A-Za-z0-9])s[1-9A-HJ-NP-Za-km-z]{27,31}(?![A-Za-z0-9])/g,
    judge: ([text]) => (isRippleSeed(text) ? 'block' : undefined),
  },
  {
    code: 'PRIVATE_KEY',
    pattern: /\[\s{0,4}(?:\d{1,3}\s{0,4},\s{0,4}){63}\d{1,3}\s{0,4}\]/g,
    judge: ([text]) => ((text.match(/\d+/g) ?? []).every((byte) => Number(byte) < 256) ? 'block' : undefined),
  },
  { code: 'PRIVATE_KEY', pattern: /(?<![0-9a-zA-Z])(?:0x)?[0-9a-f]{64}(?![0-9a-zA-Z])/gi, judge: judgeHex },
  {
    // Byte by byte, as OpenSSL prints it; a fingerprint is written so as well, so that only what is said to be a key is one.
    code: 'PRIVATE_KEY',
    pattern: /(?<![0-9a-zA-Z:])[0-9a-f]{2}(?:[ :]\s{0,8}[0-9a-f]{2}){31,32}(?![0-9a-zA-Z:])/gi,
    judge: (_match, { before }) => (DANGEROUS.test(before) ? 'block' : undefined),
  },
  {
    // A JSON Web Key with its private part.
    code: 'PRIVATE_KEY',
    pattern: /"[dk]"\s{0,4}:\s{0,4}"[A-Za-z0-9_-]{42,700}"/g,
    judge: ({ input }) => (input.includes('"kty"') ? 'block' : undefined),
  },
  {
    code: 'PRIVATE_KEY',
    pattern:
      /(?:private|secret|preshared|signing)[ _-]?key["' ]{0,3}[:=]["' ]{0,3}[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])/gi,
  },
  // Tokens by their makers' prefixes.
  {
    code: 'API_TOKEN',
    pattern: new RegExp(TOKENS.map((token) => `(?<![A-Za-z0-9_])(?:${token})`).join('|'), 'g'),
    placeholders: true,
  },
  {
    code: 'API_TOKEN',
    pattern: /(?<![A-Za-z0-9_-])sk-[A-Za-z0-9_-]{20,400}/g,
    judge: ([text]) => {
      if (!looksRandom(text.slice(3))) return undefined;
      return /1234567890|abcdefghij/i.test(text) ? 'warning' : 'block';
    },
    placeholders: true,
  },
  // JSON Web Tokens: header and payload are JSON in base64url; the last part may be of any length.
  {
    code: 'API_TOKEN',
    pattern:
      /(?<![A-Za-z0-9_-])(?:ey[AJK]|ew[o0])[A-Za-z0-9_-]{8,}\.(?:ey[AJK]|ew[o0])[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{0,}/g,
  },
  {
    code: 'API_TOKEN',
    pattern: /(?<![A-Za-z0-9_-])(?:ey[AJK]|ew[o0])[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*){4}(?![A-Za-z0-9_-])/g,
  },
  // Addresses that carry access.
  {
    code: 'API_TOKEN',
    pattern:
      /https:\/\/(?:hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9/_-]{20,120}|(?:[a-z]{1,10}\.)?discord(?:app)?\.com\/api\/webhooks\/\d{15,22}\/[A-Za-z0-9_-]{40,100}|[a-z0-9-]{1,63}\.webhook\.office\.com\/webhookb2\/[A-Za-z0-9@/-]{40,300}|outlook\.office\.com\/webhook\/[A-Za-z0-9@/-]{40,300}|hooks\.zapier\.com\/hooks\/catch\/[0-9a-z/]{8,60}|chat\.googleapis\.com\/v1\/spaces\/[^\s"']{20,300}|[a-z0-9.]{1,80}\.logic\.azure\.com[^\s"']{20,400}|[a-z0-9-]{1,60}(?:\.g\.alchemy\.com|\.alchemyapi\.io|\.infura\.io)\/(?:ws\/)?v[23]\/[a-z0-9_-]{32}|(?:[a-z0-9-]{1,60}\.){1,3}quiknode\.pro\/[a-f0-9]{40})/gi,
  },
  {
    code: 'API_TOKEN',
    pattern:
      /[?&#](?:access[_-]?token|refresh[_-]?token|id[_-]?token|auth[_-]?token|token|api[_-]?key|apikey|key|auth|secret|client[_-]?secret|sig|signature|x-amz-signature|x-goog-signature|code|password)=([A-Za-z0-9_.~%+/-]{16,2000})/gi,
    judge: (match) => (looksRandom(match[1] ?? '') || (match[1] ?? '').includes('%') ? 'block' : undefined),
    placeholders: true,
  },
  { code: 'API_TOKEN', pattern: /otpauth:\/\/(?:totp|hotp)\/[^\s]{0,200}secret=[A-Z2-7]{16,64}/gi },
  {
    code: 'PASSWORD',
    pattern: /(?<![A-Za-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/?#"'<>]{0,100}:([^\s@/"'<>]{3,200})@[A-Za-z0-9[]/gi,
    judge: (match) =>
      /^(?:\$|%|\{|\*|x+$|pass(?:word)?$|pwd$|secret$|token$)/i.test(match[1] ?? '') ? 'warning' : 'block',
    placeholders: true,
  },
  {
    code: 'API_TOKEN',
    pattern:
      /(?:authorization|proxy-authorization)["' ]{0,3}[:=]["' ]{0,3}(?:basic|bearer|token|apikey|ssws|deepl-auth-key)\s{1,3}[A-Za-z0-9_+/.=~-]{8,2000}/gi,
    judge: ([text]) => (/\d|=/.test(text.slice(20)) ? 'block' : undefined),
    placeholders: true,
  },
  {
    code: 'API_TOKEN',
    pattern:
      /(?:AccountKey|SharedAccessKey|;Secret)=[A-Za-z0-9+/]{40,100}={0,2}|_auth(?:Token)?\s{0,3}=\s{0,3}"?[A-Za-z0-9+/=-]{16,400}|"key"\s{0,3}:\s{0,3}"[a-f0-9]{32}"/gi,
    placeholders: true,
  },
  {
    // A session is whoever holds its cookie.
    code: 'API_TOKEN',
    pattern:
      /\bcookie["' ]{0,3}:[^\n]{0,300}?(?:sess(?:ion)?|sid|auth|token|jwt)[a-z_.-]{0,20}=([A-Za-z0-9%._+/=-]{20,2000})/gi,
    judge: (match) => (looksRandom(match[1] ?? '') ? 'block' : undefined),
    placeholders: true,
  },
  {
    // Named by what it opens: GITHUB_TOKEN, X-Service-Token, DEVOPS_PAT.
    code: 'API_TOKEN',
    pattern:
      /(?<![A-Za-z0-9])([A-Za-z][A-Za-z0-9]{0,30}(?:[_-][A-Za-z0-9]{1,30}){0,4}[_-](?:key|token|secret|pat|credential))["'` ]{0,3}(?::=|=>|[:=])["'` ]{0,3}([A-Za-z0-9_+/.=~-]{16,400})/gi,
    judge: (match) =>
      HARMLESS_NAME.test(match[1] ?? '') || !looksRandom(match[2] ?? '') || REFERENCE.test(match[2] ?? '')
        ? undefined
        : 'block',
    placeholders: true,
  },
  {
    code: 'API_TOKEN',
    pattern: new RegExp(
      `(?:api|app|access|auth|secret|client|consumer|service|account|master|admin|bearer|refresh|session|encryption)[ _-]{0,2}(?:access[ _-]?)?(?:key|token|secret|password)(?:[ _-]{0,1}(?:id|base))?["'\` ]{0,3}(?:is|:=|=>|[:=])["'\` ]{0,3}(${RANDOM_VALUE})`,
      'gi',
    ),
    judge: (match) => (entropy(match[1] ?? '') >= 2 ? 'block' : undefined),
    placeholders: true,
  },
  // Passwords given to a name.
  {
    code: 'PASSWORD',
    pattern:
      /(?<![A-Za-z])(?:[A-Za-z0-9]{1,20}_)?(?:password|passwd|passwort|kennwort|passphrase|contraseña|pwd|pass|pw)["'`]?\s{0,5}(?::=|=>|=|:)\s{0,5}(["'`]?)([^\s"'`,;]{6,128})/giu,
    judge: judgePassword,
    placeholders: true,
  },
  // As people say it. Only with a digit or a sign in it: "the password is required" names none.
  {
    code: 'PASSWORD',
    pattern:
      /(?<![A-Za-z])()(?:password|passwd|passwort|kennwort|passphrase|contraseña)(?: (?:for|of|für|zu|von|de|del) \S{1,60})?\s{1,3}(?:is|was|ist|lautet|es)\s{1,3}["'`]?([^\s"'`,;]{6,128})/giu,
    judge: (match) => (/\d/.test(match[2] ?? '') ? judgePassword(match) : undefined),
    placeholders: true,
  },
  // In commands and in SQL.
  {
    code: 'PASSWORD',
    pattern:
      /(?<![\w-])()--?(?:password|passwd|passphrase|pass)[ =]["']?([^\s"'-][^\s"']{5,127})|\bidentified (?:with \S{1,40} )?by\s{1,3}["']([^\s"']{4,128})["']|\bmysql(?:dump|admin)?\b[^\n]{0,200}? -p([^\s"']{4,100})/gi,
    judge: (match) => {
      const value = match[2] ?? match[3] ?? match[4] ?? '';
      return REFERENCE.test(value) || !/\d/.test(value) || !/\p{L}/u.test(value) ? undefined : 'block';
    },
    placeholders: true,
  },
  {
    code: 'PASSWORD',
    pattern:
      /<(?:[a-z]{1,20}:)?(?:password|passwd|pwd|passphrase|secret|api-?key|token)>\s{0,5}([^<>\s]{6,128})\s{0,5}<\//gi,
    judge: (match) => (/\d/.test(match[1] ?? '') && /\p{L}/u.test(match[1] ?? '') ? 'block' : undefined),
    placeholders: true,
  },
  { code: 'PASSWORD', pattern: /\bmachine \S{1,100} login \S{1,100} password (\S{3,100})/gi, placeholders: true },
  {
    code: 'PASSWORD',
    pattern:
      /\bcurl\b[^\n]{0,200}? (?:-u|--user)[ =]["']?[^\s:"']{1,60}:([^\s"']{3,100})|\bsshpass -p\s?["']?([^\s"']{4,100})/gi,
    judge: (match) => (REFERENCE.test(match[1] ?? match[2] ?? '') ? undefined : 'block'),
    placeholders: true,
  },
  // The credentials of a container registry: name and password in base64.
  { code: 'PASSWORD', pattern: /"auth"\s{0,3}:\s{0,3}"[A-Za-z0-9+/]{12,400}={0,2}"/g, placeholders: true },
  // Money.
  {
    code: 'PAYMENT_CARD',
    pattern: /(?<![\d.,-])\d(?:[ -]?\d){12,18}(?![\d-]|[.,]\d)/g,
    judge: ([text], { before }) => {
      const digits = text.replace(/\D/g, '');
      if (!isCardNumber(digits)) return undefined;
      if (TEST_CARD.test(digits)) return 'warning';
      return /[ -]/.test(text) || /card|visa|mastercard|amex|kreditkarte|cvc|cvv|carte/.test(before)
        ? 'block'
        : 'warning';
    },
  },
  {
    code: 'BANK_ACCOUNT',
    pattern: /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}(?![A-Za-z0-9])/g,
    // What follows in capitals, such as a bank's code, is not of it.
    judge: ([text]) => {
      const ends = [...text.matchAll(/[ -]|$/g)].map(({ index }) => index);
      return ends.some((end) => isIban(text.slice(0, end))) ? 'warning' : undefined;
    },
  },
  // Personal data.
  {
    code: 'EMAIL',
    pattern: /(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b/g,
    judge: () => 'warning',
  },
  {
    code: 'PHONE',
    pattern:
      /(?<![\w.+-])(?:\+\d{1,3}[ .()-]{0,2}(?:\d{1,4}[ .()-]{0,2}){2,5}\d{2,4}|\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4})(?![\w-])/g,
    judge: () => 'warning',
  },
];
