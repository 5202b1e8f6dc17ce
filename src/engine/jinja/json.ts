// `tojson` as transformers defines it: Python's `json.dumps` without escapes for HTML and, unless told otherwise, for non-ASCII.
import { nested, spend, spendText } from './budget.ts';
import { templateFailed, templateUnsupported } from './templateErrors.ts';
import { floatText, isDict, sequence, typeName, type Value } from './values.ts';

export interface JsonOptions {
  readonly ascii: boolean;
  readonly indent: string | undefined;
  readonly separators: readonly [string, string];
  readonly sorted: boolean;
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};
const escaped = (unit: string): string => SHORT[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

function quoted(text: string, ascii: boolean): string {
  spendText(text.length);
  return `"${text.replace(ascii ? /["\\]|[^ -~]/g : /["\\]|[^ -\uffff]/g, escaped)}"`;
}

function scalar(value: Value): string | undefined {
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'number') return undefined;
  if (Number.isFinite(value)) return floatText(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

/** The JSON text of a value. */
export function toJson(value: Value, options: JsonOptions): string {
  const [itemSeparator, keySeparator] = options.separators;

  function wrapped(open: string, parts: readonly string[], close: string, level: number): string {
    if (parts.length === 0) return open + close;
    if (options.indent === undefined) return open + parts.join(itemSeparator) + close;
    const line = (depth: number): string => `\n${(options.indent as string).repeat(depth)}`;
    spendText(parts.length * (options.indent.length * (level + 1) + 1));
    return open + line(level + 1) + parts.join(itemSeparator + line(level + 1)) + line(level) + close;
  }

  function write(part: Value, level: number): string {
    spend();
    if (typeof part === 'string') return quoted(part, options.ascii);
    const plain = scalar(part);
    if (plain !== undefined) return plain;
    const items = sequence(part);
    if (items !== undefined)
      return nested(() =>
        wrapped(
          '[',
          items.map((item) => write(item, level + 1)),
          ']',
          level,
        ),
      );
    if (!isDict(part)) throw templateFailed(`Object of type ${typeName(part)} is not JSON serializable`);
    const pairs = [...part.entries.values()].map(([key, item]): [string, Value] => {
      const name = typeof key === 'string' ? key : scalar(key);
      if (name === undefined) throw templateFailed(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
      if (typeof key !== 'string' && options.sorted)
        throw templateUnsupported('sort_keys with keys that are not texts');
      return [name, item];
    });
    if (options.sorted) pairs.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
    const entry = ([name, item]: [string, Value]): string =>
      quoted(name, options.ascii) + keySeparator + write(item, level + 1);
    return nested(() => wrapped('{', pairs.map(entry), '}', level));
  }

  return write(value, 0);
}
