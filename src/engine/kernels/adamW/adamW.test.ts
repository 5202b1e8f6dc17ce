import { describe, expect, it } from 'vitest';
import { createReferenceBackend } from '../../reference/createReferenceBackend.ts';
import { dawnBackend } from '../../testing/agreement.ts';
import { relativeError } from '../../testing/relativeError.ts';
import { runOperator } from '../../testing/runOperator.ts';
import { goldenJson } from '../../testing/trainingGolden.ts';
import { finishNorm, gradientNorm } from '../gradientNorm/gradientNorm.ts';
import { adamW } from './adamW.ts';

interface OptimizerCase {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weight_decay: number;
  readonly max_grad_norm: number;
  readonly start: unknown;
  readonly steps: readonly { readonly gradients: unknown; readonly norm: number; readonly values: unknown }[];
}

const { cases } = goldenJson('optimizer.json') as { cases: readonly OptimizerCase[] };
const flat = (values: unknown): Float32Array<ArrayBuffer> => Float32Array.from([values].flat(9) as number[]);

describe.each(['reference', 'Dawn'])('adamW and gradientNorm on %s', (name) => {
  it.each(cases)('match the golden steps with decay $weight_decay, gradients of $gradient_std', async (golden) => {
    const backend = name === 'Dawn' ? await dawnBackend() : createReferenceBackend();
    let parameters = flat(golden.start);
    const { length } = parameters;
    let firstMoments = new Float32Array(length);
    let secondMoments = new Float32Array(length);
    for (const [index, { gradients: given, norm: expectedNorm, values }] of golden.steps.entries()) {
      const gradients = flat(given);
      const norms = { gradients, partials: new Float32Array(256), norm: new Float32Array(1) };
      const partials = await runOperator(backend, gradientNorm, norms, { length }, 1, 'partials');
      const norm = await runOperator(backend, finishNorm, { partials, norm: norms.norm }, {}, 1, 'norm');
      expect(relativeError(norm, [expectedNorm])).toBeLessThan(1e-5);
      const [beta1, beta2] = golden.betas;
      const settings = Float32Array.of(
        golden.lr,
        golden.weight_decay,
        golden.max_grad_norm,
        1 - beta1 ** (index + 1),
        1 - beta2 ** (index + 1),
        beta1,
        beta2,
        golden.eps,
      );
      const data = { settings, norm, gradients, parameters, firstMoments, secondMoments };
      const run = async (result: string) =>
        (await runOperator(backend, adamW, data, { length }, 1, result)) as Float32Array<ArrayBuffer>;
      const next = await run('parameters');
      firstMoments = await run('firstMoments');
      secondMoments = await run('secondMoments');
      parameters = next;
      expect(relativeError(parameters, flat(values))).toBeLessThan(1e-5);
    }
  });
});
