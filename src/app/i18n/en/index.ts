// English, by area. The files are fetched when an area is opened; another language is one more folder like this one.
export const english = {
  frame: async () => (await import('./frame.ts')).frame,
  errors: async () => (await import('./errors.ts')).errors,
  chat: async () => (await import('./chat.ts')).chat,
  contribute: async () => (await import('./contribute.ts')).contribute,
  factory: async () => (await import('./factory.ts')).factory,
  models: async () => (await import('./models.ts')).models,
  rewards: async () => (await import('./rewards.ts')).rewards,
  settings: async () => (await import('./settings.ts')).settings,
};
