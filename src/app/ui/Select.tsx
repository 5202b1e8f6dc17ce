// The browser's own select: best on phones and for assistive technology, and it costs nothing.
import { type JSX, splitProps } from 'solid-js';
import { CONTROL_CLASS, FieldFrame } from './Field.tsx';
import { Keyed } from './Keyed.tsx';

export interface SelectOption {
  readonly value: string;
  readonly label: string;
  readonly disabled?: boolean;
}

export interface SelectProperties
  extends Omit<JSX.SelectHTMLAttributes<HTMLSelectElement>, 'onChange' | 'value' | 'id'> {
  readonly label: string;
  readonly labelHidden?: boolean;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly options: readonly SelectOption[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function Select(properties: SelectProperties): JSX.Element {
  const [own, rest] = splitProps(properties, [
    'label',
    'labelHidden',
    'hint',
    'error',
    'options',
    'value',
    'onChange',
    'class',
  ]);
  return (
    <FieldFrame
      label={own.label}
      labelHidden={own.labelHidden ?? false}
      hint={own.hint}
      error={own.error}
      class={own.class}
    >
      {(ids) => (
        <select
          id={ids.control}
          aria-describedby={ids.describedBy}
          aria-invalid={own.error === undefined ? undefined : true}
          class={`${CONTROL_CLASS} truncate pe-8`}
          onChange={(event) => own.onChange(event.currentTarget.value)}
          {...rest}
        >
          <Keyed each={own.options} by={({ value }) => value}>
            {(option) => (
              <option value={option().value} disabled={option().disabled} selected={option().value === own.value}>
                {option().label}
              </option>
            )}
          </Keyed>
        </select>
      )}
    </FieldFrame>
  );
}
