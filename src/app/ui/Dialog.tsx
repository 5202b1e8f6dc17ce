// A modal dialog, fetched when one is first opened.
import { lazyDialog } from './lazyPart.tsx';

export const Dialog = lazyDialog(async () => (await import('./Modal.tsx')).Modal);
