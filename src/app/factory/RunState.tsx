// The state of a run in one word. `running` in a record that nobody works on means that the page went away.
import type { JSX } from 'solid-js';
import type { LiveRun } from '../../workflows/training/trainer.ts';
import type { TrainingRun } from '../../workflows/training/trainingRun.ts';
import { t } from '../i18n/t.ts';

export function RunState(properties: {
  readonly run: TrainingRun;
  readonly live: LiveRun | undefined;
  readonly elsewhere: LiveRun | undefined;
}): JSX.Element {
  const live = (): boolean => properties.live?.run.id === properties.run.id;
  const elsewhere = (): boolean => properties.elsewhere?.run.id === properties.run.id;
  const color = (): string =>
    live() || elsewhere()
      ? 'text-accent'
      : { running: 'text-warning', cancelled: 'text-muted', failed: 'text-danger', trained: 'text-success' }[
          properties.run.status
        ];
  return (
    <span class={`font-medium ${color()}`}>
      {t(
        live()
          ? 'factory.state.live'
          : elsewhere()
            ? 'factory.state.elsewhere'
            : `factory.state.${properties.run.status}`,
      )}
    </span>
  );
}
