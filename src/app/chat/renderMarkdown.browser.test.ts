import { expect, test } from 'vitest';
import { renderMarkdown } from './renderMarkdown.ts';
import { streamMarkdown } from './streamMarkdown.ts';

function html(source: string): string {
  const box = document.createElement('div');
  box.append(renderMarkdown(source));
  return box.innerHTML;
}

const attacks = [
  '<script>window.attacked = 1</script>',
  '<img src=x onerror="window.attacked = 1">',
  '![pixel](https://evil.example/track.png)',
  '<svg><script>window.attacked = 1</script></svg>',
  '<iframe srcdoc="<script>parent.attacked = 1</script>"></iframe>',
  '<form action="https://evil.example"><input name=secret></form>',
  '<style>body { display: none }</style>',
  '<p style="position: fixed" onclick="window.attacked = 1" id="app">x</p>',
  '<math><mtext></p><style><!--</style><img title="--&gt;&lt;img src=1 onerror=attacked=1&gt;">',
];

test.each(attacks)('%s leaves nothing that runs, loads or styles', async (source) => {
  const out = html(source);
  expect(out).not.toMatch(/<(script|img|svg|iframe|form|input|style|math|object|embed|link|base)/i);
  expect(out).not.toMatch(/ (on\w+|style|id|class|src)=/i);
  document.body.insertAdjacentHTML('beforeend', `<div class="probe">${out}</div>`);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect('attacked' in window).toBe(false);
  for (const probe of document.querySelectorAll('.probe')) probe.remove();
});

test('links go to the web, apart from this page, and nowhere else', () => {
  expect(html('[a](https://example.org/x)')).toBe(
    '<p dir="auto"><a href="https://example.org/x" target="_blank" rel="noopener noreferrer nofollow">a</a></p>\n',
  );
  for (const target of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    '#/settings',
    '/x',
    '//evil.example',
  ]) {
    expect(html(`[a](${target})`), target).not.toContain('<a');
  }
});

test('text, code and tables stay', () => {
  expect(html('**b** `a < b`')).toBe('<p dir="auto"><strong>b</strong> <code>a &lt; b</code></p>\n');
  expect(html('|a|\n|-|\n|1|')).toContain('<td>1</td>');
});

test('a growing text ends as the same document as when it is parsed at once', () => {
  const source =
    '# Title\n\nSome **bold** and `code`.\n\n- one\n- two\n\n```js\nconst a = 1;\n\nconst b = 2;\n```\n\nThe end.';
  const container = document.createElement('div');
  const stream = streamMarkdown(container);
  for (let length = 1; length <= source.length; length += 3) stream.update(source.slice(0, length));
  stream.update(source);
  const kinds = (root: ParentNode): string[] =>
    [...root.querySelectorAll('h1,p,ul,li,pre,code,strong')].map(
      (element) => `${element.tagName} ${element.textContent}`,
    );
  const whole = document.createElement('div');
  whole.append(renderMarkdown(source));
  expect(kinds(container)).toEqual(kinds(whole));
});

test('an open mark is closed while the text grows', () => {
  const container = document.createElement('div');
  streamMarkdown(container).update('This is **bol');
  expect(container.querySelector('strong')?.textContent).toBe('bol');
});

test('each block has the direction of its own words, and code is never turned', () => {
  const box = document.createElement('div');
  document.body.append(box);
  box.append(renderMarkdown('Hello\n\nمرحبا بالعالم\n\n- مرحبا\n- hello\n\n```\nمرحبا = 1\n```'));
  expect([...box.children].map((block) => getComputedStyle(block).direction)).toEqual(['ltr', 'rtl', 'rtl', 'ltr']);
  box.remove();
});
