// Texts of the room "chat".
export const chat = {
  'chat.title': 'Chat',
} as const;
