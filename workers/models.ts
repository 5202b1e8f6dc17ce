// Entry point of the models worker: finding and installing models, with this browser's tables and files to keep them in.
import { type Channel, expose } from '../src/lib/rpc.ts';
import { createModelsService } from '../src/models/index.ts';
import {
  deleteFile,
  openFileWriter,
  persistStorage,
  readFile,
  readFileFacts,
  readModelPlan,
  requireSpace,
  storedBytes,
  updateModelPlan,
} from '../src/store/index.ts';

const service = createModelsService({
  journal: { read: readModelPlan, update: updateModelPlan },
  files: {
    open: (name) => openFileWriter('models', name),
    async read(name) {
      const [blob, facts] = await Promise.all([readFile('models', name), readFileFacts('models', name)]);
      return blob === undefined || facts === undefined ? undefined : { blob, facts };
    },
    sizeOf: (name) => storedBytes('models', name),
    remove: (name) => deleteFile('models', name),
    requireSpace,
    persist: persistStorage,
  },
});

expose(service, self as unknown as Channel);
