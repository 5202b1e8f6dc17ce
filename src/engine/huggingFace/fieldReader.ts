// Typed access to the fields of a config, which records the fields that were read: an active field that nobody read changes
// the model in a way that this engine does not support.
import { modelInvalid, modelUnsupported } from '../modelErrors.ts';

const isActive = (value: unknown): boolean => {
  if (value === null || value === undefined || value === false || value === 0 || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
};

/** A value as an error shows it. */
export const shown = (value: unknown): string => (JSON.stringify(value) ?? 'undefined').slice(0, 80);

export class FieldReader {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #read = new Set<string>();
  readonly #place: string;

  /** `place` prefixes the names of fields in errors. */
  constructor(value: Readonly<Record<string, unknown>>, place: string) {
    this.#fields = new Map(Object.entries(value));
    this.#place = place;
  }

  /** The value; null counts as absent. */
  get(name: string): unknown {
    this.#read.add(name);
    return this.#fields.get(name) ?? undefined;
  }

  number(name: string): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number')
      throw modelInvalid(this.#place + name, `${this.#place}${name} is ${shown(value)}, not a number.`);
    return value;
  }

  needed(name: string): number {
    const value = this.number(name);
    if (value === undefined) throw modelInvalid(this.#place + name, `${this.#place}${name} is missing.`);
    return value;
  }

  /** A number that null switches off: `fallback` applies only if the field is missing. */
  nullable(name: string, fallback: number | undefined): number | undefined {
    return this.number(name) ?? (this.#fields.has(name) ? undefined : fallback);
  }

  flag(name: string): boolean | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'boolean')
      throw modelInvalid(this.#place + name, `${this.#place}${name} is ${shown(value)}, neither true nor false.`);
    return value;
  }

  object(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || Array.isArray(value))
      throw modelInvalid(this.#place + name, `${this.#place}${name} is ${shown(value)}, not an object.`);
    return value as Readonly<Record<string, unknown>>;
  }

  /** Throws `MODEL_UNSUPPORTED` with the first active field that was not read and is not in `ignored`. */
  refuseUnread(ignored: ReadonlySet<string>): void {
    for (const [name, value] of this.#fields) {
      if (this.#read.has(name) || ignored.has(name) || !isActive(value)) continue;
      throw modelUnsupported(
        this.#place + name,
        shown(value),
        `its config has the field ${this.#place}${name}, which is unknown.`,
      );
    }
  }
}
