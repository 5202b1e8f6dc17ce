// Texts of the room "settings".
export const settings = {
  'settings.title': 'Settings',
} as const;
