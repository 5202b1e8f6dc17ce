// `model.safetensors.index.json`: which shard contains which tensor. Knows names only.
import { modelInvalid } from '../modelErrors.ts';

const INDEX_NAME = 'model.safetensors.index.json';

/**
 * Shard name by tensor name. Throws `MODEL_INVALID` for a shard name with a path in it (it could leave the folder) or one
 * that is not in `present`.
 */
export function readShardIndex(
  index: Readonly<Record<string, unknown>>,
  present: ReadonlySet<string>,
): Map<string, string> {
  const map = index['weight_map'];
  if (typeof map !== 'object' || map === null || Array.isArray(map))
    throw modelInvalid(INDEX_NAME, 'the weight_map of its index is not an object.');
  const shardOf = new Map<string, string>();
  for (const [tensor, shard] of Object.entries(map)) {
    const place = `${INDEX_NAME}: ${tensor.slice(0, 200)}`;
    if (typeof shard !== 'string') throw modelInvalid(place, 'a shard name in its index is not a string.');
    if (!/^[\w.-]+\.safetensors$/.test(shard) || shard.startsWith('.')) {
      throw modelInvalid(
        place,
        `the shard name ${JSON.stringify(shard.slice(0, 200))} in its index is not the name of a safetensors file in this folder.`,
      );
    }
    if (!present.has(shard)) throw modelInvalid(place, `the shard ${shard} is missing.`, { shard });
    shardOf.set(tensor, shard);
  }
  return shardOf;
}
