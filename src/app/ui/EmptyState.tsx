// A room or list with nothing in it yet: one sentence and one button.
import { type JSX, Show } from 'solid-js';
import { Icon, type IconName } from './Icon.tsx';

export function EmptyState(properties: {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: JSX.Element;
  readonly action?: JSX.Element;
}): JSX.Element {
  return (
    <div class="grid justify-items-center gap-3 rounded-2xl border border-dashed border-line px-6 py-12 text-center">
      <span class="grid size-12 place-items-center rounded-full bg-accent-soft text-accent-strong">
        <Icon name={properties.icon} size={24} />
      </span>
      <p class="text-lg font-semibold">{properties.title}</p>
      <Show when={properties.children}>
        <div class="max-w-prose text-muted">{properties.children}</div>
      </Show>
      {properties.action}
    </div>
  );
}
