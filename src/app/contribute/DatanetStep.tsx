// Step one: the Datanet that the rows belong to, or a new one.
import { createMemo, createSignal, type JSX, Show } from 'solid-js';
import type { DatanetTexts } from '../../workflows/rows/datanetDescription.ts';
import type { DatanetEntry } from '../../workflows/rows/datanetEntries.ts';
import { t } from '../i18n/t.ts';
import { Button, Dialog, Field, Keyed, Select, shortHash, TextArea } from '../ui/index.ts';
import { licences } from './licences.ts';

export function DatanetStep(properties: {
  readonly datanets: readonly DatanetEntry[];
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
  readonly onCreate: (description: DatanetTexts) => void;
}): JSX.Element {
  const [filter, setFilter] = createSignal('');
  const [creating, setCreating] = createSignal(false);
  const shown = createMemo(() => {
    const wanted = filter().trim().toLowerCase();
    return properties.datanets.filter((datanet) =>
      `${datanet.name ?? datanet.id} ${datanet.summary}`.toLowerCase().includes(wanted),
    );
  });
  return (
    <div class="grid gap-4">
      <Show when={properties.datanets.length > 6}>
        <Field
          type="search"
          label={t('contribute.datanetFilter')}
          value={filter()}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </Show>
      <fieldset class="grid gap-3">
        <legend class="sr-only">{t('contribute.datanetChoice')}</legend>
        <Keyed
          each={shown()}
          by={({ id }) => id}
          fallback={<p class="text-muted">{t('contribute.datanetNoMatch', { text: filter().trim() })}</p>}
        >
          {(datanet) => (
            <label class="flex gap-3 rounded-xl border border-line bg-surface p-4 hover:border-edge has-checked:border-accent has-checked:bg-accent-soft">
              <input
                type="radio"
                name="datanet"
                class="mt-1 size-4 shrink-0 accent-accent"
                checked={datanet().id === properties.chosen}
                onChange={() => properties.onChoose(datanet().id)}
              />
              <span class="grid min-w-0 gap-1">
                <span class="font-medium wrap-anywhere">
                  {datanet().name ?? t('ui.datanetUnknown', { id: shortHash(datanet().id) })}
                </span>
                <span class="text-muted wrap-anywhere">
                  {datanet().name === undefined ? t('contribute.datanetUnknownSummary') : datanet().summary}
                </span>
                <span class="tabular flex flex-wrap gap-x-3 text-sm text-muted">
                  <span>{t('contribute.datanetRows', { count: datanet().rowCount })}</span>
                  <Show when={datanet().contributorCount > 0}>
                    <span>{t('contribute.datanetContributors', { count: datanet().contributorCount })}</span>
                  </Show>
                  <span>{datanet().licence}</span>
                  <Show when={datanet().origin === 'mine'}>
                    <span>{t('contribute.datanetMine')}</span>
                  </Show>
                </span>
              </span>
            </label>
          )}
        </Keyed>
      </fieldset>
      <div>
        <Button icon="plus" onClick={() => setCreating(true)}>
          {t('contribute.newDatanet')}
        </Button>
      </div>
      <NewDatanetDialog
        open={creating()}
        onOpenChange={setCreating}
        onCreate={(description) => {
          setCreating(false);
          properties.onCreate(description);
        }}
      />
    </div>
  );
}

function NewDatanetDialog(properties: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onCreate: (description: DatanetTexts) => void;
}): JSX.Element {
  const [name, setName] = createSignal('');
  const [summary, setSummary] = createSignal('');
  const [licence, setLicence] = createSignal<string>(licences[0]);
  const [tried, setTried] = createSignal(false);
  const form = 'new-datanet';
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setTried(true);
    if (name().trim() === '' || summary().trim() === '') return;
    properties.onCreate({ name: name().trim(), summary: summary().trim(), licence: licence() });
    setName('');
    setSummary('');
    setTried(false);
  };
  return (
    <Dialog
      open={properties.open}
      onOpenChange={properties.onOpenChange}
      title={t('contribute.newTitle')}
      description={t('contribute.newText')}
      actions={
        <>
          <Button onClick={() => properties.onOpenChange(false)}>{t('ui.cancel')}</Button>
          <Button kind="primary" type="submit" form={form}>
            {t('contribute.newCreate')}
          </Button>
        </>
      }
    >
      <form id={form} class="mt-4 grid gap-4" onSubmit={submit} novalidate>
        <Field
          label={t('contribute.newName')}
          hint={t('contribute.newNameHint')}
          error={tried() && name().trim() === '' ? t('contribute.newNameMissing') : undefined}
          maxLength={100}
          value={name()}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <TextArea
          label={t('contribute.newSummary')}
          hint={t('contribute.newSummaryHint')}
          error={tried() && summary().trim() === '' ? t('contribute.newSummaryMissing') : undefined}
          rows={3}
          maxLength={400}
          value={summary()}
          onInput={(event) => setSummary(event.currentTarget.value)}
        />
        <Select
          label={t('contribute.newLicence')}
          options={licences.map((value) => ({ value, label: t(`contribute.licence.${value}`) }))}
          value={licence()}
          onChange={setLicence}
        />
      </form>
    </Dialog>
  );
}
