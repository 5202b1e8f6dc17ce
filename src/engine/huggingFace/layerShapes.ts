// Which layers of a Hugging Face model use a sliding window and how they rotate: from lists in the config, or from the default rule
// of the model's class (`configuration_*.py` of transformers 5).
import type { LayerShape, ModelConfig } from '../modelConfig.ts';
import { modelInvalid, modelUnsupported } from '../modelErrors.ts';
import { type FieldReader, shown } from './fieldReader.ts';

type Architecture = ModelConfig['architecture'];

/** `layer_types`, if the config has them. */
function namedTypes(config: FieldReader, layerCount: number): boolean[] | undefined {
  const types = config.get('layer_types');
  if (types === undefined) return undefined;
  if (!Array.isArray(types) || types.length !== layerCount)
    throw modelInvalid('layer_types', `layer_types is not one name for each of its ${layerCount} layers.`);
  const strange = types.find((type) => type !== 'sliding_attention' && type !== 'full_attention');
  if (strange !== undefined)
    throw modelUnsupported('layer_types', shown(strange), `its attention is ${shown(strange)}.`);
  return types.map((type) => type === 'sliding_attention');
}

/** SmolLM3: 1 for a layer that rotates; by default every `no_rope_layer_interval`-th does not. */
function rotatingLayers(config: FieldReader, layerCount: number): boolean[] {
  const interval = config.number('no_rope_layer_interval') ?? 4;
  const given = config.get('no_rope_layers');
  if (given === undefined) return Array.from({ length: layerCount }, (_, layer) => (layer + 1) % interval !== 0);
  if (!Array.isArray(given) || given.length < layerCount || given.some((value) => value !== 0 && value !== 1))
    throw modelInvalid('no_rope_layers', `no_rope_layers is not a 0 or a 1 for each of its ${layerCount} layers.`);
  return given.slice(0, layerCount).map((value) => value === 1);
}

function slidingLayers(
  config: FieldReader,
  architecture: Architecture,
  rotating: readonly boolean[],
): readonly boolean[] {
  const rule = (slides: (layer: number) => boolean): boolean[] => rotating.map((_, layer) => slides(layer));
  switch (architecture) {
    case 'llama':
      return rule(() => false);
    // The class has no layer_types: its window applies to all layers.
    case 'phi3':
      return rule(() => true);
    case 'mistral':
      return namedTypes(config, rotating.length) ?? rule(() => true);
    case 'qwen2':
    case 'qwen3':
    case 'smollm3': {
      const fullLayers = config.number('max_window_layers') ?? 28;
      if (config.flag('use_sliding_window') !== true) return rule(() => false);
      const usual = (layer: number): boolean =>
        architecture === 'smollm3' ? rotating[layer] === false : layer >= fullLayers;
      return namedTypes(config, rotating.length) ?? rule(usual);
    }
    case 'gemma2':
      return namedTypes(config, rotating.length) ?? rule((layer) => layer % 2 === 0);
    case 'gemma3': {
      const period = config.number('sliding_window_pattern') ?? 6;
      return namedTypes(config, rotating.length) ?? rule((layer) => (layer + 1) % period !== 0);
    }
  }
}

/**
 * The window, if any layer slides, and the layers. Throws `MODEL_UNSUPPORTED` for an attention type that is neither full nor
 * sliding, `MODEL_INVALID` for lists that do not fit the model.
 */
export function layerShapes(
  config: FieldReader,
  architecture: Architecture,
  layerCount: number,
): { readonly layers: readonly LayerShape[]; readonly slidingWindow?: number } {
  const rotating =
    architecture === 'smollm3' ? rotatingLayers(config, layerCount) : Array.from({ length: layerCount }, () => true);
  // These classes have no default window.
  const unlimited = architecture === 'phi3' || architecture === 'smollm3';
  const window = config.nullable('sliding_window', unlimited ? undefined : 4096);
  const sliding = slidingLayers(config, architecture, rotating);
  // Without a window, sliding layers attend to everything.
  const slides = window !== undefined && sliding.some(Boolean);
  const layers = rotating.map((rotates, layer): LayerShape => {
    const local = architecture === 'gemma3' && sliding[layer] === true;
    return { sliding: slides && sliding[layer] === true, rotation: local ? 'local' : rotates ? 'main' : 'none' };
  });
  return slides ? { layers, slidingWindow: window } : { layers };
}
