// Expands a WGSL template into a module. WGSL has no generics and no macros, and software drivers do not unroll loops, so
// register tiles must be written out. Three nestable line directives, all in comments so that editors still parse the file:
//   //#for i in NAME      repeats its body with $i = 0, 1, ... values.NAME - 1
//   //#if NAME            keeps its body when values.NAME is not 0; `//#else` inverts
//   //#end
// `$NAME` or `${NAME}` anywhere is replaced by the value.
import { TributaryError } from '../../lib/errors.ts';

/** The expanded text. Throws `ENGINE_TEMPLATE_INVALID` for an unknown name or an unclosed block. */
export function expandTemplate(template: string, values: Readonly<Record<string, number | string>>): string {
  const lines = template.split('\n');
  let next = 0;

  const invalid = (message: string): TributaryError =>
    new TributaryError({
      code: 'ENGINE_TEMPLATE_INVALID',
      message,
      facts: { line: next, text: lines[next - 1] ?? '' },
      hint: 'This is a mistake in the program: report it with these details.',
    });

  function valueNamed(name: string, scope: Readonly<Record<string, number | string>>): number | string {
    const value = scope[name];
    if (value === undefined) throw invalid(`The shader template uses "${name}", which has no value.`);
    return value;
  }

  const substitute = (line: string, scope: Readonly<Record<string, number | string>>): string =>
    line.replace(/\$(?:\{(\w+)\}|([A-Za-z]+))/g, (_, braced: string | undefined, bare: string | undefined) =>
      String(valueNamed(braced ?? bare ?? '', scope)),
    );

  /** Expands the lines from `next` to the block's `//#end` (or `//#else`). */
  function block(scope: Readonly<Record<string, number | string>>, output: string[], keep: boolean): '#end' | '#else' {
    while (next < lines.length) {
      const line = lines[next] ?? '';
      next += 1;
      const directive = line.trim().match(/^\/\/(#for|#if|#else|#end)\b(.*)$/);
      if (directive === null) {
        if (keep) output.push(substitute(line, scope));
        continue;
      }
      const [, kind, rest = ''] = directive;
      if (kind === '#end' || kind === '#else') return kind;
      if (kind === '#if') {
        const holds = keep && Number(valueNamed(rest.trim(), scope)) !== 0;
        if (block(scope, output, holds) === '#else') block(scope, output, keep && !holds);
        continue;
      }
      const [name = '', , bound = ''] = rest.trim().split(/\s+/);
      const count = keep ? Number(valueNamed(bound, scope)) : 0;
      const body = next;
      if (count === 0) block(scope, output, false);
      for (let index = 0; index < count; index += 1) {
        next = body;
        block({ ...scope, [name]: index }, output, keep);
      }
    }
    return '#end';
  }

  const output: string[] = [];
  while (next < lines.length) {
    const start = next;
    block(values, output, true);
    if (next < lines.length && start === next) throw invalid('A block of the shader template is not closed.');
  }
  return output.join('\n');
}
