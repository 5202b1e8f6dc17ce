// Everything that an attributed answer needs, brought here at the same time: the model, the adapter, its attribution index.
import { createSignal } from 'solid-js';
import { type AdapterChoice, hasAttribution } from './adapters.ts';
import { openIndex } from './attribution.ts';
import { ensureAdapter } from './engine.ts';

interface Preparation {
  readonly adapterId: string;
  /** What is still on its way beside the model. */
  readonly pending: readonly ('adapter' | 'index')[];
}

const [preparation, setPreparation] = createSignal<Preparation>();

/** What was last brought beside a model. */
export { preparation };

/**
 * Starts what is not there or on its way, and never throws: failures of the model are part of `engineState`, those of adapter and
 * index come again, and are shown, when an answer needs them.
 */
export async function prepareAnswers(adapter: AdapterChoice): Promise<void> {
  // What has arrived once comes back in a moment: nothing is shown for it again.
  setPreparation((now) =>
    now?.adapterId === adapter.id ? now : { adapterId: adapter.id, pending: ['adapter', 'index'] },
  );
  const index = async (): Promise<void> => {
    if (await hasAttribution(adapter)) await openIndex(adapter);
  };
  const ends = async (work: Promise<unknown>, part: 'adapter' | 'index'): Promise<void> => {
    await work.catch(() => undefined);
    setPreparation((now) =>
      now?.adapterId === adapter.id ? { ...now, pending: now.pending.filter((each) => each !== part) } : now,
    );
  };
  await Promise.all([ends(ensureAdapter(adapter), 'adapter'), ends(index(), 'index')]);
}
