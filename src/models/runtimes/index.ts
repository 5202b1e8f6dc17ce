// The services of the runtimes' workers. Separate from the domain's index, so that nothing else bundles them.
export { createTransformersService } from './transformers/createTransformersService.ts';
export { createWebLlmService } from './webLlm/createWebLlmService.ts';
