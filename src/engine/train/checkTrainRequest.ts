// Refuses an invalid training request before any memory is reserved.
import { requestFault } from '../../lib/checkedService.ts';
import { type Fact, TributaryError } from '../../lib/errors.ts';
import type { LoadedModel } from '../model/decoderWeights.ts';
import { trainRequestSchema } from '../requestSchemas.ts';
import type { TrainRequest } from '../service.ts';
import { checkTrainable } from './checkTrainable.ts';
import { targetCount } from './packRows.ts';

function refuse(message: string, facts: Readonly<Record<string, Fact>>, hint: string): never {
  throw new TributaryError({ code: 'TRAIN_REQUEST_INVALID', message, facts, hint });
}

/** Throws `ENGINE_TRAINING_UNSUPPORTED`, or `TRAIN_REQUEST_INVALID` naming the setting or the row. */
export function checkTrainRequest({ config, contextLength }: LoadedModel, request: TrainRequest): void {
  checkTrainable(config);
  const fault = requestFault(trainRequestSchema, request);
  if (fault !== undefined) {
    const { field, value, reason, indices } = fault;
    const place = field.startsWith('rows[') ? { row: indices[0] ?? 0 } : {};
    refuse(
      `The training request is not valid in "${field}": ${reason}`,
      { field, value, reason, ...place },
      'Correct it.',
    );
  }
  const { rows } = request;
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
    const foreign = inputIds.find((id) => id >= config.vocabularySize);
    if (foreign !== undefined) {
      refuse(
        'A token id is not in the vocabulary of this model.',
        { row: index, id: foreign, vocabularySize: config.vocabularySize },
        'Encode the rows with the tokenizer that belongs to the model.',
      );
    }
  }
}
