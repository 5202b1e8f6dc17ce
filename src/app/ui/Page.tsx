// The frame of a room that is a page (all but the chat): one heading, a lead sentence, sections with generous space.
import { type JSX, Show } from 'solid-js';

export function Page(properties: {
  readonly title: string;
  readonly lead?: string;
  readonly actions?: JSX.Element;
  readonly children: JSX.Element;
}): JSX.Element {
  return (
    // Positioned, because visually hidden elements would otherwise add to the height of the page.
    <div class="relative h-full overflow-y-auto">
      <div class="mx-auto grid max-w-5xl gap-8 px-4 py-8 sm:px-8 sm:py-12">
        <header class="flex flex-wrap items-end justify-between gap-4">
          <div class="grid max-w-2xl gap-2">
            <h1 class="text-3xl font-semibold">{properties.title}</h1>
            <Show when={properties.lead}>
              <p class="text-lg text-muted">{properties.lead}</p>
            </Show>
          </div>
          {properties.actions}
        </header>
        {properties.children}
      </div>
    </div>
  );
}

export function Section(properties: {
  readonly title: string;
  readonly lead?: string | undefined;
  readonly actions?: JSX.Element;
  readonly children: JSX.Element;
}): JSX.Element {
  return (
    <section class="grid gap-4 rounded-2xl border border-line bg-surface p-5 sm:p-6">
      <header class="flex flex-wrap items-start justify-between gap-3">
        <div class="grid max-w-2xl gap-1">
          <h2 class="text-lg font-semibold">{properties.title}</h2>
          <Show when={properties.lead}>
            <p class="text-muted">{properties.lead}</p>
          </Show>
        </div>
        {properties.actions}
      </header>
      {properties.children}
    </section>
  );
}
