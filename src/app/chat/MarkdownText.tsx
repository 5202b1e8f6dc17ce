// An answer as sanitised markdown. While it is being written, only its last block is rendered again; once it is complete,
// spans that match rows verbatim become numbered buttons.
import { createEffect, type JSX, on } from 'solid-js';
import { t } from '../i18n/t.ts';
import { markSpans } from './markSpans.ts';
import { renderMarkdown } from './renderMarkdown.ts';
import { streamMarkdown } from './streamMarkdown.ts';

export interface SpanLink {
  readonly index: number;
  readonly text: string;
  readonly rowCount: number;
}

export function StreamingText(properties: { readonly text: string }): JSX.Element {
  let container!: HTMLDivElement;
  createEffect(() => {
    const text = properties.text;
    stream ??= streamMarkdown(container);
    stream.update(text);
  });
  let stream: ReturnType<typeof streamMarkdown> | undefined;
  return <div ref={container} class="prose" aria-busy="true" />;
}

export function AnswerText(properties: {
  readonly text: string;
  readonly spans: readonly SpanLink[];
  readonly selected: number | undefined;
  readonly onSelect: (span: number | undefined) => void;
}): JSX.Element {
  let container!: HTMLDivElement;
  let buttons = new Map<number, HTMLElement>();

  const choose = (index: number): void => properties.onSelect(properties.selected === index ? undefined : index);

  function keys(event: KeyboardEvent, index: number): void {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      choose(index);
      return;
    }
    const order = [...buttons.keys()];
    const at = order.indexOf(index);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = order[(at + step + order.length) % order.length];
      if (next !== undefined) buttons.get(next)?.focus();
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      properties.onSelect(undefined);
      container.focus();
    }
  }

  createEffect(
    on(
      () => [properties.text, properties.spans] as const,
      ([text, spans]) => {
        container.replaceChildren(renderMarkdown(text));
        buttons = markSpans(container, spans, ({ index }) => {
          // Not a <button>: browsers do not break one over lines, and a span may be most of the answer.
          const button = document.createElement('span');
          button.role = 'button';
          button.tabIndex = 0;
          button.className = 'span-button';
          button.dataset['span'] = String(index);
          const number = document.createElement('sup');
          number.textContent = String(index + 1);
          button.append(number);
          const rows = t('chat.spanRows', { count: spans.find((span) => span.index === index)?.rowCount ?? 0 });
          button.setAttribute('aria-description', t('chat.span', { number: index + 1, rows }));
          button.addEventListener('click', () => choose(index));
          button.addEventListener('keydown', (event) => keys(event, index));
          return button;
        });
      },
    ),
  );
  createEffect(
    on(
      () => [properties.selected, properties.spans, properties.text] as const,
      ([selected]) => {
        for (const [index, button] of buttons) button.setAttribute('aria-pressed', String(index === selected));
      },
    ),
  );
  return <div ref={container} class="prose outline-none" tabindex="-1" />;
}
