// The rooms: a bar at the side on wide windows, at the bottom on phones. One list of links for both.
import { A } from '@solidjs/router';
import { For, type JSX } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Icon } from '../ui/index.ts';
import { rooms } from './rooms.ts';
import { StatusChips } from './StatusChips.tsx';
import { ThemeButton } from './ThemeButton.tsx';

function Mark(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" class="size-8 shrink-0" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--accent)" />
      <path
        d="M16 27V17M16 17C16 12 12 11 8.500 6M16 17c0-5 4-6 7.500-11M16 22c0-3-3-4-6.500-5.500"
        fill="none"
        stroke="var(--on-accent)"
        stroke-width="2.4"
        stroke-linecap="round"
      />
    </svg>
  );
}

export function Navigation(): JSX.Element {
  return (
    <header class="order-last flex shrink-0 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:order-first md:w-56 md:flex-col md:border-t-0 md:border-e md:bg-ground md:pb-0">
      <div class="hidden items-center gap-3 px-5 pt-6 pb-6 md:flex">
        <Mark />
        <span class="text-lg font-semibold tracking-tight">{t('shell.name')}</span>
      </div>
      <nav aria-label={t('shell.rooms')} class="flex-1 md:px-3">
        <ul class="grid grid-cols-6 md:grid-cols-1 md:gap-1">
          <For each={rooms}>
            {(room) => (
              <li>
                <A
                  href={`/${room.name}`}
                  class="flex flex-col items-center gap-0.5 rounded-lg px-1 py-2 text-xs text-muted max-[22rem]:text-[0.625rem] transition-colors hover:text-text md:flex-row md:gap-3 md:px-3 md:text-base md:hover:bg-accent-soft"
                  activeClass="text-accent-strong! font-medium md:bg-accent-soft"
                >
                  <Icon name={room.name} size={22} />
                  {t(`shell.${room.name}`)}
                </A>
              </li>
            )}
          </For>
        </ul>
      </nav>
      <div class="hidden gap-3 px-5 pb-5 md:grid">
        <StatusChips />
        <ThemeButton />
      </div>
    </header>
  );
}
