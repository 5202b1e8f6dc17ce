// The contribution being prepared, live: the draft as a signal that is kept across reloads, and what follows from it
// (rows, problems, findings), read again in the ingest worker whenever text or columns change.
import { type Accessor, createMemo, createRoot, createSignal } from 'solid-js';
import type { CheckedRows, CheckRequest, ParsedRows, ParseRequest, Progress } from '../../datanet/index.ts';
import { isAbort } from '../../lib/errors.ts';
import {
  type ContributionDraft,
  type DraftGap,
  draftGaps,
  emptyDraft,
  type PreparedRows,
  prepareRows,
} from './contributionDraft.ts';

export interface WorkerOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface ContributionPorts {
  parse(request: ParseRequest, options: WorkerOptions): Promise<ParsedRows>;
  check(request: CheckRequest, options: WorkerOptions): Promise<CheckedRows>;
  /** Content keys of the rows that the Datanet has already, as far as they are known on this device. */
  knownContent(datanetId: string, signal: AbortSignal): Promise<ReadonlySet<string>>;
  loadDraft(): Promise<ContributionDraft | undefined>;
  saveDraft(draft: ContributionDraft): Promise<void>;
  deleteDraft(): Promise<void>;
}

export type Reading =
  | { readonly kind: 'none' }
  | { readonly kind: 'busy'; readonly progress: Progress | undefined }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'ready' };

/** What the worker made of the draft's text. */
export interface ReadRows {
  readonly parsed: ParsedRows;
  readonly checked: CheckedRows;
}

export interface Contribution {
  /** False until the draft of the last visit was looked up. */
  readonly loaded: Accessor<boolean>;
  readonly draft: Accessor<ContributionDraft>;
  readonly reading: Accessor<Reading>;
  /** The last result for this file; while a correction is being read, that of the text before it. */
  readonly result: Accessor<ReadRows | undefined>;
  readonly prepared: Accessor<PreparedRows | undefined>;
  readonly gaps: Accessor<readonly DraftGap[]>;
  /** A failure to keep the draft: the work goes on, but would not survive a reload. */
  readonly saveFailure: Accessor<unknown>;
  change(update: (draft: ContributionDraft) => ContributionDraft): void;
  stopReading(): void;
  readAgain(): void;
  discard(): Promise<void>;
  /** Resolves when the draft is stored as it is. */
  settled(): Promise<void>;
}

/** What makes a new reading necessary. */
function readingKey(draft: ContributionDraft): string {
  return JSON.stringify([draft.datanetId, draft.fileName, draft.mapping]);
}

export function createContribution(ports: ContributionPorts): Contribution {
  return createRoot(() => {
    const [draft, setDraft] = createSignal<ContributionDraft>(emptyDraft);
    const [loaded, setLoaded] = createSignal(false);
    const [reading, setReading] = createSignal<Reading>({ kind: 'none' });
    const [result, setResult] = createSignal<ReadRows>();
    const [saveFailure, setSaveFailure] = createSignal<unknown>();
    let running = new AbortController();
    let saving: Promise<void> = Promise.resolve();

    const save = (next: ContributionDraft): void => {
      // One after another, so that the last state is the one that stays.
      saving = saving
        .then(() => ports.saveDraft(next))
        .then(
          () => void setSaveFailure(undefined),
          (error: unknown) => void setSaveFailure(() => error),
        );
    };

    const read = async (current: ContributionDraft): Promise<void> => {
      running.abort();
      running = new AbortController();
      const { signal } = running;
      const { text, fileName } = current;
      if (text === undefined || fileName === undefined) {
        setResult(undefined);
        setReading({ kind: 'none' });
        return;
      }
      setReading({ kind: 'busy', progress: undefined });
      const onProgress = (progress: Progress): void => {
        if (!signal.aborted) setReading({ kind: 'busy', progress });
      };
      try {
        const { mapping, datanetId } = current;
        const request = { text, fileName, ...(mapping === undefined ? {} : { mapping }) };
        const parsed = await ports.parse(request, { signal, onProgress });
        const existing = datanetId === undefined ? new Set<string>() : await ports.knownContent(datanetId, signal);
        const checked = await ports.check({ rows: parsed.rows, existing }, { signal, onProgress });
        if (signal.aborted) return;
        setResult({ parsed, checked });
        setReading({ kind: 'ready' });
      } catch (error) {
        // A later reading has taken over; or the person stopped this one.
        if (signal !== running.signal) return;
        setReading(isAbort(error) || signal.aborted ? { kind: 'stopped' } : { kind: 'failed', error });
      }
    };

    const change = (update: (draft: ContributionDraft) => ContributionDraft): void => {
      const before = draft();
      const next = update(before);
      if (next === before) return;
      setDraft(next);
      save(next);
      if (next.fileName !== before.fileName) setResult(undefined);
      if (next.text !== before.text || readingKey(next) !== readingKey(before)) void read(next);
    };

    void ports.loadDraft().then(
      (kept) => {
        if (kept !== undefined && draft() === emptyDraft) {
          setDraft(kept);
          void read(kept);
        }
        setLoaded(true);
      },
      (error: unknown) => {
        setSaveFailure(() => error);
        setLoaded(true);
      },
    );

    const prepared = createMemo(() => {
      const read = result();
      return read === undefined ? undefined : prepareRows(draft(), read.parsed, read.checked);
    });

    return {
      loaded,
      draft,
      reading,
      result,
      prepared,
      // Rows of a text that is no longer the draft's must not be signed.
      gaps: createMemo(() => draftGaps(draft(), reading().kind === 'ready' ? prepared() : undefined)),
      saveFailure,
      change,
      stopReading: () => running.abort(),
      readAgain: () => void read(draft()),
      settled: () => saving,
      async discard() {
        running.abort();
        await saving;
        setDraft(emptyDraft);
        setResult(undefined);
        setReading({ kind: 'none' });
        await ports.deleteDraft();
      },
    };
  });
}
