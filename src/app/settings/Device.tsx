// The GPU, checked on request: opening the settings starts nothing.
import { createSignal, For, type JSX, onMount, Show } from 'solid-js';
import type { ComputeDtype, DeviceChoice, DeviceReport } from '../../engine/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import { t } from '../i18n/t.ts';
import { checkDevice } from '../state/checkDevice.ts';
import {
  chooseComputeDtype,
  chooseDevice,
  chosenComputeDtype,
  chosenDevice,
  engine,
  engineIdle,
  engineState,
  engineWork,
} from '../state/engine.ts';
import { Button, CopyButton, ErrorCard, formatBytes, lazyDialog, lazyPart, Section, Select } from '../ui/index.ts';

const BusyDialog = lazyDialog(async () => (await import('./BusyDialog.tsx')).BusyDialog);
const Variants = lazyPart(async () => (await import('./Variants.tsx')).Variants);

const choices: readonly DeviceChoice[] = ['automatic', 'gpu', 'cpu'];

export function Device(): JSX.Element {
  const [report, setReport] = createSignal<DeviceReport>();
  const [failure, setFailure] = createSignal<unknown>();
  const [busy, setBusy] = createSignal(false);
  const [choice, setChoice] = createSignal<DeviceChoice>('automatic');
  const [arithmetic, setArithmetic] = createSignal<ComputeDtype>('float32');
  onMount(async () => {
    setChoice(await chosenDevice());
    setArithmetic(await chosenComputeDtype());
  });
  /** Of a device that was checked or is in use. A choice made on another device can be reset here. */
  const arithmetics = (): readonly ComputeDtype[] => {
    const state = engineState();
    const known = report() ?? (state.phase === 'ready' ? state.device : undefined);
    return [...new Set<ComputeDtype>(['float32', ...(known?.computeDtypes ?? []), arithmetic()])];
  };
  /** A change that waits for an answer to the question about what it would end. */
  const [asked, setAsked] = createSignal<{ readonly apply: () => Promise<void>; readonly undo: () => void }>();
  const apply = async (change: () => Promise<void>): Promise<void> => {
    setAsked(undefined);
    try {
      await change();
    } catch (error) {
      setFailure(() => error);
    }
  };
  const applyOrAsk = (change: () => Promise<void>, undo: () => void): void => {
    if (engineWork().length === 0) void apply(change);
    else setAsked({ apply: change, undo });
  };
  const chooseAs = (next: ComputeDtype): void => {
    const before = arithmetic();
    setArithmetic(next);
    applyOrAsk(
      () => chooseComputeDtype(next),
      () => setArithmetic(before),
    );
  };
  const choose = (device: DeviceChoice): void => {
    const before = choice();
    setChoice(device);
    const change = (): Promise<void> => {
      setReport(undefined);
      return chooseDevice(device);
    };
    applyOrAsk(change, () => setChoice(before));
  };
  const examine = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      if (choice() === 'gpu') await checkDevice();
      setReport(await engine().probe({ device: choice() }));
    } catch (error) {
      setFailure(() => error);
    } finally {
      setBusy(false);
    }
  };
  const text = (found: DeviceReport): string =>
    JSON.stringify(
      {
        ...found,
        userAgent: navigator.userAgent,
        isolated: crossOriginIsolated,
        memory: 'deviceMemory' in navigator ? navigator.deviceMemory : null,
      },
      null,
      2,
    );
  return (
    <Section
      title={t('settings.device')}
      lead={t('settings.deviceLead')}
      actions={
        <Button size="small" icon="device" busy={busy()} onClick={() => void examine()}>
          {t('settings.deviceCheck')}
        </Button>
      }
    >
      <Select
        class="max-w-sm"
        label={t('settings.compute')}
        hint={t('settings.computeHint')}
        value={choice()}
        options={choices.map((value) => ({ value, label: t(`settings.compute.${value}`) }))}
        onChange={(value) => choose(value as DeviceChoice)}
      />
      <Select
        class="max-w-sm"
        label={t('settings.arithmetic')}
        hint={t(arithmetics().length > 1 ? 'settings.arithmeticHint' : 'settings.arithmeticExamine')}
        value={arithmetic()}
        options={arithmetics().map((value) => ({ value, label: t(`settings.arithmetic.${value}`) }))}
        onChange={(value) => chooseAs(value as ComputeDtype)}
      />
      <BusyDialog
        open={asked() !== undefined}
        work={asked() === undefined ? [] : engineWork()}
        idle={engineIdle}
        onChange={() => void apply(asked()?.apply ?? (() => Promise.resolve()))}
        onCancel={() => {
          asked()?.undo();
          setAsked(undefined);
        }}
      />
      <Show when={failure()}>{(error) => <ErrorCard error={error()} onAction={() => void examine()} />}</Show>
      <Show when={report()}>
        {(found) => (
          <>
            <dl class="grid gap-x-6 gap-y-2 sm:grid-cols-[auto_1fr]">
              <dt class="text-muted">{t('settings.deviceName')}</dt>
              <dd translate="no">{found().description || found().architecture}</dd>
              <dt class="text-muted">{t('settings.deviceVendor')}</dt>
              <dd translate="no">{found().vendor === '' ? '–' : found().vendor}</dd>
              <For
                each={
                  [
                    [t('settings.maxBuffer'), found().limits['maxBufferSize']],
                    [t('settings.maxBinding'), found().limits['maxStorageBufferBindingSize']],
                  ] as const
                }
              >
                {([name, bytes]) => (
                  <Show when={bytes !== undefined}>
                    <dt class="text-muted">{name}</dt>
                    <dd class="tabular">{formatBytes(bytes ?? 0)}</dd>
                  </Show>
                )}
              </For>
              <dt class="text-muted">{t('settings.deviceFeatures')}</dt>
              <dd translate="no" class="text-sm wrap-anywhere">
                {found().features.join(', ')}
              </dd>
            </dl>
            <Show when={found().obstacle}>
              {(obstacle) => <ErrorCard error={TributaryError.deserialize(obstacle())} />}
            </Show>
            <Show when={found().variants}>{(variants) => <Variants report={variants()} />}</Show>
            <div>
              <CopyButton text={text(found())} label={t('settings.copyReport')} />
            </div>
          </>
        )}
      </Show>
    </Section>
  );
}
