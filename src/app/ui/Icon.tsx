// Line icons of one weight, drawn on a 24-unit grid. They never carry meaning alone: the control beside them has a name.
import type { JSX } from 'solid-js';

const paths = {
  chat: 'M20 12a7.5 7.5 0 0 1-11 6.600L4.500 20l1.300-4.200A7.500 7.500 0 1 1 20 12z',
  contribute: 'M12 15V4m0 0 4 4m-4-4L8 8M5 14v4a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-4',
  factory: 'M4 20V9l5 3.500V9l5 3.500V4h6v16H4zm4-4h.01M12 16h.01M16 16h.01',
  models: 'M12 3.500 20 8v8l-8 4.500L4 16V8zM4 8l8 4.500L20 8M12 12.500v8',
  rewards:
    'M12 3.500c4.700 0 8.500 3.800 8.500 8.500s-3.800 8.500-8.500 8.500S3.500 16.700 3.500 12 7.300 3.500 12 3.500zM12 7.500v9M14.500 9.500c-.5-.8-1.400-1.200-2.500-1.200-1.500 0-2.500.7-2.500 1.900 0 2.700 5.200 1.100 5.200 3.800 0 1.200-1.100 1.900-2.700 1.900-1.200 0-2.200-.5-2.700-1.400',
  settings: 'M4 7h9m4 0h3M4 17h3m4 0h9M15 4.800v4.400M9 14.800v4.400',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6 6 18',
  send: 'M12 19V5m0 0-6 6m6-6 6 6',
  stop: 'M7 7h10v10H7z',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  edit: 'M4 20l1-4L16.500 4.500l3 3L8 19l-4 1z',
  refresh: 'M19 12a7 7 0 1 1-2-4.900M19 4v4h-4',
  trash: 'M5 7h14M10 7V4.500h4V7M7 7l1 12.500h8L17 7M10.500 10.500v5.500M13.500 10.500v5.500',
  download: 'M12 4v11m0 0 4-4m-4 4-4-4M5 19.500h14',
  upload: 'M12 15V4m0 0 4 4m-4-4L8 8M5 19.500h14',
  sun: 'M12 8.200a3.800 3.800 0 1 1 0 7.600 3.800 3.800 0 0 1 0-7.600zM12 3v1.500M12 19.500V21M3 12h1.500M19.500 12H21M5.600 5.600l1.100 1.100M17.300 17.300l1.100 1.100M5.600 18.400l1.100-1.100M17.300 6.700l1.100-1.100',
  moon: 'M19.500 14.300A8 8 0 0 1 9.700 4.500a8 8 0 1 0 9.800 9.800z',
  system: 'M4 5h16v11H4zM9 20h6M12 16v4',
  warning: 'M12 4 3 19.500h18L12 4zm0 6v4.500m0 2.500h.01',
  info: 'M12 3.500c4.700 0 8.500 3.800 8.500 8.500s-3.800 8.500-8.500 8.500S3.500 16.700 3.500 12 7.300 3.500 12 3.500zM12 11v5.500M12 7.800h.01',
  chevron: 'M9 6l6 6-6 6',
  down: 'M6 9l6 6 6-6',
  panel: 'M4 5h16v14H4zM14.500 5v14',
  history: 'M4.500 12a7.500 7.500 0 1 0 2.300-5.400M4 4v4.500h4.500M12 8v4.500l3 1.700',
  columns: 'M4 5h16v14H4zM12 5v14',
  wallet:
    'M4 7.500h14.500a1.500 1.500 0 0 1 1.500 1.500v8.500a1.500 1.500 0 0 1-1.500 1.500h-13A1.500 1.500 0 0 1 4 17.500zm0 0L15.500 4v3.500M16 13.200h.01',
  peers:
    'M6.500 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM17.500 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM12 20a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM9 7h6M7.700 9.200l3 6M16.300 9.200l-3 6',
  device: 'M7 7h10v10H7zM10 3.500V7M14 3.500V7M10 17v3.500M14 17v3.500M3.500 10H7M3.500 14H7M17 10h3.500M17 14h3.500',
  receipt: 'M6 3.500h12V20l-2-1.300-2 1.300-2-1.300-2 1.300-2-1.300L6 20zM9 8h6M9 11.500h6M9 15h3.500',
  play: 'M8 5.500v13l10.500-6.500z',
  pause: 'M8.500 6v12M15.500 6v12',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.500 4.500',
  file: 'M6 3.500h8l4 4v13H6zM14 3.500v4h4',
  book: 'M5 5.500c2.500-1 5-.5 7 1 2-1.500 4.500-2 7-1v13c-2.500-1-5-.5-7 1-2-1.500-4.500-2-7-1zM12 6.500v13',
} as const;

export type IconName = keyof typeof paths;

export function Icon(properties: {
  readonly name: IconName;
  readonly size?: number;
  readonly class?: string;
}): JSX.Element {
  return (
    <svg
      aria-hidden="true"
      width={properties.size ?? 20}
      height={properties.size ?? 20}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.7"
      stroke-linecap="round"
      stroke-linejoin="round"
      class={`shrink-0 ${properties.class ?? ''}`}
    >
      <path d={paths[properties.name]} />
    </svg>
  );
}
