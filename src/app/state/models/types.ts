// What the rooms see of models that people bring: a finder (what is offered, what fits, before any download) and a library
// (what is kept, what is on its way). Both are signals with functions beside them; times are milliseconds since 1970. `finder`
// is exported by `finder.ts`, `library` by `library.ts`, `availableModels` (a signal) by `availableModels.ts`.
import type {
  Fit,
  HubModel,
  ModelChoice,
  ModelOffer,
  ModelShape,
  ModelSource,
  Packing,
} from '../../../models/index.ts';

/** The search of the Hub. Nothing is asked before the user searches. */
export type SearchState =
  | { readonly phase: 'idle' }
  /** `models`: those of earlier pages, which stay while the next one is asked for, and when it fails. */
  | { readonly phase: 'searching'; readonly query: string; readonly models: readonly HubModel[] }
  | { readonly phase: 'found'; readonly query: string; readonly models: readonly HubModel[]; readonly more: boolean }
  | {
      readonly phase: 'failed';
      readonly query: string;
      readonly models: readonly HubModel[];
      readonly error: unknown;
    };

/** One way to install what is opened: a choice, and what reading its headers told. */
export interface Candidate {
  readonly choice: ModelChoice;
  readonly packing: Packing;
  /** `unread`: its headers have not been asked for; the fit is then judged by a sibling's shape, or absent. */
  readonly inspection:
    | { readonly phase: 'unread' }
    | { readonly phase: 'reading' }
    | { readonly phase: 'read'; readonly shape: ModelShape }
    /** `MODEL_UNSUPPORTED` names the architecture or field that this engine does not compute. */
    | { readonly phase: 'failed'; readonly error: unknown };
  readonly fit?: Fit;
  /** Id of the library's entry, when it is already there or on its way. */
  readonly libraryId?: string;
}

/** What the user opened: a repository, an address, dropped files. */
export type OpenedState =
  | { readonly phase: 'closed' }
  | { readonly phase: 'listing'; readonly what: string }
  | {
      readonly phase: 'open';
      readonly offer: ModelOffer;
      readonly candidates: readonly Candidate[];
      readonly selected?: string;
      /** The choice that was looked into first, where there are several. */
      readonly proposed?: string;
      /** Tokens that the fit is judged for. */
      readonly contextLength: number;
      /** Absent where the browser does not tell. */
      readonly freeStorageBytes?: number;
    }
  /** `HUB_GATED`, `HUB_TOKEN_REFUSED`: ask for a token and open again. */
  | { readonly phase: 'failed'; readonly what: string; readonly error: unknown };

export interface FinderState {
  readonly search: SearchState;
  readonly opened: OpenedState;
  /** Whether a token is held, in memory only; it is gone with the page. */
  readonly hasToken: boolean;
  /** Base address of the Hub or a mirror of it. */
  readonly hub: string;
}

export interface Finder {
  state(): FinderState;
  search(query: string): void;
  /** Gives a search up; what was found before stays. */
  stopSearch(): void;
  /** The next page of the same search. */
  searchMore(): void;
  /** `owner/name`, `owner/name@revision`, an address of the Hub, of a file or a folder's config.json, a CID or `ipfs://`. */
  open(address: string): void;
  /** Files of an `<input>`, with `webkitdirectory` or not. */
  openFiles(files: readonly File[]): void;
  /** What was dropped, folders included. Call in the event's own turn: the browser empties the list after it. */
  openDropped(data: DataTransfer): void;
  /** Reads the headers of a choice and judges it. */
  select(choiceId: string): void;
  setPacking(choiceId: string, packing: Packing): void;
  setContextLength(tokens: number): void;
  /** Puts a choice on its way into the library. Resolves to the library's id as soon as it is listed there. */
  install(choiceId: string): Promise<string>;
  close(): void;
  /** Held in memory until the page goes; sent to the Hub's own origin alone. Undefined forgets it. */
  setToken(token: string | undefined): void;
  /** Another base address, remembered; undefined goes back to the default. */
  setHub(address: string | undefined): Promise<void>;
}

interface Amount {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** What a model of the library is doing. Everything but `installed` can be discarded. */
export type InstallState =
  | { readonly phase: 'installed' }
  /** `bytesPerSecond` and `secondsLeft` are absent until something can be said. */
  | (Amount & { readonly phase: 'downloading'; readonly bytesPerSecond?: number; readonly secondsLeft?: number })
  /** The network failed; tried again at `at`, or at once when the browser is online again. */
  | (Amount & { readonly phase: 'waiting'; readonly reason: 'offline' | 'network'; readonly at?: number })
  | (Amount & { readonly phase: 'packing'; readonly bytesPerSecond?: number; readonly secondsLeft?: number })
  /** Another tab of this browser is at it; its progress is followed, its result is used. */
  | (Amount & { readonly phase: 'elsewhere' })
  /** Stopped by the user; what has arrived stays in this browser. */
  | (Amount & { readonly phase: 'paused' })
  /** The page went away in the middle; `resume` goes on from there. */
  | (Amount & { readonly phase: 'interrupted' })
  /** No room: `resume` after something was deleted. Some browsers do not tell what is free. */
  | (Amount & { readonly phase: 'full'; readonly neededBytes: number; readonly freeBytes?: number })
  /** Dropped files are gone with the page that they were dropped on: `giveFiles`. */
  | (Amount & { readonly phase: 'needs-files' })
  /** The Hub wants a token again: `finder.setToken`, then `resume`. */
  | (Amount & { readonly phase: 'needs-token'; readonly error: unknown })
  | (Amount & { readonly phase: 'failed'; readonly error: unknown });

export interface LibraryModel {
  readonly id: string;
  readonly name: string;
  readonly source: ModelSource | { readonly kind: 'offered' };
  /** `Q4_K_M`, `BF16 as q8_0`: what it is made of. */
  readonly format: string;
  readonly licence?: string;
  readonly architecture?: string;
  readonly parameterCount?: number;
  /** Of the model itself, in tokens. */
  readonly contextLength?: number;
  /** What it takes in this browser. */
  readonly bytes: number;
  readonly createdAt: number;
  readonly usedAt?: number;
  /** SHA-256 that adapters and receipts name it by; absent until all of it has arrived. */
  readonly sha256?: string;
  readonly state: InstallState;
}

/** Something whose deletion makes room. */
export interface Deletable {
  /** `runtime`: a model that another program runs and keeps. `file`: of an earlier version, named by no record. */
  readonly kind: 'model' | 'adapter' | 'checkpoint' | 'runtime' | 'file';
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly usedAt?: number;
}

export interface Library {
  /** Newest use first; undefined until the tables were read. */
  models(): readonly LibraryModel[] | undefined;
  /** Stops a download or a packing; what has arrived stays in this browser. */
  pause(id: string): void;
  /** Goes on after a pause, an interruption, a full disk or a failure. */
  resume(id: string): void;
  /** The same files again, for a model of dropped files that was interrupted. */
  giveFiles(id: string, files: readonly File[]): Promise<void>;
  /** Deletes a model, or stops and deletes what has arrived of one. */
  remove(id: string): Promise<void>;
  /** What could go to make room, biggest first. */
  deletables(): Promise<readonly Deletable[]>;
  makeRoom(item: Deletable): Promise<void>;
}

/** A model that can be chosen in any room: offered by this copy of the app, or installed from the library. */
export interface AvailableModel {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly licence: string;
  /** Whether it needs a download before it answers. */
  readonly downloaded: boolean;
  /** Whether earlier turns of a chat are given to it. */
  readonly memory: boolean;
  readonly parameterCount?: number;
  /** Longest context to reserve, in tokens. */
  readonly contextLength?: number;
  /** SHA-256 of its source, what adapters name their base by. */
  readonly sha256?: string;
}
