// Scrolls a growing transcript so that its end stays in sight. What is not watched, a welcome, is read from its beginning.
import { onCleanup, onMount } from 'solid-js';

export interface FollowedEnd {
  /** Follows the growth of this element until it is left: call it where the element is made. */
  watch(content: Element): void;
  /** Call when the scroller was scrolled: whoever scrolls up is left there. */
  scrolled(): void;
  /** Follows the end again, from now on; without watched content, goes to the beginning. */
  toEnd(): void;
}

/** So close to the end counts as the end, in CSS pixels. */
const END_MARGIN = 40;

/** Call in a component; `scroller` is read once it is mounted. */
export function followEnd(scroller: () => HTMLElement): FollowedEnd {
  let atEnd = true;
  let watched: Element | undefined;
  const scroll = (): void => {
    const element = scroller();
    if (atEnd && watched !== undefined) element.scrollTop = element.scrollHeight;
  };
  // Anything may grow: words, an error, what shaped the answer.
  const growth = new ResizeObserver(scroll);
  onMount(() => growth.observe(scroller()));
  onCleanup(() => growth.disconnect());
  return {
    watch(content) {
      watched = content;
      growth.observe(content);
      onCleanup(() => {
        growth.unobserve(content);
        if (watched === content) watched = undefined;
      });
    },
    scrolled() {
      const { scrollHeight, scrollTop, clientHeight } = scroller();
      atEnd = scrollHeight - scrollTop - clientHeight < END_MARGIN;
    },
    toEnd() {
      atEnd = true;
      if (watched === undefined) scroller().scrollTop = 0;
      scroll();
    },
  };
}
