import type { OnnxFormat, RuntimeModel } from '../types.ts';

/** How Transformers.js names the file of each format: `onnx/model_q4.onnx`. In the order of what to propose. */
const SUFFIXES: readonly (readonly [OnnxFormat, string])[] = [
  ['q4f16', '_q4f16'],
  ['q4', '_q4'],
  ['q8', '_quantized'],
  ['fp16', '_fp16'],
  ['int8', '_int8'],
  ['uint8', '_uint8'],
  ['bnb4', '_bnb4'],
  ['fp32', ''],
];

export interface OnnxRepository {
  /** `owner/name`. */
  readonly repository: string;
  /** A commit, so that a model stays the same. */
  readonly revision: string;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly contextLength?: number;
}

/** The ways to run a hub's repository with Transformers.js: one a weight format, none when it has no ONNX decoder. */
export function onnxChoices({ repository, revision, files, contextLength }: OnnxRepository): readonly RuntimeModel[] {
  return SUFFIXES.flatMap(([format, suffix]): readonly RuntimeModel[] => {
    // Large models keep their weights beside the graph: `model_q4.onnx_data`, `model_q4.onnx_data_1`.
    const parts = new RegExp(`^onnx/model${suffix}\\.onnx(_data(_\\d+)?)?$`);
    const own = files.filter(({ name }) => parts.test(name));
    if (!own.some(({ name }) => name === `onnx/model${suffix}.onnx`)) return [];
    const bytes = own.reduce((total, file) => total + file.bytes, 0);
    const texts = files.filter(({ name }) =>
      /^(tokenizer|tokenizer_config|config|generation_config)\.json$/.test(name),
    );
    return [
      {
        runtime: 'transformers',
        id: `${repository}@${revision}:${format}`,
        name: `${repository} (${format})`,
        source: { kind: 'onnx', repository, revision, format },
        downloadBytes: bytes + texts.reduce((total, file) => total + file.bytes, 0),
        deviceBytes: bytes,
        ...(contextLength === undefined ? {} : { contextLength }),
        webGpu: 'optional',
        features: format === 'fp16' || format === 'q4f16' ? ['shader-f16'] : [],
      },
    ];
  });
}
