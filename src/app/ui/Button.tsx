// The one button. `busy` keeps its width and focus, is announced to assistive technology, and ignores clicks.
import { type JSX, Show, splitProps } from 'solid-js';
import { Icon, type IconName } from './Icon.tsx';

export interface ButtonProperties extends JSX.ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: 'primary' | 'secondary' | 'quiet' | 'danger';
  readonly size?: 'small' | 'normal';
  readonly icon?: IconName;
  readonly busy?: boolean;
}

const kinds = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  secondary: 'border border-edge bg-surface text-text hover:bg-sunken',
  quiet: 'text-muted hover:bg-accent-soft hover:text-text',
  danger: 'border border-danger bg-surface text-danger hover:bg-danger-soft',
};
const sizes = { small: 'min-h-8 px-2.5 text-sm gap-1.5', normal: 'min-h-10 px-4 gap-2' };

export function Button(properties: ButtonProperties): JSX.Element {
  const [own, rest] = splitProps(properties, [
    'kind',
    'size',
    'icon',
    'busy',
    'class',
    'children',
    'type',
    'onClick',
    'disabled',
  ]);
  const click: JSX.EventHandler<HTMLButtonElement, MouseEvent> = (event) => {
    if (own.busy === true) return;
    const handler = own.onClick;
    if (typeof handler === 'function') handler(event);
    else if (handler !== undefined) handler[0](handler[1], event);
  };
  return (
    <button
      type={own.type ?? 'button'}
      aria-busy={own.busy === true ? true : undefined}
      disabled={own.disabled}
      onClick={click}
      class={`inline-flex items-center justify-center rounded-lg font-medium transition-colors disabled:cursor-not-allowed disabled:opacity-50 ${kinds[own.kind ?? 'secondary']} ${sizes[own.size ?? 'normal']} ${own.class ?? ''}`}
      {...rest}
    >
      <Show when={own.icon}>{(name) => <Icon name={name()} size={own.size === 'small' ? 16 : 18} />}</Show>
      {own.children}
    </button>
  );
}

/** A square button that shows only an icon; `label` is its name and tooltip. */
export function IconButton(
  properties: Omit<ButtonProperties, 'icon' | 'children' | 'size' | 'kind'> & {
    readonly icon: IconName;
    readonly label: string;
    readonly size?: number;
  },
): JSX.Element {
  const [own, rest] = splitProps(properties, ['icon', 'label', 'class', 'type', 'size', 'busy']);
  return (
    <button
      type={own.type ?? 'button'}
      aria-label={own.label}
      title={own.label}
      class={`inline-flex size-9 items-center justify-center rounded-lg text-muted transition-colors hover:bg-accent-soft hover:text-text disabled:cursor-not-allowed disabled:opacity-40 ${own.class ?? ''}`}
      {...rest}
    >
      <Icon name={own.icon} size={own.size ?? 18} />
    </button>
  );
}
