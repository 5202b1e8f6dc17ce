// Files by drop, by dialog or by paste: dragging is never the only way.
import { createSignal, createUniqueId, type JSX, onCleanup, onMount } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Icon } from './Icon.tsx';

export interface FileDropProperties {
  readonly label: string;
  /** Accepted formats and sizes, shown before the choice. */
  readonly hint: string;
  /** For example ".jsonl,.csv". */
  readonly accept?: string;
  readonly multiple?: boolean;
  readonly disabled?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  /** Receives the drop instead of `onFiles`, for callers that read folders: the list of entries is valid only during the event. */
  readonly onDropped?: (data: DataTransfer) => void;
  /** When given, text pasted anywhere on the page outside a field is passed on as well. */
  readonly onText?: (text: string) => void;
}

export function FileDrop(properties: FileDropProperties): JSX.Element {
  const id = createUniqueId();
  const [over, setOver] = createSignal(false);
  const take = (files: FileList | null | undefined): void => {
    if (properties.disabled === true || files === null || files === undefined || files.length === 0) return;
    properties.onFiles(properties.multiple === true ? [...files] : [files[0] as File]);
  };
  const paste = (event: ClipboardEvent): void => {
    const target = event.target;
    if (target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA)$/.test(target.tagName)))
      return;
    if ((event.clipboardData?.files.length ?? 0) > 0) {
      take(event.clipboardData?.files);
      return;
    }
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text !== '') properties.onText?.(text);
  };
  onMount(() => document.addEventListener('paste', paste));
  onCleanup(() => document.removeEventListener('paste', paste));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the drop area is a convenience beside the labelled file input in it.
    <div
      class={`relative grid justify-items-center gap-2 rounded-2xl border-2 border-dashed px-6 py-10 text-center transition-colors focus-within:border-accent ${over() ? 'border-accent bg-accent-soft' : 'border-edge bg-surface'}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (properties.onDropped === undefined || event.dataTransfer === null) take(event.dataTransfer?.files);
        else if (properties.disabled !== true) properties.onDropped(event.dataTransfer);
      }}
    >
      <Icon name="upload" size={28} class="text-accent" />
      <p class="font-medium">{properties.label}</p>
      <p>
        {t('ui.dropHere')}{' '}
        <label for={id} class="font-medium text-accent underline underline-offset-2">
          {t('ui.chooseFiles')}
        </label>
        <input
          id={id}
          type="file"
          class="absolute inset-0 cursor-pointer opacity-0"
          accept={properties.accept}
          multiple={properties.multiple}
          disabled={properties.disabled}
          onChange={(event) => {
            take(event.currentTarget.files);
            // The same file chosen again must count as a choice.
            event.currentTarget.value = '';
          }}
        />
      </p>
      <p class="text-sm text-muted">
        {properties.hint} {properties.onText === undefined ? '' : t('ui.pasteHint')}
      </p>
    </div>
  );
}
