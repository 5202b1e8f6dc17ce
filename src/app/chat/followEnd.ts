// Scrolls a growing transcript so that its end stays in sight.
import { onCleanup, onMount } from 'solid-js';

export interface FollowedEnd {
  /** Also follows the growth of this element. */
  watch(content: Element): void;
  /** Call when the scroller was scrolled: whoever scrolls up is left there. */
  scrolled(): void;
  /** Follows the end again, from now on. */
  toEnd(): void;
}

/** So close to the end counts as the end, in CSS pixels. */
const END_MARGIN = 40;

/** Call in a component; `scroller` is read once it is mounted. */
export function followEnd(scroller: () => HTMLElement): FollowedEnd {
  let atEnd = true;
  const scroll = (): void => {
    const element = scroller();
    if (atEnd) element.scrollTop = element.scrollHeight;
  };
  // Anything may grow: words, an error, what shaped the answer.
  const growth = new ResizeObserver(scroll);
  onMount(() => growth.observe(scroller()));
  onCleanup(() => growth.disconnect());
  return {
    watch: (content) => growth.observe(content),
    scrolled() {
      const { scrollHeight, scrollTop, clientHeight } = scroller();
      atEnd = scrollHeight - scrollTop - clientHeight < END_MARGIN;
    },
    toEnd() {
      atEnd = true;
      scroll();
    },
  };
}
