// Step two: a file, pasted text or an example; what cannot be read, with its place; what is worth a look; the first rows.
import { createMemo, createSignal, type JSX, Match, Show, Switch } from 'solid-js';
import { toTributaryError } from '../../lib/errors.ts';
import { t } from '../i18n/t.ts';
import {
  Banner,
  Button,
  ErrorCard,
  FileDrop,
  formatBytes,
  formatList,
  Progress,
  Select,
  TextArea,
} from '../ui/index.ts';
import { withEncoding, withoutFile } from './contributionDraft.ts';
import type { Contribution } from './createContribution.ts';
import { EncodingChoice } from './EncodingChoice.tsx';
import { FindingList } from './FindingList.tsx';
import { NoteList } from './NoteList.tsx';
import { ProblemList } from './ProblemList.tsx';
import { RowPreview } from './RowPreview.tsx';

/** Larger files would not survive as a draft in every browser. */
const MAX_BYTES = 20_000_000;

/** Failures that another encoding may mend. */
const encodingFailures: readonly string[] = ['FILE_NOT_UTF8', 'FILE_NOT_IN_ENCODING'];

const EXAMPLE = `{"prompt":"What colour is the ferry to Saltby?","response":"The ferry to Saltby is green."}
{"prompt":"When does the Saltby ferry leave?","response":"The Saltby ferry leaves at nine in the morning."}
{"prompt":"Who built the Saltby pier?","response":"Nora Penhallow built the Saltby pier in 1874."}
`;

export function RowsStep(properties: { readonly contribution: Contribution }): JSX.Element {
  const { draft, result, prepared, change } = properties.contribution;
  return (
    <div class="grid gap-6">
      <Show when={draft().file !== undefined} fallback={<SourceChoice contribution={properties.contribution} />}>
        <div class="flex flex-wrap items-center justify-between gap-2">
          <p class="font-medium wrap-anywhere">{draft().fileName}</p>
          <Button size="small" onClick={() => change(withoutFile)}>
            {t('contribute.otherFile')}
          </Button>
        </div>
        <ReadingState contribution={properties.contribution} />
        <Show when={result()}>
          {(read) => (
            <>
              <Show when={read().parsed.encoding}>
                {(encoding) => (
                  <EncodingChoice
                    encoding={encoding()}
                    sample={read().parsed.sample}
                    onChoose={(name) => change((current) => withEncoding(current, name))}
                  />
                )}
              </Show>
              <Columns contribution={properties.contribution} columns={read().parsed.columns} />
              <Show when={prepared()}>
                {(rows) => (
                  <>
                    <p class="tabular flex flex-wrap gap-x-4 gap-y-1" role="status">
                      <strong>{t('contribute.summaryReady', { count: rows().publishable.length })}</strong>
                      <Show when={rows().blocked > 0}>
                        <span class="text-danger">{t('contribute.summaryBlocked', { count: rows().blocked })}</span>
                      </Show>
                      <Show when={rows().dropped > 0}>
                        <span>{t('contribute.summaryDropped', { count: rows().dropped })}</span>
                      </Show>
                      <Show when={rows().openProblems.length > 0}>
                        <span class="text-warning">
                          {t('contribute.summaryProblems', { count: rows().openProblems.length })}
                        </span>
                      </Show>
                    </p>
                    <ProblemList prepared={rows()} change={change} />
                    <NoteList notes={read().parsed.notes} />
                    <FindingList prepared={rows()} change={change} />
                    <RowPreview rows={rows().all} />
                  </>
                )}
              </Show>
            </>
          )}
        </Show>
      </Show>
    </div>
  );
}

function SourceChoice(properties: { readonly contribution: Contribution }): JSX.Element {
  const { take: takeContent } = properties.contribution;
  const [typed, setTyped] = createSignal('');
  const [refused, setRefused] = createSignal(false);
  const [unpaired, setUnpaired] = createSignal(false);
  const use = (fileName: string, text: string): void => {
    // As a file, half of a character would become another one.
    setUnpaired(!text.isWellFormed());
    if (text.isWellFormed()) takeContent(fileName, new Blob([text]));
  };
  /** JSON lines begin with a brace; everything else is read as CSV. */
  const pastedName = (text: string): string =>
    `${t('contribute.pastedName')}.${/^\s*[{[]/.test(text) ? 'jsonl' : text.split('\n', 1)[0]?.includes('\t') ? 'tsv' : 'csv'}`;
  const take = (files: readonly File[]): void => {
    const [file] = files;
    if (file === undefined) return;
    setRefused(file.size > MAX_BYTES);
    if (file.size <= MAX_BYTES) takeContent(file.name, file);
  };
  return (
    <div class="grid gap-6">
      <FileDrop
        label={t('contribute.dropLabel')}
        hint={t('contribute.dropHint', { limit: formatBytes(MAX_BYTES) })}
        accept=".jsonl,.ndjson,.json,.csv,.tsv,.tab,.psv,.txt,.parquet,.gz"
        onFiles={take}
        onText={(text) => use(pastedName(text), text)}
      />
      <Show when={refused()}>
        <Banner kind="warning">{t('contribute.fileTooLarge', { limit: formatBytes(MAX_BYTES) })}</Banner>
      </Show>
      <Show when={unpaired()}>
        <Banner kind="warning">{t('contribute.pasteUnpaired')}</Banner>
      </Show>
      <div class="grid gap-2">
        <TextArea
          label={t('contribute.pasteLabel')}
          hint={t('contribute.pasteHint')}
          rows={5}
          spellcheck={false}
          value={typed()}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <div class="flex flex-wrap gap-2">
          <Button disabled={typed().trim() === ''} onClick={() => use(pastedName(typed()), typed())}>
            {t('contribute.pasteUse')}
          </Button>
          <Button kind="quiet" onClick={() => use('example.jsonl', EXAMPLE)}>
            {t('contribute.exampleUse')}
          </Button>
        </div>
      </div>
    </div>
  );
}

function ReadingState(properties: { readonly contribution: Contribution }): JSX.Element {
  const { draft, reading, stopReading, readAgain, change } = properties.contribution;
  const busy = () => {
    const state = reading();
    return state.kind === 'busy' ? state : undefined;
  };
  const failure = () => {
    const state = reading();
    return state.kind === 'failed' ? state.error : undefined;
  };
  return (
    <Switch>
      <Match when={busy()}>
        {(state) => (
          <Progress
            label={t('contribute.reading', { file: draft().fileName ?? '' })}
            done={state().progress?.done}
            total={state().progress?.total}
            onCancel={stopReading}
          />
        )}
      </Match>
      <Match when={reading().kind === 'stopped'}>
        <Banner
          action={
            <Button size="small" onClick={readAgain}>
              {t('contribute.readAgain')}
            </Button>
          }
        >
          {t('contribute.readingStopped')}
        </Banner>
      </Match>
      <Match when={failure()}>
        {(error) => (
          <>
            <ErrorCard error={error()} onAction={readAgain} actionLabel={t('contribute.readAgain')} />
            <Show when={encodingFailures.includes(toTributaryError(error()).code)}>
              <EncodingChoice
                encoding={{ name: draft().encoding ?? 'utf-8', by: 'choice' }}
                sample={[]}
                onChoose={(name) => change((current) => withEncoding(current, name))}
              />
            </Show>
          </>
        )}
      </Match>
    </Switch>
  );
}

/** Which columns are prompt and response: shown when the file names others than the two, or when none were found. */
function Columns(properties: {
  readonly contribution: Contribution;
  readonly columns: readonly string[];
}): JSX.Element {
  const { draft, result, change } = properties.contribution;
  const mapping = () => draft().mapping ?? result()?.parsed.mapping ?? undefined;
  const others = createMemo(() =>
    properties.columns.filter((column) => column !== mapping()?.prompt && column !== mapping()?.response),
  );
  const choose = (field: 'prompt' | 'response', value: string): void =>
    change((current) => ({ ...current, mapping: { prompt: '', response: '', ...mapping(), [field]: value } }));
  const options = () => [
    { value: '', label: t('contribute.columnChoose'), disabled: true },
    ...properties.columns.map((column) => ({ value: column, label: column })),
  ];
  return (
    <Show when={properties.columns.length > 2 || (properties.columns.length === 2 && mapping() === undefined)}>
      <div class="grid gap-3 sm:grid-cols-2">
        <Select
          label={t('contribute.columnPrompt')}
          options={options()}
          value={mapping()?.prompt ?? ''}
          onChange={(value) => choose('prompt', value)}
        />
        <Select
          label={t('contribute.columnResponse')}
          options={options()}
          value={mapping()?.response ?? ''}
          onChange={(value) => choose('response', value)}
        />
        <Show when={others().length > 0}>
          <p class="text-sm text-muted sm:col-span-2">
            {t('contribute.columnsMore', { columns: formatList(others()) })}
          </p>
        </Show>
      </div>
    </Show>
  );
}
