// The contribution being prepared, live: the draft as a signal that is kept across reloads, and what follows from it
// (rows, problems, findings), read again in the ingest worker whenever text or columns change.
import { type Accessor, createMemo, createRoot, createSignal } from 'solid-js';
import type { Progress, ReadRequest, ReadRows } from '../../datanet/index.ts';
import { isAbort } from '../../lib/errors.ts';
import {
  type ContributionDraft,
  type DraftGap,
  draftGaps,
  emptyDraft,
  openDraft,
  type PreparedRows,
  prepareRows,
  withFile,
  withoutFile,
} from './contributionDraft.ts';

export interface WorkerOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface ContributionPorts {
  /** Reads and checks a file, away from the page. */
  read(request: ReadRequest, options: WorkerOptions): Promise<ReadRows>;
  /** Keys of the rows that the Datanet has already, as far as they are known on this device. */
  knownContent(datanetId: string, signal: AbortSignal): Promise<Pick<ReadRequest, 'existing' | 'existingLookAlikes'>>;
  /** As it was stored, perhaps by an earlier version. */
  loadDraft(): Promise<unknown>;
  saveDraft(draft: ContributionDraft): Promise<void>;
  /** With its file. */
  deleteDraft(): Promise<void>;
  loadFile(): Promise<{ readonly key: string; readonly blob: Blob } | undefined>;
  /** Replaces the file that was stored before. */
  saveFile(key: string, blob: Blob): Promise<void>;
}

export type Reading =
  | { readonly kind: 'none' }
  | { readonly kind: 'busy'; readonly progress: Progress | undefined }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'ready' };

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
  /** Tries to keep it again. */
  saveAgain(): void;
  change(update: (draft: ContributionDraft) => ContributionDraft): void;
  /** Takes a file, or a text, instead of the one before. */
  take(fileName: string, content: Blob): void;
  stopReading(): void;
  readAgain(): void;
  discard(): Promise<void>;
  /** Resolves when the draft is stored as it is. */
  settled(): Promise<void>;
}

/** What makes a new reading necessary. */
function readingKey(draft: ContributionDraft): string {
  return JSON.stringify([draft.datanetId, draft.file, draft.mapping, draft.encoding, draft.corrections]);
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
    /** The bytes of the draft's file; they are stored once. */
    let bytes: { readonly key: string; readonly blob: Blob } | undefined;
    /** Key of the file that is stored. */
    let storedFile: string | undefined;

    const storeFile = async (file: { readonly key: string; readonly blob: Blob }): Promise<void> => {
      await ports.saveFile(file.key, file.blob);
      storedFile = file.key;
      // The copy does not change with the file on the disk.
      const stored = await ports.loadFile();
      if (bytes?.key === file.key && stored?.key === file.key) bytes = stored;
    };
    // One after another, so that the last state is the one that stays. A file that could not be stored is tried again each time: a
    // draft without it is not stored, however much smaller it is.
    const save = (): void => {
      const next = draft();
      saving = saving
        .then(async () => {
          if (bytes !== undefined && bytes.key === next.file && bytes.key !== storedFile) await storeFile(bytes);
          await ports.saveDraft(next);
        })
        .then(
          () => void setSaveFailure(undefined),
          (error: unknown) => void setSaveFailure(() => error),
        );
    };

    const read = async (current: ContributionDraft): Promise<void> => {
      running.abort();
      running = new AbortController();
      const { signal } = running;
      const { file, fileName } = current;
      if (file === undefined || fileName === undefined) {
        setResult(undefined);
        setReading({ kind: 'none' });
        return;
      }
      setReading({ kind: 'busy', progress: undefined });
      const onProgress = (progress: Progress): void => {
        if (!signal.aborted) setReading({ kind: 'busy', progress });
      };
      try {
        const { mapping, encoding, corrections, datanetId } = current;
        const known = datanetId === undefined ? {} : await ports.knownContent(datanetId, signal);
        const read = await ports.read(
          {
            fileName,
            blob: bytes?.key === file ? bytes.blob : new Blob(),
            corrections,
            ...(mapping === undefined ? {} : { mapping }),
            ...(encoding === undefined ? {} : { encoding }),
            ...known,
          },
          { signal, onProgress },
        );
        if (signal.aborted) return;
        setResult(read);
        setReading({ kind: 'ready' });
      } catch (error) {
        // A later reading has taken over; or the person stopped this one.
        if (signal !== running.signal) return;
        const isStopped = isAbort(error) || signal.aborted;
        if (!isStopped) setResult(undefined);
        setReading(isStopped ? { kind: 'stopped' } : { kind: 'failed', error });
      }
    };

    const change = (update: (draft: ContributionDraft) => ContributionDraft): void => {
      const before = draft();
      const next = update(before);
      if (next === before) return;
      setDraft(next);
      save();
      if (next.file !== before.file) setResult(undefined);
      if (readingKey(next) !== readingKey(before)) void read(next);
    };

    const take = (fileName: string, content: Blob): void => {
      const key = crypto.randomUUID();
      bytes = { key, blob: content };
      change((draft) => withFile(draft, fileName, key));
    };

    const restore = async (): Promise<void> => {
      const stored = await ports.loadDraft();
      if (stored === undefined || draft() !== emptyDraft) return;
      const { draft: opened, text } = openDraft(stored);
      const file = await ports.loadFile();
      if (draft() !== emptyDraft) return;
      bytes = file;
      storedFile = file?.key;
      if (text !== undefined && opened.fileName !== undefined) {
        // An earlier version kept the text in the draft, as corrected; the decisions about its lines still hold.
        take(opened.fileName, new Blob([text]));
        change((taken) => ({ ...opened, ...(taken.file === undefined ? {} : { file: taken.file }) }));
        return;
      }
      const kept = opened.file !== undefined && bytes?.key !== opened.file ? withoutFile(opened) : opened;
      setDraft(kept);
      void read(kept);
    };

    const restored = restore().then(
      () => setLoaded(true),
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
      saveAgain: save,
      change,
      take,
      stopReading: () => running.abort(),
      readAgain: () => void read(draft()),
      settled: () => saving,
      async discard() {
        // What is still being read would come back.
        await restored;
        running.abort();
        await saving;
        bytes = undefined;
        storedFile = undefined;
        setDraft(emptyDraft);
        setResult(undefined);
        setReading({ kind: 'none' });
        await ports.deleteDraft();
      },
    };
  });
}
