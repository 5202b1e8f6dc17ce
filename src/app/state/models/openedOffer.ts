// Judging what was opened in the finder: its choices, what their headers told, what fits, and what an installation begins with.
// Fetched when something is opened, as the first screen of the room does without it; it keeps no state.
import {
  type Fit,
  type InstallRecord,
  judgeFit,
  type ModelChoice,
  type ModelOffer,
  type ModelShape,
  offerOfFiles,
  type Packing,
  type Resources,
} from '../../../models/index.ts';
import { modelId } from './modelId.ts';
import type { Candidate, OpenedState } from './types.ts';

export { offerOfFiles };

/** Tokens that a fit is judged for before the user says otherwise. */
const CONTEXT_LENGTH = 4096;

type Inspection = Candidate['inspection'];

/** What is opened, as it is kept; the candidates follow from it. */
export interface Opened {
  readonly offer: ModelOffer;
  readonly inspections: ReadonlyMap<string, Inspection>;
  readonly packings: ReadonlyMap<string, Packing>;
  readonly selected?: string;
  readonly contextLength: number;
  readonly resources: Resources;
}

export function openOffer(offer: ModelOffer, resources: Resources): Opened {
  return { offer, inspections: new Map(), packings: new Map(), contextLength: CONTEXT_LENGTH, resources };
}

/**
 * The choice that is proposed: about four bits, which keep most of the quality at a quarter of the size; where there is no such
 * file, the smallest.
 */
export function proposedChoice(offer: ModelOffer): string | undefined {
  const preferred = ['Q4_K_M', 'Q4_0', 'Q4_1', 'Q4_K_S', 'IQ4_NL', 'Q5_K_M', 'Q8_0'];
  for (const format of preferred) {
    const found = offer.choices.find((choice) => choice.format === format);
    if (found !== undefined) return found.id;
  }
  return offer.choices[0]?.id;
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

function candidatesOf(state: Opened, listed: ReadonlySet<string>): readonly Candidate[] {
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

/** `Q4_K_M`; `BF16 as q8_0` where packing changes it. */
function formatText(choice: ModelChoice, packing: Packing, shape: ModelShape | undefined): string {
  const stored = choice.format !== '' ? choice.format : (shape?.tensors[0]?.format.toUpperCase() ?? '');
  return packing.weights === 'stored' ? stored : `${stored} as ${packing.weights}`.trim();
}

/** What the room shows of it. `listed`: ids of the library. */
export function stateOf(opened: Opened, listed: ReadonlySet<string>): Extract<OpenedState, { readonly phase: 'open' }> {
  const { offer, selected, contextLength, resources } = opened;
  const { freeStorageBytes } = resources;
  const proposed = offer.choices.length > 1 ? proposedChoice(offer) : undefined;
  return {
    phase: 'open',
    offer,
    candidates: candidatesOf(opened, listed),
    ...(selected === undefined ? {} : { selected }),
    ...(proposed === undefined ? {} : { proposed }),
    ...(freeStorageBytes === undefined ? {} : { freeStorageBytes }),
    contextLength,
  };
}

/** The journal's first entry of an installation that begins at `now` (ms). */
export function installRecord(opened: Opened, choice: ModelChoice, now: number): InstallRecord {
  const { offer, contextLength } = opened;
  const packing = packingOf(opened, choice);
  const shape = shapeFor(opened, choice)?.shape;
  return {
    id: modelId(offer.source, choice, packing),
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
    createdAt: now,
    stage: 'downloading',
    doneBytes: 0,
    expectedBytes: fitOf(opened, choice, packing)?.needs.keptBytes ?? choice.downloadBytes,
    paused: false,
    failure: null,
  };
}
