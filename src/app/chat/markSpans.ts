// Puts buttons around the spans of an answer that stand word for word in training rows. Works on the rendered document: a
// span is searched for as text, in reading order; one that crosses markup or overlaps an earlier one appears in the panel only.

export interface TextSpan {
  /** Index into the attribution's spans. */
  readonly index: number;
  /** Its words. */
  readonly text: string;
}

/** Wraps what is found and returns the buttons by span index. `make` builds the empty button of a span. */
export function markSpans(
  root: HTMLElement,
  spans: readonly TextSpan[],
  make: (span: TextSpan) => HTMLElement,
): Map<number, HTMLElement> {
  const made = new Map<number, HTMLElement>();
  const walker = (): TreeWalker => document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  // After which button the next search begins, so that equal words are marked in reading order.
  let after: HTMLElement | undefined;
  for (const span of spans) {
    const words = span.text.trim();
    if (words === '') continue;
    const nodes = walker();
    for (let node = nodes.nextNode() as Text | null; node !== null; node = nodes.nextNode() as Text | null) {
      if (node.parentElement?.closest('[data-span]') != null) continue;
      if (after !== undefined && (after.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING) === 0)
        continue;
      const at = node.data.indexOf(words);
      if (at < 0) continue;
      const matched = node.splitText(at);
      matched.splitText(words.length);
      const button = make(span);
      matched.replaceWith(button);
      button.prepend(matched);
      made.set(span.index, button);
      after = button;
      break;
    }
  }
  return made;
}
