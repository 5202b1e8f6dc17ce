// What a runtime beside the engine stores of a model, and what a device lacks for it. By itself, so that only whoever asks
// fetches it.
export { keptBytes, missingNeeds } from '../../../models/index.ts';
