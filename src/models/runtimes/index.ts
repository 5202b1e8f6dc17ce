// The services of the runtimes' workers. Apart from the domain's own index, so that nothing else ever bundles them.
export { createTransformersService } from './transformers/createTransformersService.ts';
export { createWebLlmService } from './webLlm/createWebLlmService.ts';
