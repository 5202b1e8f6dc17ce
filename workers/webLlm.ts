// Entry point of WebLLM's worker, started when a model of its list is chosen.
import { type Channel, expose } from '../src/lib/rpc.ts';
import { createWebLlmService } from '../src/models/runtimes/index.ts';

expose(createWebLlmService(), self as unknown as Channel);
