// The regular expressions of PEFT configs, matched against module names. They are untrusted and JavaScript's matcher
// backtracks, so patterns that could take exponential or high polynomial time are refused.
import { adapterUnsupported } from './adapterErrors.ts';

const MAX_PATTERN_LENGTH = 2000;
/** Names have about 40 characters: five unbounded repeats cost at most a few million steps. */
const MAX_UNBOUNDED = 5;

/** A full-match test on module names. Throws `ADAPTER_UNSUPPORTED` with the field for a pattern that is not accepted. */
export function modulePattern(pattern: string, field: string): (name: string) => boolean {
  const refuse = (reason: string) => adapterUnsupported(field, pattern.slice(0, 200), `its ${field} ${reason}.`);
  if (pattern.length > MAX_PATTERN_LENGTH) throw refuse(`is a pattern of ${pattern.length} characters`);
  const bare = pattern.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');
  if (/\)[*+]|\)\{\d*,|\\[1-9]/.test(bare)) throw refuse('repeats a group, which can take for ever to match');
  if ((bare.match(/[*+]|\{\d*,\}/g) ?? []).length > MAX_UNBOUNDED)
    throw refuse(`has more than ${MAX_UNBOUNDED} unbounded repeats`);
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${pattern})$`);
  } catch {
    // The JavaScript engine's own message differs between browsers.
    throw refuse('is no valid regular expression');
  }
  return (name) => expression.test(name);
}
