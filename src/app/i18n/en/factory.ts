// Texts of the room "factory".
export const factory = {
  'factory.title': 'Factory',
} as const;
