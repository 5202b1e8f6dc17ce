// The design system: the only place that knows Kobalte, and the components that every room is made of.
export { Banner } from './Banner.tsx';
export { Button, type ButtonProperties, IconButton } from './Button.tsx';
export { CopyButton } from './CopyButton.tsx';
export { Dialog, type DialogProperties } from './Dialog.tsx';
export { EmptyState } from './EmptyState.tsx';
export { ErrorCard, type ErrorCardProperties, errorDetails } from './ErrorCard.tsx';
export { errorTitle } from './errorTitle.ts';
export { CheckBox, Field, FieldFrame, TextArea } from './Field.tsx';
export { FileDrop } from './FileDrop.tsx';
export {
  formatBytes,
  formatDateTime,
  formatDuration,
  formatNumber,
  formatOpen,
  formatPpm,
  shortAddress,
  shortHash,
} from './format.ts';
export { Icon, type IconName } from './Icon.tsx';
export { Meter } from './Meter.tsx';
export { Page, Section } from './Page.tsx';
export { Progress } from './Progress.tsx';
export { Select, type SelectOption } from './Select.tsx';
export { completeShares, type Share, ShareBar, shareColor } from './ShareBar.tsx';
export { type Column, Table } from './Table.tsx';
export { Toasts, toast } from './Toasts.tsx';
