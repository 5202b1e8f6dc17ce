// Entry point of the models worker: finding and installing models, with this browser's tables and files to keep them in.
import { type Channel, expose } from '../src/lib/rpc.ts';
import { createModelsService } from '../src/models/index.ts';
import { fileStore, readModelPlan, updateModelPlan } from '../src/store/index.ts';

const service = createModelsService({
  journal: { read: readModelPlan, update: updateModelPlan },
  files: fileStore('models'),
});

expose(service, self as unknown as Channel);
