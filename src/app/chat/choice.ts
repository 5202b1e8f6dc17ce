// Which model and adapter the next question goes to. Remembered over visits.
import { createSignal } from 'solid-js';
import { readSetting, writeSetting } from '../../store/index.ts';
import { findAdapter } from '../state/adapters.ts';
import { config } from '../state/config.ts';
import { listModels } from '../state/models/availableModels.ts';
import { externalModelId, restoreExternalModels } from '../state/models/chatRuntimes.ts';
import { settingKeys } from '../state/settingKeys.ts';

export interface Choice {
  /** Empty until `restoreChoice`, and where there is no model. */
  readonly modelId: string;
  /** Undefined: the base alone. */
  readonly adapterId: string | undefined;
  /** Answer with the base alone as well. */
  readonly compare: boolean;
}

const [choice, setSignal] = createSignal<Choice>({ modelId: '', adapterId: undefined, compare: false });

export { choice };

/** The choice of the last visit, or the configuration's first model with its first adapter. */
export async function restoreChoice(): Promise<Choice> {
  if (choice().modelId !== '') return choice();
  const remembered = await readSetting<Choice>(settingKeys.chatChoice);
  const [models, foreign] = await Promise.all([listModels(), restoreExternalModels()]);
  const ids = [...models.map(({ id }) => id), ...foreign.map(externalModelId)];
  const modelId = ids.find((id) => id === remembered?.modelId) ?? ids[0];
  const known = remembered?.adapterId === undefined ? undefined : await findAdapter(remembered.adapterId);
  const first = config().adapters.find((adapter) => adapter.model === modelId)?.id;
  const adapterId = remembered !== undefined && remembered.modelId === modelId ? known?.id : first;
  // Another room may have chosen meanwhile.
  if (choice().modelId === '') setSignal({ modelId: modelId ?? '', adapterId, compare: remembered?.compare ?? false });
  return choice();
}

/** Chooses for the next question. The base stays loaded when only the adapter changes. */
export function setChoice(next: Partial<Choice>): void {
  setSignal((before) => ({ ...before, ...next }));
  void writeSetting(settingKeys.chatChoice, choice());
}
