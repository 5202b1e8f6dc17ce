import type { Json } from '../../src/lib/canonicalJson.ts';

type Check = (value: Json | undefined, parameter: Json) => boolean;

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** What a pattern can ask besides equality: an object with one of these keys alone. */
const checks: Readonly<Record<string, Check>> = {
  $any: (value, patterns) => (patterns as Json[]).some((pattern) => differences(value, pattern).length === 0),
  $not: (value, pattern) => differences(value, pattern).length > 0,
  $match: (value, pattern) => new RegExp(pattern as string, 'u').test(text(value)),
  $contains: (value, pattern) =>
    Array.isArray(value)
      ? value.some((element) => differences(element, pattern).length === 0)
      : text(value).includes(pattern as string),
  $length: (value, length) => (Array.isArray(value) || typeof value === 'string') && value.length === length,
  $atLeast: (value, bound) => typeof value === 'number' && value >= (bound as number),
  $atMost: (value, bound) => typeof value === 'number' && value <= (bound as number),
  $near: (value, parameter) => {
    const [expected, tolerance] = parameter as [number, number];
    return typeof value === 'number' && Math.abs(value - expected) <= tolerance;
  },
  $absent: (value) => value === undefined,
};

function checkOf(pattern: Json): readonly [string, Json] | undefined {
  if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern)) return undefined;
  const entries = Object.entries(pattern);
  const [first] = entries;
  if (entries.length !== 1 || first === undefined || !first[0].startsWith('$')) return undefined;
  if (!(first[0] in checks)) throw new Error(`No check is called ${first[0]}: ${Object.keys(checks).join(', ')}`);
  return first;
}

const shown = (value: Json | undefined): string => {
  const whole = JSON.stringify(value) ?? 'nothing';
  return whole.length > 300 ? `${whole.slice(0, 300)}…` : whole;
};

/**
 * Where `value` is not as `pattern` says, one sentence each; none: it is right. Objects may have more fields than the
 * pattern; arrays have exactly its elements; everything else is equal, or stands the check that the pattern names.
 */
export function differences(value: Json | undefined, pattern: Json, place = 'outcome'): string[] {
  const check = checkOf(pattern);
  if (check !== undefined) {
    const [name, parameter] = check;
    return (checks[name] as Check)(value, parameter) ? [] : [`${place} is ${shown(value)}, not ${shown(pattern)}`];
  }
  if (Array.isArray(pattern)) {
    if (!Array.isArray(value) || value.length !== pattern.length)
      return [`${place} is ${shown(value)}, not the ${pattern.length} elements ${shown(pattern)}`];
    return pattern.flatMap((element, index) => differences(value[index], element, `${place}[${index}]`));
  }
  if (typeof pattern === 'object' && pattern !== null) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [`${place} is ${shown(value)}, not ${shown(pattern)}`];
    return Object.entries(pattern).flatMap(([key, inner]) =>
      differences((value as Readonly<Record<string, Json>>)[key], inner, `${place}.${key}`),
    );
  }
  return Object.is(value, pattern) ? [] : [`${place} is ${shown(value)}, not ${shown(pattern)}`];
}
