// Finding a model: search, open, look into its headers, judge what fits, install. The network is asked for what the user asks
// and for nothing else. A newer request of a kind replaces the one before.
import { createSignal } from 'solid-js';
import { isAbort, TributaryError } from '../../../lib/errors.ts';
import { HUGGING_FACE_HUB, type HubModel, type ModelChoice, type ModelOffer } from '../../../models/index.ts';
import { deleteSetting, readModelPlan, readSetting, writeModelPlan, writeSetting } from '../../../store/index.ts';
import { settingKeys } from '../settingKeys.ts';
import { filesOfDrop, filesOfInput } from './droppedFiles.ts';
import { type DroppedFile, holdDropped, installRecords, runInstall } from './installs.ts';
import type { Opened } from './openedOffer.ts';
import { readResources } from './resources.ts';
import type { Candidate, Finder, OpenedState, SearchState } from './types.ts';
import { hubToken, modelsWorker, setHubToken } from './worker.ts';

type Inspection = Candidate['inspection'];
type Judge = typeof import('./openedOffer.ts');

type OpenedPhase =
  | Exclude<OpenedState, { readonly phase: 'open' }>
  | { readonly phase: 'open'; readonly opened: Opened; readonly judge: Judge };

const [search, setSearch] = createSignal<SearchState>({ phase: 'idle' });
const [opened, setOpened] = createSignal<OpenedPhase>({ phase: 'closed' });
const [hub, setHubSignal] = createSignal(HUGGING_FACE_HUB);
let nextPage: string | undefined;
let searching: AbortController | undefined;
let opening: AbortController | undefined;
let hubKnown: Promise<void> | undefined;

/** The user's own address of the Hub, once it was read. */
function knowHub(): Promise<void> {
  hubKnown ??= readSetting<string>(settingKeys.hub).then((address) => void setHubSignal(address ?? HUGGING_FACE_HUB));
  return hubKnown;
}

const withToken = (): { readonly token?: string } => {
  const token = hubToken();
  return token === undefined ? {} : { token };
};

async function runSearch(query: string, page: string | undefined): Promise<void> {
  searching?.abort();
  const mine = new AbortController();
  searching = mine;
  const kept = page === undefined ? [] : foundModels();
  setSearch({ phase: 'searching', query, models: kept });
  try {
    await knowHub();
    const found = await modelsWorker().search({ hub: hub(), ...withToken(), query, page }, { signal: mine.signal });
    if (mine.signal.aborted) return;
    nextPage = found.next;
    setSearch({ phase: 'found', query, models: [...kept, ...found.models], more: found.next !== undefined });
  } catch (error) {
    if (!mine.signal.aborted && !isAbort(error)) setSearch({ phase: 'failed', query, models: kept, error });
  }
}

function foundModels(): readonly HubModel[] {
  const state = search();
  return state.phase === 'idle' ? [] : state.models;
}

function stopSearch(): void {
  searching?.abort();
  const state = search();
  const models = foundModels();
  if (state.phase !== 'searching') return;
  setSearch(models.length === 0 ? { phase: 'idle' } : { phase: 'found', query: state.query, models, more: true });
}

async function open(what: string, offerOf: (signal: AbortSignal) => Promise<ModelOffer>): Promise<void> {
  opening?.abort();
  const mine = new AbortController();
  opening = mine;
  setOpened({ phase: 'listing', what });
  try {
    const [offer, judge, resources] = await Promise.all([
      offerOf(mine.signal),
      import('./openedOffer.ts'),
      readResources(),
    ]);
    if (mine.signal.aborted) return;
    setOpened({ phase: 'open', opened: judge.openOffer(offer, resources), judge });
    const first = judge.proposedChoice(offer);
    if (first !== undefined) select(first);
  } catch (error) {
    if (!mine.signal.aborted && !isAbort(error)) setOpened({ phase: 'failed', what, error });
  }
}

async function offerOfDropped(files: readonly DroppedFile[]): Promise<ModelOffer> {
  return (await import('./openedOffer.ts')).offerOfFiles(files);
}

function change(next: (before: Opened) => Partial<Opened>): void {
  setOpened((state) =>
    state.phase === 'open' ? { ...state, opened: { ...state.opened, ...next(state.opened) } } : state,
  );
}

function choiceOf(id: string): ModelChoice | undefined {
  const state = opened();
  return state.phase === 'open' ? state.opened.offer.choices.find((choice) => choice.id === id) : undefined;
}

function select(choiceId: string): void {
  const choice = choiceOf(choiceId);
  const signal = opening?.signal;
  if (choice === undefined || signal === undefined) return;
  const note = (inspection: Inspection): void => {
    if (!signal.aborted)
      change(({ inspections }) => ({ inspections: new Map([...inspections, [choiceId, inspection]]) }));
  };
  change(() => ({ selected: choiceId }));
  const state = opened();
  const known = state.phase === 'open' ? state.opened.inspections.get(choiceId)?.phase : undefined;
  if (known === 'read' || known === 'reading') return;
  note({ phase: 'reading' });
  modelsWorker()
    .inspect({ files: choice.files, ...withToken() }, { signal })
    .then(
      (shape) => note({ phase: 'read', shape }),
      (error: unknown) => note({ phase: 'failed', error }),
    );
}

function openedState(): OpenedState {
  const state = opened();
  if (state.phase !== 'open') return state;
  return state.judge.stateOf(state.opened, new Set(installRecords()?.map(({ id }) => id)));
}

async function install(choiceId: string): Promise<string> {
  const state = opened();
  const choice = choiceOf(choiceId);
  if (state.phase !== 'open' || choice === undefined) {
    throw new TributaryError({
      code: 'MODEL_NOT_LISTED',
      message: 'This choice is not offered any more.',
      facts: { choice: choiceId },
      hint: 'Open the source again and choose anew.',
    });
  }
  const record = state.judge.installRecord(state.opened, choice, Date.now());
  const dropped = choice.files.flatMap(({ name, location }): DroppedFile[] =>
    location.kind === 'blob' ? [{ name, blob: location.blob }] : [],
  );
  if (dropped.length > 0) holdDropped(record.id, dropped);
  if ((await readModelPlan(record.id)) === undefined) await writeModelPlan(record.id, record);
  // What stops it stands in the journal, which the library shows.
  runInstall(record.id).catch(() => undefined);
  return record.id;
}

export const finder: Finder = {
  state() {
    void knowHub();
    return { search: search(), opened: openedState(), hasToken: hubToken() !== undefined, hub: hub() };
  },
  search: (query) => void runSearch(query.trim(), undefined),
  searchMore() {
    const state = search();
    if (state.phase !== 'idle' && nextPage !== undefined) void runSearch(state.query, nextPage);
  },
  stopSearch,
  open: (address) =>
    void open(address.trim(), async (signal) => {
      await knowHub();
      return await modelsWorker().open({ hub: hub(), ...withToken(), address }, { signal });
    }),
  openFiles: (files) => void open('', async () => offerOfDropped(filesOfInput(files))),
  openDropped(data) {
    const files = filesOfDrop(data);
    void open('', async () => offerOfDropped(await files));
  },
  select,
  setPacking: (choiceId, packing) =>
    change(({ packings }) => ({ packings: new Map([...packings, [choiceId, packing]]) })),
  setContextLength: (tokens) => change(() => ({ contextLength: tokens })),
  install,
  close() {
    opening?.abort();
    setOpened({ phase: 'closed' });
  },
  setToken: setHubToken,
  async setHub(address) {
    const trimmed = address?.trim().replace(/\/+$/, '') ?? '';
    if (trimmed !== '' && !/^https?:$/.test(URL.canParse(trimmed) ? new URL(trimmed).protocol : '')) {
      throw new TributaryError({
        code: 'HUB_ADDRESS_INVALID',
        message: 'This is no address of a Hub.',
        facts: { address: trimmed.slice(0, 200) },
        hint: 'Give an address that begins with https://, or nothing for the Hugging Face Hub.',
      });
    }
    if (trimmed === '') await deleteSetting(settingKeys.hub);
    else await writeSetting(settingKeys.hub, trimmed);
    // A token of one Hub is nobody else's business.
    if (trimmed !== hub()) setHubToken(undefined);
    searching?.abort();
    hubKnown = undefined;
    await knowHub();
    setSearch({ phase: 'idle' });
  },
};
