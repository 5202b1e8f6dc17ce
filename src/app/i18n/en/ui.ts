// Texts of the design system.
export const ui = {
  'ui.close': 'Close',
  'ui.cancel': 'Cancel',
  'ui.copy': 'Copy',
  'ui.copied': 'Copied',
  'ui.copyDetails': 'Copy details',
  'ui.tryAgain': 'Try again',
  'ui.dismiss': 'Dismiss',
  'ui.of': '{done} of {total}',
  'ui.perSecond': '{amount}/s',
  'ui.timeLeft': '{time} left',
  'ui.dropHere': 'Drop files here, or',
  'ui.chooseFiles': 'choose files',
  'ui.pasteHint': 'You can also paste.',
  'ui.unattributed': 'Unattributed',
  'ui.notifications': 'Notifications',
} as const;
