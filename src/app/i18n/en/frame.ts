// Texts that every room needs: the frame around it, the design system, the choice of a wallet.
import { shell } from './shell.ts';
import { ui } from './ui.ts';
import { wallet } from './wallet.ts';

export const frame = { ...shell, ...ui, ...wallet } as const;
