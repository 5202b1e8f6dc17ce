// An ambient state in one sentence, with at most one action: information, success, warning. Failures are ErrorCards.
import type { JSX } from 'solid-js';
import { Icon } from './Icon.tsx';

const kinds = {
  information: { box: 'bg-accent-soft', icon: 'info', color: 'text-accent-strong' },
  success: { box: 'bg-success-soft', icon: 'check', color: 'text-success' },
  warning: { box: 'bg-warning-soft', icon: 'warning', color: 'text-warning' },
} as const;

export function Banner(properties: {
  readonly kind?: keyof typeof kinds;
  readonly children: JSX.Element;
  readonly action?: JSX.Element;
}): JSX.Element {
  const kind = () => kinds[properties.kind ?? 'information'];
  return (
    <div class={`flex flex-wrap items-center gap-x-4 gap-y-2 rounded-xl px-4 py-3 ${kind().box}`}>
      <Icon name={kind().icon} class={kind().color} />
      <div class="min-w-0 flex-1 basis-56">{properties.children}</div>
      {properties.action}
    </div>
  );
}
