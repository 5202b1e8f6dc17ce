// Chat completions through the engine's worker in a real browser: a device that is lost in the middle, an answer kept to a schema.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ChatCompletions, type ChatMessage, createChatCompletions } from '../src/engine/index.ts';
import type { LosingEngine } from '../src/engine/testing/losingEngine.ts';
import { connect, type Remote } from '../src/lib/rpc.ts';
import golden from '../test/golden/engine/seedling.json';

const messages = golden.chats[0]?.messages as ChatMessage[];
const text = golden.chats[0]?.text ?? '';

let worker: Worker;
let engine: Remote<LosingEngine>;
let completions: ChatCompletions;
beforeAll(async () => {
  worker = new Worker(new URL('../src/engine/testing/losingEngine.ts', import.meta.url), { type: 'module' });
  engine = connect<LosingEngine>(worker);
  const blob = await (await fetch('/models/seedling/seedling.Q8_0.gguf')).blob();
  await engine.loadModel({ files: [{ name: 'seedling.gguf', blob }], contextLength: 128, device: 'gpu' });
  completions = createChatCompletions(engine, { model: 'seedling' });
});
afterAll(() => worker.terminate());

it('goes on with the same answer when the device is lost', async () => {
  let answer = '';
  let lost = false;
  for await (const { choices } of await completions.create({ messages, temperature: 0, stream: true })) {
    answer += choices[0]?.delta.content ?? '';
    if (!lost && answer.length > 8) {
      lost = true;
      await engine.lose({});
    }
  }
  expect(lost).toBe(true);
  expect(answer).toBe(text);
  expect(await engine.devices({})).toBe(2);
});

it('keeps an answer to a JSON schema', async () => {
  const schema = {
    properties: { animal: { enum: ['dog', 'cat'] }, legs: { type: 'integer', minimum: 2, maximum: 4 } },
    required: ['animal', 'legs'],
  };
  const { choices } = await completions.create({
    messages,
    seed: 1,
    response_format: { type: 'json_schema', json_schema: { schema } },
  });
  const answer = JSON.parse(choices[0].message.content) as { animal: string; legs: number };
  expect(Object.keys(answer)).toEqual(['animal', 'legs']);
  expect(['dog', 'cat']).toContain(answer.animal);
  expect([2, 3, 4]).toContain(answer.legs);
});
