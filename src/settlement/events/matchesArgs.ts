// Whether an event is one that was asked for.
import type { EventArgs, EventName, EventRecord } from './eventReader.ts';

const normal = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);

/** Whether every given argument equals the record's; hexadecimal digits compare without case. */
export function matchesArgs<Name extends EventName>(
  record: EventRecord<Name>,
  args: Partial<EventArgs<Name>> | undefined,
): boolean {
  return Object.entries(args ?? {}).every(
    ([key, value]) => normal(value) === normal((record.args as Readonly<Record<string, unknown>>)[key]),
  );
}
