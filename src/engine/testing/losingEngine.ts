// For tests only: the engine worker, whose GPU can really be lost in the middle of an answer.
import { type Channel, expose } from '../../lib/rpc.ts';
import { createEngineService } from '../createEngineService.ts';
import { openBackend } from '../openBackend.ts';
import { losableGpu } from './losableGpu.ts';

const losable = losableGpu(navigator.gpu);

const service = {
  ...createEngineService({ openBackend: (device) => openBackend({ device, gpu: losable.gpu }) }),
  lose: async () => losable.lose(),
  devices: async () => losable.devices,
};

export type LosingEngine = typeof service;

expose(service, self as unknown as Channel);
