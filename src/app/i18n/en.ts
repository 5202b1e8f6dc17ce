// All English texts, flat, `room.key`. Each room's texts lie in a file of their own; a new language is one more such file.
import { chat } from './en/chat.ts';
import { contribute } from './en/contribute.ts';
import { errors } from './en/errors.ts';
import { factory } from './en/factory.ts';
import { models } from './en/models.ts';
import { rewards } from './en/rewards.ts';
import { settings } from './en/settings.ts';
import { shell } from './en/shell.ts';
import { ui } from './en/ui.ts';

export const en = {
  ...shell,
  ...ui,
  ...errors,
  ...chat,
  ...contribute,
  ...factory,
  ...models,
  ...rewards,
  ...settings,
} as const;
