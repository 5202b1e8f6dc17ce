// For tests only: the worker of Transformers.js, and beside it what it has asked the network for.
import { type Channel, expose } from '../../../lib/rpc.ts';
import { createTransformersService } from '../index.ts';

const service = {
  ...createTransformersService(),
  /** Addresses of everything that this worker has fetched, its own modules aside, as the browser counted them. */
  requests: async () =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => name)
      .filter((name) => !/\.(ts|js)(\?|$)/.test(name)),
};
performance.setResourceTimingBufferSize(2_000);

export type ObservedTransformers = typeof service;

expose(service, self as unknown as Channel);
