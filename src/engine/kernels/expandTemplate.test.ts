import { expect, it } from 'vitest';
import { expandTemplate } from './expandTemplate.ts';

it('repeats, nests, branches and substitutes', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the template language's own braces
  const template = ['//#for r in R', '//#if YES', 'a${r}b$r', '//#else', 'no', '//#end', '//#end', 'end'].join('\n');
  expect(expandTemplate(template, { R: 2, YES: 1 })).toBe('a0b0\na1b1\nend');
  expect(expandTemplate(template, { R: 0, YES: 1 })).toBe('end');
  expect(expandTemplate(template, { R: 1, YES: 0 })).toBe('no\nend');
});

it('names a placeholder without a value', () => {
  expect(() => expandTemplate('$missing', {})).toThrow(
    expect.objectContaining({ code: 'ENGINE_TEMPLATE_INVALID', message: expect.stringContaining('"missing"') }),
  );
});
