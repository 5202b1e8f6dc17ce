// Parts of a room that its first screen does not need: their code is fetched when they are first shown. Unlike Solid's `lazy`
// they do not suspend, so the room around them stays on screen and keeps its focus.
import { type Component, createMemo, createSignal, type JSX, Show } from 'solid-js';
import { TributaryError } from '../../lib/errors.ts';
import { ErrorCard } from './ErrorCard.tsx';

/**
 * The component that `load` resolves to. Until it has loaded, `Placeholder` is shown with the same properties, or nothing. A failed
 * fetch shows `APP_PART_NOT_FETCHED` in its place, with a retry.
 */
export function lazyPart<Properties extends object>(
  load: () => Promise<Component<Properties>>,
  Placeholder?: Component<Properties>,
): Component<Properties> {
  const [part, setPart] = createSignal<Component<Properties>>();
  const [failure, setFailure] = createSignal<TributaryError>();
  let isLoading = false;
  function fetchPart(): void {
    if (isLoading) return;
    isLoading = true;
    setFailure(undefined);
    load()
      .then(
        (loaded) => void setPart(() => loaded),
        (cause: unknown) => {
          const error = new TributaryError({
            code: 'APP_PART_NOT_FETCHED',
            message: 'The code of a part of this room could not be fetched.',
            hint: 'Try again when the network is back. If Tributary was updated meanwhile, reload the page.',
            cause,
          });
          setFailure(error);
        },
      )
      .finally(() => {
        isLoading = false;
      });
  }
  return (properties): JSX.Element => {
    if (part() === undefined) fetchPart();
    return (
      <Show
        when={part()}
        keyed
        fallback={
          <>
            {Placeholder === undefined ? undefined : <Placeholder {...properties} />}
            <Show when={failure()}>{(error) => <ErrorCard error={error()} onAction={fetchPart} />}</Show>
          </>
        }
      >
        {(Part) => <Part {...properties} />}
      </Show>
    );
  };
}

/** A lazy part that is fetched when it first opens and then stays mounted, since dialogs keep state and close by themselves. */
export function lazyDialog<Properties extends { readonly open: boolean }>(
  load: () => Promise<Component<Properties>>,
): Component<Properties> {
  const Part = lazyPart(load);
  return (properties): JSX.Element => {
    const wasOpened = createMemo<boolean>((before) => before || properties.open, false);
    return (
      <Show when={wasOpened()}>
        <Part {...properties} />
      </Show>
    );
  };
}
