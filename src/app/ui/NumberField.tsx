// Fields for numbers and amounts, typed as the chosen locale writes them. `type="number"` follows the browser's language and
// reports no value for input in another, so these are text fields with a decimal keyboard.
import { createEffect, createSignal, type JSX, on, splitProps } from 'solid-js';
import { formatInput } from '../i18n/format.ts';
import { type Parsed, type ParseProblem, parseNumber, parseOpen, parseProblemText } from '../i18n/parse.ts';
import { Field, type FieldProperties } from './Field.tsx';

type TypedProperties = Omit<FieldProperties, 'value' | 'onInput' | 'onChange' | 'type'>;

/** The error of a text that is not a number, unless the caller passes its own. */
const errorOf = (problem: ParseProblem | undefined, error: string | undefined): string | undefined =>
  problem === undefined ? error : parseProblemText(problem);

export interface NumberFieldProperties extends TypedProperties {
  readonly value: number;
  /** Called when the field loses focus; NaN for a text that is not a number. */
  readonly onNumber: (value: number) => void;
}

/** A number. The typed text stays in the field until `value` changes. */
export function NumberField(properties: NumberFieldProperties): JSX.Element {
  const [own, rest] = splitProps(properties, ['value', 'onNumber', 'error']);
  const [problem, setProblem] = createSignal<ParseProblem>();
  const [text, setText] = createSignal(formatInput(own.value));
  createEffect(
    on(
      () => formatInput(own.value),
      (shown) => {
        if (Number.isNaN(own.value)) return;
        setProblem(undefined);
        setText(shown);
      },
      { defer: true },
    ),
  );
  const change = (typed: string): void => {
    const parsed = parseNumber(typed);
    setText(typed);
    setProblem('problem' in parsed ? parsed.problem : undefined);
    own.onNumber('value' in parsed ? parsed.value : Number.NaN);
  };
  return (
    <Field
      {...rest}
      inputmode="decimal"
      autocomplete="off"
      value={text()}
      error={errorOf(problem(), own.error)}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

export interface AmountFieldProperties extends TypedProperties {
  /** The typed text; its value depends on the locale. */
  readonly text: string;
  readonly onText: (text: string) => void;
}

/** An amount in OPEN. `parseOpen(text)` is its value in wei. */
export function AmountField(properties: AmountFieldProperties): JSX.Element {
  const [own, rest] = splitProps(properties, ['text', 'onText', 'error']);
  const parsed = (): Parsed<bigint> => parseOpen(own.text);
  const problem = (): ParseProblem | undefined => {
    const result = parsed();
    return 'problem' in result ? result.problem : undefined;
  };
  return (
    <Field
      {...rest}
      inputmode="decimal"
      autocomplete="off"
      value={own.text}
      error={errorOf(problem(), own.error)}
      onInput={(event) => own.onText(event.currentTarget.value)}
    />
  );
}
