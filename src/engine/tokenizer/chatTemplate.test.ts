import { expect, test } from 'vitest';
import { openChatTemplate } from './chatTemplate.ts';

const user = [{ role: 'user' as const, content: 'Hi' }];

test.each(['tools', 'documents'])('%s are none if absent, as transformers passes them', (name) => {
  const source = `{% if ${name} is not none %}{{ ${name} | length }}{% endif %}{{ messages[0].content }}`;
  expect(openChatTemplate(source, {}).render(user, false)).toBe('Hi');
});
