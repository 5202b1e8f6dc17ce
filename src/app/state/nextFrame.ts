// When the screen can show something new.

/** A hidden page draws no frames; work must not wait for one. */
const HIDDEN_MILLISECONDS = 250;

/** Calls `update` once, with the next frame, or soon while the page is hidden. */
export function onNextFrame(update: () => void): void {
  if (document.hidden) setTimeout(update, HIDDEN_MILLISECONDS);
  else requestAnimationFrame(update);
}
