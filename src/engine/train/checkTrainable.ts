// Which models the training graph can differentiate. Inference features without a backward pass are refused by name: the gradient
// of a slightly different model would silently train and attribute wrongly.
import { TributaryError } from '../../lib/errors.ts';
import type { ModelConfig } from '../modelConfig.ts';

/** Throws `ENGINE_TRAINING_UNSUPPORTED` with the feature that has no backward pass. */
export function checkTrainable(config: ModelConfig): void {
  const sliding = config.layers.filter((layer) => layer.sliding).length;
  const untrainable: readonly (readonly [feature: string, present: boolean])[] = [
    ['a gated activation by GELU', config.activation === 'gelu'],
    ['norms of what attention and feed-forward give', config.outputNorms],
    ['capped scores or logits', config.attentionSoftcap !== undefined || config.finalSoftcap !== undefined],
    ['a scaled embedding', config.embeddingScale !== 1],
    ['a scale of attention of its own', config.attentionScale !== config.headDimension ** -0.5],
    ['layers that differ in their window', sliding > 0 && sliding < config.layerCount],
    ['heads of which only a part is rotated', config.rotaryDimension !== config.headDimension],
    // A trained adapter would name modules that the model does not have.
    ['fused projections', config.fusedProjections],
  ];
  const features = untrainable.filter(([, present]) => present).map(([feature]) => feature);
  if (features.length === 0) return;
  throw new TributaryError({
    code: 'ENGINE_TRAINING_UNSUPPORTED',
    message: `Models of the architecture "${config.architecture}" answer here, and cannot be trained or attributed.`,
    facts: { architecture: config.architecture, features },
    hint: 'Choose a Llama, Mistral, Qwen or SmolLM3 model for training.',
  });
}
