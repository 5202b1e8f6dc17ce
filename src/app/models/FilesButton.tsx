// A button that opens the browser's dialog for several files, or for a whole folder.
import type { JSX } from 'solid-js';
import { Button } from '../ui/index.ts';

export function FilesButton(properties: {
  readonly label: string;
  readonly folder?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}): JSX.Element {
  let chooser!: HTMLInputElement;
  return (
    <>
      <Button size="small" icon="file" onClick={() => chooser.click()}>
        {properties.label}
      </Button>
      <input
        ref={(element) => {
          chooser = element;
          // Not a property that JSX knows.
          element.webkitdirectory = properties.folder === true;
        }}
        type="file"
        multiple
        class="hidden"
        aria-label={properties.label}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          // The same files chosen again must count as a choice.
          event.currentTarget.value = '';
          if (files.length > 0) properties.onFiles(files);
        }}
      />
    </>
  );
}
