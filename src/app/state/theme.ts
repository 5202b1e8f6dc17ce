// Light, dark or as the system: remembered in localStorage, because index.html must read it before first paint.
import { createSignal } from 'solid-js';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const system = matchMedia('(prefers-color-scheme: dark)');
const stored = localStorage.getItem('theme');
const [theme, setSignal] = createSignal<Theme>(themes.find((candidate) => candidate === stored) ?? 'system');

export { theme };

function apply(choice: Theme): void {
  document.documentElement.dataset['theme'] = choice === 'system' ? (system.matches ? 'dark' : 'light') : choice;
}

system.addEventListener('change', () => apply(theme()));

export function setTheme(choice: Theme): void {
  localStorage.setItem('theme', choice);
  setSignal(choice);
  apply(choice);
}
