// The design system: the only place that knows Kobalte, and the components that every room is made of.
export { errorText } from '../i18n/errorText.ts';
export {
  formatBytes,
  formatDateTime,
  formatDecimals,
  formatDuration,
  formatList,
  formatNumber,
  formatOpen,
  formatPpm,
  formatSignificant,
  shortAddress,
  shortHash,
} from '../i18n/format.ts';
export { Banner } from './Banner.tsx';
export { Button, IconButton } from './Button.tsx';
export { ConfirmDialog } from './ConfirmDialog.tsx';
export { CopyButton } from './CopyButton.tsx';
export { Dialog } from './Dialog.tsx';
export { EmptyState } from './EmptyState.tsx';
export { ErrorCard } from './ErrorCard.tsx';
export { CheckBox, Field, TextArea } from './Field.tsx';
export { FileDrop } from './FileDrop.tsx';
export { FromPeers } from './FromPeers.tsx';
export { Icon } from './Icon.tsx';
export { Keyed } from './Keyed.tsx';
export { lazyDialog, lazyPart } from './lazyPart.tsx';
export { Meter } from './Meter.tsx';
export { AmountField, NumberField } from './NumberField.tsx';
export { OpenElsewhere } from './OpenElsewhere.tsx';
export { Page, Section } from './Page.tsx';
export { Progress } from './Progress.tsx';
export { Select } from './Select.tsx';
export { type Share, ShareBar } from './ShareBar.tsx';
export { type Column, Table } from './Table.tsx';
export { Toasts, toast } from './Toasts.tsx';
