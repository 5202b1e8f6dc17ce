import { expect, test } from 'vitest';
import { createChatRenderer } from './createChatRenderer.ts';

const messages = [{ role: 'user' as const, content: 'Hi' }];

test('a template that cannot be parsed is named when it is used, each time', () => {
  const render = createChatRenderer('{% for %}');
  for (const _ of [1, 2])
    expect(() => render({}, messages, true)).toThrow(expect.objectContaining({ code: 'CHAT_TEMPLATE_INVALID' }));
});

test.each([
  ['a text', '{{ messages[0].content }}'],
  ['parts alone', '{% for part in messages[0].content %}{{ part.text }}{% endfor %}'],
  ['either', '{% set c = messages[0].content %}{% if c is string %}{{ c }}{% else %}{{ c[0].text }}{% endif %}'],
])('a template that reads %s is given it', (_, source) => {
  expect(createChatRenderer(source)({}, messages, true)).toBe('Hi');
});

test('a template that shows no content is given texts', () => {
  expect(createChatRenderer('{{ messages[0].content is string }}')({}, messages, true).toLowerCase()).toBe('true');
});
