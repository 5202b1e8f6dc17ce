// The rooms by name: the name is the address, the folder, the heading and the prefix of the texts.
export const rooms = [
  { name: 'chat' },
  { name: 'contribute' },
  { name: 'factory' },
  { name: 'models' },
  { name: 'rewards' },
  { name: 'settings' },
] as const;
