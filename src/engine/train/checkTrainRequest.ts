// Refuses an invalid training request before any memory is reserved.
import { type Fact, TributaryError } from '../../lib/errors.ts';
import type { LoadedModel } from '../model/decoderWeights.ts';
import type { TrainRequest } from '../service.ts';
import { checkTrainable } from './checkTrainable.ts';
import { targetCount } from './packRows.ts';

function refuse(message: string, facts: Readonly<Record<string, Fact>>, hint: string): never {
  throw new TributaryError({ code: 'TRAIN_REQUEST_INVALID', message, facts, hint });
}

/** Throws `ENGINE_TRAINING_UNSUPPORTED`, or `TRAIN_REQUEST_INVALID` naming the setting or the row. */
export function checkTrainRequest({ config, contextLength }: LoadedModel, request: TrainRequest): void {
  const { rows } = request;
  checkTrainable(config);
  if (rows.length === 0) refuse('There is no row to train on.', { rows: 0 }, 'Add rows.');
  const positive = { rank: request.rank, epochs: request.epochs, batchSize: request.batchSize };
  for (const [name, value] of Object.entries(positive)) {
    if (!Number.isInteger(value) || value < 1) {
      refuse(`The setting "${name}" must be a whole number of at least 1.`, { [name]: value }, 'Correct the setting.');
    }
  }
  const atLeastZero = {
    alpha: request.alpha,
    learningRate: request.learningRate,
    warmupSteps: request.warmupSteps,
    weightDecay: request.weightDecay,
    maxGradientNorm: request.maxGradientNorm,
    seed: request.seed,
  };
  for (const [name, value] of Object.entries(atLeastZero)) {
    if (!Number.isFinite(value) || value < 0) {
      refuse(
        `The setting "${name}" must be a number of at least 0.`,
        { [name]: String(value) },
        'Correct the setting.',
      );
    }
  }
  for (const [index, row] of rows.entries()) {
    const { inputIds } = row;
    if (targetCount(row) === 0) {
      refuse('A row has no response to learn from.', { row: index, tokens: inputIds.length }, 'Leave the row out.');
    }
    if (inputIds.length > contextLength) {
      refuse(
        'A row is longer than the context that the model was loaded with.',
        { row: index, tokens: inputIds.length, contextLength },
        'Shorten the row, leave it out, or load the model with a longer context.',
      );
    }
    const foreign = inputIds.find((id) => !Number.isInteger(id) || id < 0 || id >= config.vocabularySize);
    if (foreign !== undefined) {
      refuse(
        'A token id is not in the vocabulary of this model.',
        { row: index, id: foreign, vocabularySize: config.vocabularySize },
        'Encode the rows with the tokenizer that belongs to the model.',
      );
    }
  }
}
