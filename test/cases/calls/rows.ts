// Rows on their way in: what the contribute room calls, in its order.
import {
  checkRows,
  contentKey,
  lookAlikeKey,
  type ParseRequest,
  parseRows,
  readRows,
} from '../../../src/datanet/index.ts';
import type { Json } from '../../../src/lib/canonicalJson.ts';
import type { Call, CallContext } from './call.ts';

/**
 * `file`: of the folder; or `parts`: texts with how often each is repeated, for inputs that are too large to keep. `as`: the name under
 * which it is read.
 */
interface FileInput {
  readonly file?: string;
  readonly parts?: readonly (readonly [text: string, times: number])[];
  readonly as?: string;
  readonly encoding?: string;
  readonly mapping?: { readonly prompt: string; readonly response: string };
  readonly corrections?: readonly (readonly [line: number, text: string])[];
  /** `counts`: how many rows and problems instead of them. */
  readonly only?: 'counts';
}

async function requestOf(input: FileInput, { file }: CallContext): Promise<ParseRequest> {
  const { file: name, parts = [], as = name ?? 'rows.jsonl', encoding, mapping, corrections } = input;
  return {
    fileName: as,
    blob: name === undefined ? new Blob(parts.map(([text, times]) => text.repeat(times))) : await file(name),
    ...(encoding === undefined ? {} : { encoding }),
    ...(mapping === undefined ? {} : { mapping }),
    ...(corrections === undefined ? {} : { corrections }),
  };
}

const HEX = '0123456789abcdef';
const MIXED = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789';

/** A made-up part of a secret: a text; so many characters that look random; or parts in base64, with as many characters per line. */
type Part =
  | string
  | { readonly hex: number }
  | { readonly mixed: number }
  | { readonly repeat: string; readonly times: number }
  | { readonly base64: readonly Part[]; readonly width?: number };

function join(parts: readonly Part[]): string {
  const letters = (alphabet: string, step: number, length: number): string =>
    Array.from({ length }, (_, index) => alphabet[(index * step + 7) % alphabet.length]).join('');
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      if ('hex' in part) return letters(HEX, 7, part.hex);
      if ('mixed' in part) return letters(MIXED, 31, part.mixed);
      if ('base64' in part) {
        const packed = btoa(join(part.base64));
        return part.width === undefined ? packed : packed.replace(new RegExp(`.{${part.width}}(?=.)`, 'g'), '$&\n');
      }
      return part.repeat.repeat(part.times);
    })
    .join('');
}

export const calls: Readonly<Record<string, Call>> = {
  /** Reads a `FileInput`. Gives rows, lines, problems, notes, columns, mapping, encoding, and how many lines there are. */
  read: async (input, context) => {
    const { only } = input as FileInput;
    const parsed = await parseRows(await requestOf(input as FileInput, context));
    return (only === 'counts'
      ? { ...parsed, rows: parsed.rows.length, problems: parsed.problemCount }
      : parsed) as unknown as Json;
  },

  /** Reads a `FileInput` and checks its rows. Gives rows, findings, and the indices of the accepted ones. */
  check: async (input, context) => {
    const { parsed, checked } = await readRows(await requestOf(input as FileInput, context));
    return { rows: parsed.rows, ...checked } as unknown as Json;
  },

  /** `{ pairs }` of texts: for each, whether they are the `same` content, only `look-alike`, or `different`. */
  compare: async (input) => {
    const { pairs } = input as unknown as { pairs: readonly (readonly [string, string])[] };
    return pairs.map(([left, right]) => {
      const [one, other] = [left, right].map((prompt) => ({ prompt, response: 'answer' })) as [
        { prompt: string; response: string },
        { prompt: string; response: string },
      ];
      if (contentKey(one) === contentKey(other)) return 'same';
      return lookAlikeKey(one) === lookAlikeKey(other) ? 'look-alike' : 'different';
    });
  },

  /**
   * `{ shapes }` by name, each a list of parts that are joined: for each what is found in a row with it as its answer, as
   * `block` or `warning` (the gravest), or `nothing`.
   */
  secrets: async (input) => {
    const { shapes } = input as unknown as { shapes: Readonly<Record<string, readonly Part[]>> };
    const names = Object.keys(shapes);
    const rows = names.map((name) => ({
      prompt: 'What stands here?',
      response: `${join(shapes[name] as readonly Part[])} .`,
    }));
    const { findings } = await checkRows({ rows });
    const ofSecrets = findings.filter(({ code }) => !/^(?:DUPLICATE|TOO_|LOOK_ALIKE|EMPTY|HIDDEN)/.test(code));
    return Object.fromEntries(
      names.map((name, index) => {
        const severities = ofSecrets.filter(({ row }) => row === index).map(({ severity }) => severity);
        return [name, severities.includes('block') ? 'block' : (severities[0] ?? 'nothing')];
      }),
    );
  },
};
