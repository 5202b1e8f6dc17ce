// Entry point of the engine worker: the service on this worker's channel.
import { createEngineService } from '../src/engine/index.ts';
import { type Channel, expose } from '../src/lib/rpc.ts';

expose(createEngineService(), self as unknown as Channel);
