// What each method of a runtime's worker takes. `chat` has checks of its own.
import * as v from 'valibot';
import type { RequestSchemas } from '../../lib/checkedService.ts';
import type { RuntimeService } from './types.ts';

const hub = v.optional(v.string());
const model = v.looseObject({
  runtime: v.string(),
  id: v.string(),
  name: v.string(),
  source: v.variant('kind', [
    v.looseObject({ kind: v.literal('prebuilt') }),
    v.looseObject({ kind: v.literal('onnx'), repository: v.string(), revision: v.string(), format: v.string() }),
    v.looseObject({ kind: v.literal('library') }),
  ]),
  features: v.array(v.string()),
});

export const requestSchemas: RequestSchemas<RuntimeService> = {
  models: v.object({}),
  load: v.strictObject({
    model,
    hub,
    token: v.optional(v.string()),
    device: v.optional(v.picklist(['automatic', 'gpu', 'cpu'])),
  }),
  chat: undefined,
  remove: v.strictObject({ model, hub }),
  unload: v.object({}),
};
