// Labelled inputs: text, number, multi-line, checkbox. Hint and error are tied to the control by `aria-describedby`.
import { createUniqueId, type JSX, Show, splitProps } from 'solid-js';

interface Labelled {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  /** Hides the label from view, not from assistive technology. */
  readonly labelHidden?: boolean;
}

/** Classes that every text-like control shares; 16 px text keeps phones from zooming in. */
export const CONTROL_CLASS =
  'w-full rounded-lg border border-edge bg-surface px-3 py-2 text-base text-text aria-invalid:border-danger disabled:opacity-60';

/** Label, hint and error around any control; the control gets the ids. */
export function FieldFrame(
  properties: Labelled & {
    readonly class?: string | undefined;
    readonly children: (ids: { readonly control: string; readonly describedBy: string | undefined }) => JSX.Element;
  },
): JSX.Element {
  const id = createUniqueId();
  const describedBy = (): string | undefined => {
    const ids = [
      properties.hint === undefined ? '' : `${id}-hint`,
      properties.error === undefined ? '' : `${id}-error`,
    ];
    return ids.join(' ').trim() || undefined;
  };
  return (
    <div class={`grid gap-1.5 ${properties.class ?? ''}`}>
      <label for={id} class={properties.labelHidden === true ? 'sr-only' : 'text-sm font-medium'}>
        {properties.label}
      </label>
      {properties.children({
        control: id,
        get describedBy() {
          return describedBy();
        },
      })}
      <Show when={properties.hint}>
        <p id={`${id}-hint`} class="text-sm text-muted">
          {properties.hint}
        </p>
      </Show>
      <Show when={properties.error}>
        <p id={`${id}-error`} class="text-sm text-danger">
          {properties.error}
        </p>
      </Show>
    </div>
  );
}

export type FieldProperties = Labelled & JSX.InputHTMLAttributes<HTMLInputElement>;

/** One line of text, a number, a date: any `<input>` type with a box. */
export function Field(properties: FieldProperties): JSX.Element {
  const [own, rest] = splitProps(properties, ['label', 'hint', 'error', 'labelHidden', 'class', 'id']);
  return (
    <FieldFrame
      label={own.label}
      hint={own.hint}
      error={own.error}
      labelHidden={own.labelHidden ?? false}
      class={own.class}
    >
      {(ids) => (
        <input
          id={ids.control}
          aria-describedby={ids.describedBy}
          aria-invalid={own.error === undefined ? undefined : true}
          class={CONTROL_CLASS}
          {...rest}
        />
      )}
    </FieldFrame>
  );
}

export function TextArea(properties: Labelled & JSX.TextareaHTMLAttributes<HTMLTextAreaElement>): JSX.Element {
  const [own, rest] = splitProps(properties, ['label', 'hint', 'error', 'labelHidden', 'class', 'id']);
  return (
    <FieldFrame
      label={own.label}
      hint={own.hint}
      error={own.error}
      labelHidden={own.labelHidden ?? false}
      class={own.class}
    >
      {(ids) => (
        <textarea
          id={ids.control}
          aria-describedby={ids.describedBy}
          aria-invalid={own.error === undefined ? undefined : true}
          class={CONTROL_CLASS}
          {...rest}
        />
      )}
    </FieldFrame>
  );
}

export function CheckBox(
  properties: { readonly label: string; readonly hint?: string } & Omit<
    JSX.InputHTMLAttributes<HTMLInputElement>,
    'type' | 'id'
  >,
): JSX.Element {
  const [own, rest] = splitProps(properties, ['label', 'hint', 'class']);
  const id = createUniqueId();
  return (
    <div class={`flex items-start gap-2.5 ${own.class ?? ''}`}>
      <input
        type="checkbox"
        id={id}
        aria-describedby={own.hint === undefined ? undefined : `${id}-hint`}
        class="mt-0.5 size-5 shrink-0 accent-accent"
        {...rest}
      />
      <div>
        <label for={id}>{own.label}</label>
        <Show when={own.hint}>
          <p id={`${id}-hint`} class="text-sm text-muted">
            {own.hint}
          </p>
        </Show>
      </div>
    </div>
  );
}
