// Finding a model: search, open, look into its headers, judge what fits, install. The network is asked for what the user asks
// and for nothing else. A newer request of a kind replaces the one before.
import { createSignal } from 'solid-js';
import { isAbort, TributaryError } from '../../../lib/errors.ts';
import {
  type Fit,
  HUGGING_FACE_HUB,
  type HubModel,
  type InstallRecord,
  judgeFit,
  type ModelChoice,
  type ModelOffer,
  type ModelShape,
  offerOfFiles,
  type Packing,
  type Resources,
} from '../../../models/index.ts';
import { deleteSetting, readModelPlan, readSetting, writeModelPlan, writeSetting } from '../../../store/index.ts';
import { settingKeys } from '../settingKeys.ts';
import { filesOfDrop, filesOfInput } from './droppedFiles.ts';
import { type DroppedFile, holdDropped, installRecords, runInstall } from './installs.ts';
import { modelId } from './modelId.ts';
import { readResources } from './resources.ts';
import type { Candidate, Finder, OpenedState, SearchState } from './types.ts';
import { hubToken, modelsWorker, setHubToken } from './worker.ts';

/** Tokens that a fit is judged for before the user says otherwise. */
const CONTEXT_LENGTH = 4096;

type Inspection = Candidate['inspection'];

/** What is opened, as it is kept; the candidates follow from it. */
interface Opened {
  readonly offer: ModelOffer;
  readonly inspections: ReadonlyMap<string, Inspection>;
  readonly packings: ReadonlyMap<string, Packing>;
  readonly selected?: string;
  readonly contextLength: number;
  readonly resources: Resources;
}

type OpenedPhase =
  | Exclude<OpenedState, { readonly phase: 'open' }>
  | { readonly phase: 'open'; readonly opened: Opened };

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

/**
 * The choice that is proposed: about four bits, which keep most of the quality at a quarter of the size; where there is no such
 * file, the smallest.
 */
function proposedChoice(offer: ModelOffer): string | undefined {
  const preferred = ['Q4_K_M', 'Q4_0', 'Q4_1', 'Q4_K_S', 'IQ4_NL', 'Q5_K_M', 'Q8_0'];
  for (const format of preferred) {
    const found = offer.choices.find((choice) => choice.format === format);
    if (found !== undefined) return found.id;
  }
  return offer.choices[0]?.id;
}

async function open(what: string, offerOf: (signal: AbortSignal) => Promise<ModelOffer>): Promise<void> {
  opening?.abort();
  const mine = new AbortController();
  opening = mine;
  setOpened({ phase: 'listing', what });
  try {
    const [offer, resources] = await Promise.all([offerOf(mine.signal), readResources()]);
    if (mine.signal.aborted) return;
    const inspections = new Map<string, Inspection>();
    setOpened({
      phase: 'open',
      opened: { offer, inspections, packings: new Map(), contextLength: CONTEXT_LENGTH, resources },
    });
    const first = proposedChoice(offer);
    if (first !== undefined) select(first);
  } catch (error) {
    if (!mine.signal.aborted && !isAbort(error)) setOpened({ phase: 'failed', what, error });
  }
}

function change(next: (before: Opened) => Partial<Opened>): void {
  setOpened((state) =>
    state.phase === 'open' ? { phase: 'open', opened: { ...state.opened, ...next(state.opened) } } : state,
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

/** A shape to judge a choice by: its own, or that of another of the same container, which differs in formats alone. */
function shapeFor(
  { inspections, offer }: Opened,
  choice: ModelChoice,
): { shape: ModelShape; isOwn: boolean } | undefined {
  const own = inspections.get(choice.id);
  if (own?.phase === 'read') return { shape: own.shape, isOwn: true };
  if (own?.phase === 'failed') return undefined;
  for (const sibling of offer.choices) {
    const inspection = inspections.get(sibling.id);
    if (sibling.container === choice.container && inspection?.phase === 'read')
      return { shape: inspection.shape, isOwn: false };
  }
  return undefined;
}

function fitOf(state: Opened, choice: ModelChoice, packing: Packing): Fit | undefined {
  const judged = shapeFor(state, choice);
  if (judged === undefined) return undefined;
  const { contextLength, resources } = state;
  return judgeFit({ choice, packing, shape: judged.shape, shapeIsOwn: judged.isOwn, contextLength, resources });
}

/** The user's way of packing, else the first that fits. */
function packingOf(state: Opened, choice: ModelChoice): Packing {
  const fitting = choice.packings.find((packing) => fitOf(state, choice, packing)?.verdict !== 'too-large');
  return state.packings.get(choice.id) ?? fitting ?? (choice.packings[0] as Packing);
}

function candidatesOf(state: Opened): readonly Candidate[] {
  const listed = new Set(installRecords()?.map(({ id }) => id));
  return state.offer.choices.map((choice) => {
    const packing = packingOf(state, choice);
    const fit = fitOf(state, choice, packing);
    const id = modelId(state.offer.source, choice, packing);
    return {
      choice,
      packing,
      inspection: state.inspections.get(choice.id) ?? { phase: 'unread' },
      ...(fit === undefined ? {} : { fit }),
      ...(listed.has(id) ? { libraryId: id } : {}),
    };
  });
}

function openedState(): OpenedState {
  const state = opened();
  if (state.phase !== 'open') return state;
  const { offer, selected, contextLength, resources } = state.opened;
  const { freeStorageBytes } = resources;
  const proposed = offer.choices.length > 1 ? proposedChoice(offer) : undefined;
  return {
    phase: 'open',
    offer,
    candidates: candidatesOf(state.opened),
    ...(selected === undefined ? {} : { selected }),
    ...(proposed === undefined ? {} : { proposed }),
    ...(freeStorageBytes === undefined ? {} : { freeStorageBytes }),
    contextLength,
  };
}

/** `Q4_K_M`; `BF16 as q8_0` where packing changes it. */
function formatText(choice: ModelChoice, packing: Packing, shape: ModelShape | undefined): string {
  const stored = choice.format !== '' ? choice.format : (shape?.tensors[0]?.format.toUpperCase() ?? '');
  return packing.weights === 'stored' ? stored : `${stored} as ${packing.weights}`.trim();
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
  const { offer, contextLength } = state.opened;
  const packing = packingOf(state.opened, choice);
  const judged = shapeFor(state.opened, choice);
  const candidate = candidatesOf(state.opened).find((each) => each.choice.id === choiceId);
  const id = modelId(offer.source, choice, packing);
  const dropped = choice.files.flatMap(({ name, location }): DroppedFile[] =>
    location.kind === 'blob' ? [{ name, blob: location.blob }] : [],
  );
  if (dropped.length > 0) holdDropped(id, dropped);
  if ((await readModelPlan(id)) === undefined) {
    const shape = judged?.shape;
    const record: InstallRecord = {
      id,
      name: offer.choices.length === 1 ? offer.name : `${offer.name} ${choice.format || choice.id}`,
      source: offer.source,
      format: formatText(choice, packing, shape),
      ...(offer.licence === undefined ? {} : { licence: offer.licence }),
      packing,
      files: choice.files.map(({ location, ...file }) => (location.kind === 'blob' ? file : { ...file, location })),
      ...(shape === undefined
        ? {}
        : {
            architecture: shape.architecture,
            parameterCount: shape.parameterCount,
            contextLength: shape.contextLength,
            reservedTokens: Math.min(contextLength, shape.contextLength),
          }),
      createdAt: Date.now(),
      stage: 'downloading',
      doneBytes: 0,
      expectedBytes: candidate?.fit?.needs.keptBytes ?? choice.downloadBytes,
      paused: false,
      failure: null,
    };
    await writeModelPlan(id, record);
  }
  // What stops it stands in the journal, which the library shows.
  runInstall(id).catch(() => undefined);
  return id;
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
  openFiles: (files) => void open('', async () => offerOfFiles(filesOfInput(files))),
  openDropped(data) {
    const files = filesOfDrop(data);
    void open('', async () => offerOfFiles(await files));
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
