// How much of something is used: a measured amount within a known range (not a task in progress: see Progress).
import type { JSX } from 'solid-js';

export function Meter(properties: {
  readonly label: string;
  readonly value: number;
  readonly maximum: number;
  readonly text: string;
}): JSX.Element {
  const part = (): number => (properties.maximum > 0 ? Math.min(1, properties.value / properties.maximum) : 0);
  return (
    <div class="grid gap-1.5">
      <div class="flex justify-between gap-4 text-sm">
        <span class="font-medium">{properties.label}</span>
        <span class="tabular text-muted">{properties.text}</span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: browsers do not let a <meter> be styled. */}
      <div
        role="meter"
        aria-label={properties.label}
        aria-valuemin={0}
        aria-valuemax={properties.maximum}
        aria-valuenow={properties.value}
        aria-valuetext={properties.text}
        class="h-2 overflow-hidden rounded-full bg-line"
      >
        <div class="h-full rounded-full bg-accent" style={{ width: `${part() * 100}%` }} />
      </div>
    </div>
  );
}
