// Writes ONNX graphs: Protocol Buffers by hand, since a graph needs ten kinds of message and no package of the project knows
// them. Field numbers are those of onnx.proto3.
import { open } from 'node:fs/promises';

/** ONNX's numbers of element types. */
export const elementTypes = { float32: 1, uint8: 2, int32: 6, int64: 7, float16: 10 } as const;
export type OnnxElementType = keyof typeof elementTypes;

const OWN_DOMAIN = 'com.microsoft';
const versions = { intermediateRepresentation: 10, standardOperators: 21, ownOperators: 1 } as const;
/** AttributeProto.AttributeType. */
const [floatAttribute, intAttribute] = [1, 2] as const;

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, number | { readonly float: number }>>;
  /** Operator of ONNX Runtime's own domain instead of the standard's. */
  readonly own?: boolean;
}

export interface OnnxWriter {
  /** Adds an operator; absent inputs and outputs are ''. Returns the first output's name. */
  node(operator: string, inputs: readonly string[], outputs: readonly string[], options?: NodeOptions): string;
  /** Adds a constant. Returns its name. */
  constant(name: string, type: OnnxElementType, shape: readonly number[], bytes: Uint8Array): string;
  /** Dimensions may be names: these differ between runs. */
  input(name: string, type: OnnxElementType, shape: readonly (number | string)[]): string;
  output(name: string, type: OnnxElementType, shape: readonly (number | string)[]): void;
  write(file: string): Promise<void>;
}

function varint(value: number): Buffer {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

const whole = (field: number, value: number): Buffer => Buffer.concat([varint(field << 3), varint(value)]);
const opening = (field: number, bytes: number): Buffer => Buffer.concat([varint((field << 3) | 2), varint(bytes)]);

function single(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), bytes]);
}

function nested(field: number, ...content: (string | Buffer)[]): Buffer {
  const bytes = Buffer.concat(content.map((each) => (typeof each === 'string' ? Buffer.from(each) : each)));
  return Buffer.concat([opening(field, bytes.length), bytes]);
}

function attribute(name: string, value: number | { readonly float: number }): Buffer {
  return typeof value === 'number'
    ? nested(5, nested(1, name), whole(3, value), whole(20, intAttribute))
    : nested(5, nested(1, name), single(2, value.float), whole(20, floatAttribute));
}

function valueInfo(field: number, name: string, type: OnnxElementType, shape: readonly (number | string)[]): Buffer {
  const dimensions = shape.map((size) => nested(1, typeof size === 'string' ? nested(2, size) : whole(1, size)));
  const tensor = nested(1, whole(1, elementTypes[type]), nested(2, ...dimensions));
  return nested(field, nested(1, name), nested(2, tensor));
}

interface Constant {
  /** The message without the bytes. */
  readonly opening: Buffer;
  readonly bytes: Uint8Array;
}

export function onnxWriter(): OnnxWriter {
  const nodes: Buffer[] = [];
  const constants: Constant[] = [];
  const inputs: Buffer[] = [];
  const outputs: Buffer[] = [];
  return {
    node(operator, from, to, { attributes = {}, own = false } = {}) {
      nodes.push(
        nested(
          1,
          ...from.map((name) => nested(1, name)),
          ...to.map((name) => nested(2, name)),
          nested(3, `${operator} ${nodes.length}`),
          nested(4, operator),
          ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
          ...(own ? [nested(7, OWN_DOMAIN)] : []),
        ),
      );
      return to[0] ?? '';
    },
    constant(name, type, shape, bytes) {
      const head = Buffer.concat([
        ...shape.map((size) => whole(1, size)),
        whole(2, elementTypes[type]),
        nested(8, name),
        opening(9, bytes.length),
      ]);
      constants.push({ opening: Buffer.concat([opening(5, head.length + bytes.length), head]), bytes });
      return name;
    },
    input(name, type, shape) {
      inputs.push(valueInfo(11, name, type, shape));
      return name;
    },
    output(name, type, shape) {
      outputs.push(valueInfo(12, name, type, shape));
    },
    async write(file) {
      const before = Buffer.concat([...nodes, nested(2, 'decoder')]);
      const after = Buffer.concat([...inputs, ...outputs]);
      const graphBytes = constants.reduce(
        (total, constant) => total + constant.opening.length + constant.bytes.length,
        before.length + after.length,
      );
      const handle = await open(file, 'w');
      try {
        const operatorSet = (domain: string, version: number): Buffer =>
          nested(8, nested(1, domain), whole(2, version));
        await handle.writeFile(
          Buffer.concat([
            whole(1, versions.intermediateRepresentation),
            operatorSet('', versions.standardOperators),
            operatorSet(OWN_DOMAIN, versions.ownOperators),
            opening(7, graphBytes),
            before,
          ]),
        );
        for (const constant of constants) {
          await handle.writeFile(constant.opening);
          await handle.writeFile(constant.bytes);
        }
        await handle.writeFile(after);
      } finally {
        await handle.close();
      }
    },
  };
}
