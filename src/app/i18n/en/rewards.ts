// Texts of the room "rewards".
export const rewards = {
  'rewards.title': 'Rewards',
} as const;
