// A run that is being prepared, as a value, and what it may learn from.
import type { ContributionRecord } from '../../store/index.ts';
import { contributionData } from '../../workflows/rows/contributionRecord.ts';
import { sampleSource } from '../../workflows/rows/rowSource.ts';
import type { RunSource } from '../../workflows/training/trainingRun.ts';
import { invalidKnobs, presetSettings, type TrainingSettings } from '../../workflows/training/trainingSettings.ts';

export interface RunDraft {
  readonly name: string;
  readonly modelId: string;
  /** `datanetId source` of what was chosen. */
  readonly chosen: readonly string[];
  readonly settings: TrainingSettings;
  /** Width that the settings were made for; other bases scale the learning rate. */
  readonly hiddenSize: number;
}

export interface SourceOption extends RunSource {
  readonly key: string;
  /** Of these rows: a contribution has its own, whatever its Datanet asks for. Empty: nobody says. */
  readonly licence: string;
  /** Absent for sample rows. */
  readonly record?: ContributionRecord;
}

export interface DatanetLike {
  readonly id: string;
  readonly name: string | undefined;
  /** Of its sample rows. */
  readonly licence: string;
  readonly rowsUrl?: string;
  readonly rowCount: number;
  readonly contributions: readonly ContributionRecord[];
}

export function sourceKey(datanetId: string, source: string): string {
  return `${datanetId} ${source}`;
}

/** What a Datanet offers to learn from: its sample rows, then each contribution, oldest first. */
export function sourceOptions(datanet: DatanetLike): readonly SourceOption[] {
  const contributed = datanet.contributions.reduce((sum, record) => sum + record.rows, 0);
  const sample = sampleSource(datanet.id);
  return [
    ...(datanet.rowsUrl === undefined
      ? []
      : [
          {
            key: sourceKey(datanet.id, sample),
            datanetId: datanet.id,
            source: sample,
            licence: datanet.licence,
            rowCount: datanet.rowCount - contributed,
          },
        ]),
    ...datanet.contributions
      .filter((record) => record.state !== 'refused')
      .map((record) => ({
        key: sourceKey(datanet.id, record.id),
        datanetId: datanet.id,
        source: record.id,
        licence: contributionData(record).header.license,
        rowCount: record.rows,
        record,
      })),
  ];
}

/** A first draft: the balanced preset, all of one Datanet's rows when one is asked for. */
export function newRunDraft(modelId: string, datanet: DatanetLike | undefined): RunDraft {
  const hiddenSize = 256;
  return {
    name: datanet?.name ?? '',
    modelId,
    chosen: datanet === undefined ? [] : sourceOptions(datanet).map((option) => option.key),
    settings: presetSettings('balanced', hiddenSize),
    hiddenSize,
  };
}

/** The settings for a base of another width: the learning rate follows in proportion, everything else stays. */
export function withHiddenSize(draft: RunDraft, hiddenSize: number): RunDraft {
  if (hiddenSize === draft.hiddenSize) return draft;
  const learningRate = Number(((draft.settings.learningRate * draft.hiddenSize) / hiddenSize).toPrecision(2));
  return { ...draft, hiddenSize, settings: { ...draft.settings, learningRate } };
}

export type RunGap = 'name' | 'sources' | 'settings';

/** What keeps the draft from being started. */
export function runGaps(draft: RunDraft, sources: readonly SourceOption[]): readonly RunGap[] {
  return [
    ...(draft.name.trim() === '' ? (['name'] as const) : []),
    ...(sources.length === 0 ? (['sources'] as const) : []),
    ...(invalidKnobs(draft.settings).length > 0 ? (['settings'] as const) : []),
  ];
}
