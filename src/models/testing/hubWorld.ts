// For tests: what a small Hub holds and how it misbehaves. Sent to the server of `hubServer.ts`, one world a test.
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Base addresses of the test Hub and of the other origin that its large files lie on. */
    hubServer: { readonly hub: string; readonly cdn: string };
  }
}

/** Content of a file. `pad`: so many pseudo-random bytes after it, to make it long. */
export type Content = (
  | { readonly golden: string }
  | { readonly text: string }
  | { readonly base64: string }
  | { readonly json: unknown }
) & { readonly pad?: number };

export type Fault =
  /** The whole file, whatever range was asked for. */
  | { readonly kind: 'ignore-range' }
  /** 206, but other bytes. */
  | { readonly kind: 'wrong-range' }
  /** More bytes than announced. */
  | { readonly kind: 'longer' }
  /** One byte is not what it was. */
  | { readonly kind: 'corrupt' }
  /** The connection breaks after so many bytes. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Stops for good after so many bytes, and keeps the connection. */
  | { readonly kind: 'hang'; readonly after: number }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Redirects to itself. */
  | { readonly kind: 'loop' };

export interface WorldFile {
  readonly content: Content;
  /** Large files: announced with their hash, served by another origin. */
  readonly lfs?: boolean;
  /** What the list says instead of the truth. */
  readonly announcedBytes?: number;
  readonly announcedSha256?: string;
  /** `Last-Modified`, where it is not a large file. */
  readonly modified?: string;
}

export interface WorldRepository {
  readonly commit: string;
  readonly tags: readonly string[];
  readonly gated?: boolean;
  readonly downloads?: number;
  readonly files: Readonly<Record<string, WorldFile>>;
}

export interface WorldDescription {
  readonly repositories?: Readonly<Record<string, WorldRepository>>;
  /** Blocks by CID, base64. */
  readonly blocks?: Readonly<Record<string, string>>;
  /** By path of the request below the world; each is used `times` (default: always). */
  readonly faults?: Readonly<Record<string, Fault & { readonly times?: number }>>;
  /** May read gated repositories. */
  readonly token?: string;
  /** Models a page of the search. */
  readonly pageSize?: number;
}

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly server: 'hub' | 'cdn';
  readonly range: string;
  readonly authorization: string;
  readonly referer: string;
}

export interface HubWorld {
  /** Base address of this world's Hub. */
  readonly hub: string;
  /** Replaces what is given of the description. */
  change(description: WorldDescription): Promise<void>;
  /** Requests so far; preflights are not among them. */
  log(): Promise<readonly LoggedRequest[]>;
}

export async function createHubWorld(description: WorldDescription): Promise<HubWorld> {
  const hub = `${inject('hubServer').hub}/${crypto.randomUUID()}`;
  const change = async (part: WorldDescription): Promise<void> => {
    await fetch(hub, { method: 'PUT', body: JSON.stringify(part) });
  };
  await change(description);
  return { hub, change, log: async () => (await fetch(`${hub}/log`)).json() };
}
