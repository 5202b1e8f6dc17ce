// Runs `nodeChild.ts` and waits for the measurements.
import { fork } from 'node:child_process';
import path from 'node:path';
import { TributaryError } from '../../src/lib/errors.ts';
import type { NodeAnswer, NodeRequest } from './nodeChild.ts';

const child = path.join(import.meta.dirname, 'nodeChild.ts');

/** `shaders`: folder for the driver's compiled shaders. Rejects with the last line that a failed child wrote. */
export async function inNode(request: NodeRequest, shaders: string): Promise<NodeAnswer> {
  const running = fork(child, [JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      // llama.cpp skips software devices unless one is named.
      GGML_VK_VISIBLE_DEVICES: '0',
      MESA_SHADER_CACHE_DIR: shaders,
      __GL_SHADER_DISK_CACHE_PATH: shaders,
    },
  });
  let said = '';
  const listen = (text: string): void => {
    said = `${said}${text}`.slice(-4_000);
  };
  running.stdout?.setEncoding('utf8').on('data', listen);
  running.stderr?.setEncoding('utf8').on('data', listen);
  return await new Promise((resolve, reject) => {
    let answer: NodeAnswer | undefined;
    running.on('message', (message) => {
      answer = message as NodeAnswer;
    });
    running.on('error', reject);
    running.on('exit', (code, signal) => {
      if (answer !== undefined) return resolve(answer);
      const lines = said.trim().split('\n');
      const reason = lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? '';
      reject(
        new TributaryError({
          code: 'BENCH_ENGINE_FAILED',
          message: `The engine ended with ${signal ?? code}: ${reason.trim().slice(0, 300)}`,
          hint: 'Run it alone with --only=<its label>.',
        }),
      );
    });
  });
}
