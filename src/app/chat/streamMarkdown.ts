// Markdown that grows: finished blocks are parsed once and stay; only the last block is parsed again, its open marks closed
// by `remend`. Parsing everything again on every token would make long answers stutter.
import { marked } from 'marked';
import remend from 'remend';
import { renderMarkdown } from './renderMarkdown.ts';

export interface MarkdownStream {
  /** Shows `text`, which starts with the text shown before; any other text replaces it. */
  update(text: string): void;
}

/** Takes over the children of `container`. */
export function streamMarkdown(container: HTMLElement): MarkdownStream {
  const tail = document.createElement('div');
  tail.className = 'contents-tail';
  container.replaceChildren(tail);
  let committed = '';
  return {
    update(text) {
      if (!text.startsWith(committed)) {
        committed = '';
        container.replaceChildren(tail);
      }
      const rest = text.slice(committed.length);
      const blocks = marked.lexer(rest);
      const finished = blocks.slice(0, -1);
      // Reference definitions would be lost between pieces; they are rare enough to stay in the tail.
      if (finished.length > 0 && !finished.some((block) => block.type === 'def')) {
        const source = finished.map((block) => block.raw).join('');
        tail.before(renderMarkdown(source));
        committed += source;
      }
      tail.replaceChildren(renderMarkdown(remend(text.slice(committed.length))));
    },
  };
}
