import { availableModels } from '../state/models/availableModels.ts';
import { externalModel } from '../state/models/chatRuntimes.ts';

/** The model's name on screen; its id where it is not known any more. */
export function modelName(modelId: string | undefined): string {
  if (modelId === undefined) return '';
  return (availableModels().find((model) => model.id === modelId) ?? externalModel(modelId))?.name ?? modelId;
}
