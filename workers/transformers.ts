// Entry point of Transformers.js' worker, started when an ONNX model is chosen.
import { type Channel, expose } from '../src/lib/rpc.ts';
import { createTransformersService } from '../src/models/runtimes/index.ts';

expose(createTransformersService(), self as unknown as Channel);
