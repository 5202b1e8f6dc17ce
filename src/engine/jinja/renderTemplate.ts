// Chat templates as transformers renders them: Jinja 3.1 in an immutable sandbox, with `trim_blocks`, `lstrip_blocks`, loop controls,
// `tojson`, `raise_exception`, `strftime_now` and `generation`. Text is what Python would give, or a typed error says what is missing.
import { withBudget } from './budget.ts';
import { renderBody } from './evaluate.ts';
import type { Body } from './nodes.ts';
import { parse } from './parse.ts';
import { templateInvalid, templateTooMuch } from './templateErrors.ts';
import { fromJson } from './values.ts';

const MAX_SOURCE = 1 << 20;

function bounded<Result>(work: () => Result): Result {
  try {
    return withBudget(work);
  } catch (error) {
    // The engine's own limit: a stack that is smaller than usual.
    if (error instanceof RangeError) throw templateTooMuch('the memory or the nesting that there is');
    throw error;
  }
}

export interface RenderTemplateOptions {
  /** The clock of `strftime_now`. Default: the system's. */
  readonly now?: () => Date;
}

/** Parses `source` when it is first rendered; `render` takes what the template sees, as JSON. */
export function openTemplate(
  source: string,
  { now = () => new Date() }: RenderTemplateOptions = {},
): (variables: Readonly<Record<string, unknown>>) => string {
  let body: Body | undefined;
  return (variables) =>
    bounded(() => {
      if (source.length > MAX_SOURCE) throw templateInvalid(`it is longer than ${MAX_SOURCE} characters.`, 1);
      body ??= parse(source);
      return renderBody(body, new Map(Object.entries(variables).map(([name, value]) => [name, fromJson(value)])), now);
    });
}
