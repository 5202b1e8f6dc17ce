// CPU kernels over packed weights, as WebAssembly functions, two per format. All addresses are in bytes; floats are f32.
//
// - `unpack_<format>`: blocks as floats.
// - `vector_<format>`: result[n] = sum_k x[k] W[n, k] for one x, straight from the blocks.
import { type BlockFormatName, blockFormat, blockFormatNames } from '../formats/blockFormats.ts';
import { deviceLayout } from '../formats/deviceLayout.ts';
import {
  type Code,
  countdown,
  f32,
  i32,
  increase,
  type KernelFunction,
  type Local,
  laneSum,
  local,
  multiplyAdd,
  type Scope,
  v128,
} from './assemble.ts';
import { type BlockCode, blockPieces, type Part } from './blockPieces.ts';

const get = local.get;

/** The decoder of a block of `format` whose codes and scales (as in `Weight`) start at the addresses `codes` and `scales`. */
function blockCode(format: BlockFormatName, scope: Scope, codes: Local, scales: Local): BlockCode {
  const pieces = blockPieces(scope, codes, scales);
  return { ...blockFormat(format).wasm(pieces), setup: pieces.setup };
}

/** Advances to the next block. */
function advance(format: BlockFormatName, codes: Local, scales: Local): Code {
  const { codeWords, scaleBytes } = deviceLayout(format);
  return [
    increase(codes, i32.constant(4 * codeWords)),
    scaleBytes === 0 ? [] : increase(scales, i32.constant(scaleBytes)),
  ];
}

/** Applies `make` to each part of a block and the number of sixteens before it. */
function eachPart(parts: readonly Part[], make: (part: Part, before: number) => Code): Code {
  let before = 0;
  return parts.map((part) => {
    const code = make(part, before);
    before += part.sixteens.length;
    return code;
  });
}

/** Parameters: codes, scales, target, blocks. */
function unpack(format: BlockFormatName, fused: boolean): KernelFunction {
  const [codes, scales, target, blocks] = [0, 1, 2, 3];
  return {
    name: `unpack_${format}`,
    parameters: 4,
    body: (scope) => {
      const [factor, shift] = scope.variables('v128', 2) as [Local, Local];
      const { setup, prepare, parts } = blockCode(format, scope, codes, scales);
      const stores = eachPart(parts, ({ sixteens, scale, minimum }, before) => {
        const value = (four: Code): Code => {
          if (scale === undefined) return four;
          return minimum === undefined
            ? v128.multiply(four, get(factor))
            : multiplyAdd(fused, four, get(factor), get(shift));
        };
        return [
          scale === undefined ? [] : local.set(factor, v128.splatFloat(scale)),
          minimum === undefined ? [] : local.set(shift, v128.splatFloat(minimum)),
          sixteens.map((sixteen, index) => [
            sixteen.prepare,
            sixteen.fours.map((four, place) =>
              v128.store(get(target), 64 * (before + index) + 16 * place, value(four)),
            ),
          ]),
        ];
      });
      return [
        setup,
        countdown(blocks, [
          prepare,
          stores,
          advance(format, codes, scales),
          increase(target, i32.constant(4 * deviceLayout(format).elements)),
        ]),
      ];
    },
  };
}

/**
 * Parameters: x (zero-padded to whole blocks), codes, scales, result, rows, blocks per row. A part's scale multiplies the sum over its
 * elements once. With a minimum each weight is made first: in a block with an outlier the products with the scale and with the
 * minimum are each a thousand times their sum, and added up apart they would leave their own rounding.
 */
function vector(format: BlockFormatName, fused: boolean): KernelFunction {
  const [x, codes, scales, result, rows, blocks] = [0, 1, 2, 3, 4, 5];
  const { elements } = deviceLayout(format);
  return {
    name: `vector_${format}`,
    parameters: 6,
    body: (scope) => {
      const [xAt, left] = scope.variables('i32', 2) as [Local, Local];
      const [total, even, odd, factor, shift] = scope.variables('v128', 5) as [Local, Local, Local, Local, Local];
      const { setup, prepare, parts } = blockCode(format, scope, codes, scales);
      const products = eachPart(parts, ({ sixteens, scale, minimum }, before) => {
        const both = v128.add(get(even), get(odd));
        const isWhole = scale !== undefined && minimum !== undefined;
        return [
          isWhole ? [local.set(factor, v128.splatFloat(scale)), local.set(shift, v128.splatFloat(minimum))] : [],
          sixteens.map((sixteen, index) => [
            sixteen.prepare,
            sixteen.fours.map((four, place) => {
              const sum = place % 2 === 0 ? even : odd;
              const value = isWhole ? multiplyAdd(fused, four, get(factor), get(shift)) : four;
              const loaded = v128.load(get(xAt), 64 * (before + index) + 16 * place);
              const isFirst = index === 0 && place < 2;
              return local.set(
                sum,
                isFirst ? v128.multiply(value, loaded) : multiplyAdd(fused, value, loaded, get(sum)),
              );
            }),
          ]),
          local.set(
            total,
            scale === undefined || isWhole
              ? v128.add(both, get(total))
              : multiplyAdd(fused, both, v128.splatFloat(scale), get(total)),
          ),
        ];
      });
      const blockLoop = countdown(left, [
        prepare,
        products,
        advance(format, codes, scales),
        increase(xAt, i32.constant(4 * elements)),
      ]);
      return [
        setup,
        countdown(rows, [
          local.set(xAt, get(x)),
          local.set(left, get(blocks)),
          local.set(total, v128.zero),
          blockLoop,
          f32.store(get(result), 0, laneSum(total)),
          increase(result, i32.constant(4)),
        ]),
      ];
    },
  };
}

/** Both functions of every packed format. `fused`: with relaxed SIMD's multiply-add. */
export function blockFunctions(fused: boolean): KernelFunction[] {
  const formats = blockFormatNames;
  return formats.flatMap((format) => [unpack(format, fused), vector(format, fused)]);
}
