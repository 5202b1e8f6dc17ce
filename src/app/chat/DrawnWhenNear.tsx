// A message of a long conversation: drawn while it is within a window's height of what is seen. Elsewhere its place is kept, as high
// as it was, so that a chat of hundreds of answers costs what its visible ones cost.
import { createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';

/** Of a message that was never drawn, in CSS pixels. */
const GUESSED_HEIGHT = 128;

export function DrawnWhenNear(properties: {
  readonly id: string;
  /** Drawn wherever it is. */
  readonly always: boolean;
  /** What scrolls. */
  readonly root: Element;
  readonly children: JSX.Element;
}): JSX.Element {
  let place!: HTMLDivElement;
  const [near, setNear] = createSignal(false);
  const [height, setHeight] = createSignal(GUESSED_HEIGHT);
  onMount(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        const isNear = entries.at(-1)?.isIntersecting === true;
        // Whoever edits or reads with the keyboard there keeps it.
        if (!isNear && place.contains(document.activeElement)) return;
        if (!isNear && near()) setHeight(place.offsetHeight);
        setNear(isNear);
      },
      { root: properties.root, rootMargin: '100% 0px' },
    );
    observer.observe(place);
    onCleanup(() => observer.disconnect());
  });
  const drawn = (): boolean => near() || properties.always;
  return (
    <div ref={place} data-message={properties.id} style={drawn() ? undefined : { height: `${height()}px` }}>
      <Show when={drawn()}>{properties.children}</Show>
    </div>
  );
}
