// A walk through all rooms in the pseudo-locale that clicks every control: a text in plain English has bypassed
// the dictionaries and fails. People's names and rows are in other scripts here, so that the only exceptions are
// units and machine names.
import { render } from 'solid-js/web';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { loadTexts } from '../../src/app/i18n/dictionary.ts';
import { english } from '../../src/app/i18n/en/index.ts';
import { pseudoText } from '../../src/app/i18n/pseudo.ts';
import { decodeReceipt } from '../../src/attribution/index.ts';
import { canonicalRow, parseRows, readRows } from '../../src/datanet/index.ts';
import { hexToBytes } from '../../src/lib/bytes.ts';
import { canonicalJson } from '../../src/lib/canonicalJson.ts';
import { TributaryError } from '../../src/lib/errors.ts';
import { database, safetyCopies } from '../../src/store/index.ts';
import { answeredChat } from './answeredChat.ts';
import '../../src/app/ui/tokens.css';

const zero = `0x${'0'.repeat(64)}`;
const address = (digit: number): string => `0x${String(digit).repeat(40)}`;
let dispose: () => void = () => undefined;
let root: HTMLElement;

beforeAll(async () => {
  // Read when the language module first loads, as at the app's start.
  localStorage.setItem('language', 'en-XA');
  // The tests' browser denies pages this write.
  navigator.clipboard.writeText = async () => undefined;
  const { setConfig } = await import('../../src/app/state/config.ts');
  const { App } = await import('../../src/app/shell/App.tsx');
  setConfig({
    models: [
      {
        id: 'm',
        name: '模型',
        description: '小',
        files: [{ name: '一', url: './0', bytes: 5e9, sha256: '0'.repeat(64) }],
      },
    ],
    adapters: [{ id: 'a', name: '適配器', model: 'm', datanets: [zero], questions: ['一？', '二？', '三？'] }],
    datanets: [{ id: zero, name: '數據', description: '一些行', rowCount: 3, contributorCount: 2, rowsUrl: './0' }],
    deployment: {
      chainId: 31337,
      chainName: '鏈',
      // Nothing listens there: the rooms show a chain that does not answer.
      rpcUrl: 'http://127.0.0.1:9',
      genesisHash: zero,
      fromBlock: 0,
      addresses: Object.fromEntries(
        [
          'openToken',
          'datanetRegistry',
          'modelRegistry',
          'inferenceEscrow',
          'rewardsDistributor',
          'governor',
          'timelock',
        ]
          .concat(['addressBook', 'multicall3', 'faucet'])
          .map((name, index) => [name, address(index)]),
      ),
      profile: { epochSeconds: 60, graceSeconds: 60, windowSeconds: 60, thawSeconds: 300 },
      datanets: [{ slug: zero, id: zero }],
      models: [{ slug: 'a', id: zero, datanets: [zero] }],
    },
  });
  await answeredChat({
    title: '磚',
    question: '港口運出什麼？',
    answer: '港口 運出 紅磚。',
    base: '一座城。',
    span: '運出 紅磚',
    name: '安娜',
  });
  await database().runs.bulkPut(
    (['cancelled', 'failed', 'done'] as const).map((state, index) => ({
      id: state,
      name: `跑${index}`,
      modelId: 'm',
      datanetIds: [zero],
      settings: { rank: 8, alpha: 16, learningRate: 0.001, epochs: 1, batchSize: 8, seed: 1, maxSteps: 30 },
      state,
      step: 10,
      totalSteps: 30,
      losses: [
        [1, 2.5],
        [10, 1.5],
      ],
      createdAt: 1,
      updatedAt: 2,
      data: {
        modelName: '模型',
        sources: [{ datanetId: zero, source: 'sample:0', rowCount: 3 }],
        rowsDigest: '0',
        rowCount: 3,
        tokens: 100,
        milliseconds: 1000,
        checkpointStep: 10,
        ...(state === 'failed'
          ? {
              error: {
                code: 'TRAIN_DIVERGED',
                message: 'Thrown.',
                facts: { step: 3, learningRate: 1 },
                hint: 'Thrown.',
              },
            }
          : {}),
        ...(state === 'done' ? { adapterId: 'own' } : {}),
      },
    })),
  );
  root = document.createElement('div');
  document.body.append(root);
  await page.viewport(1440, 900);
  dispose = render(() => <App />, root);
});
afterAll(async () => {
  dispose();
  root.remove();
  localStorage.removeItem('language');
  await database().delete();
});

/** Units, and names that are the same in every language. */
const excused = new RegExp(
  [
    ...['OPEN', '[kMGT]B', 'ms', 'min', 'AM', 'PM', 'English', 'ETH'],
    // Months, as English writes its dates; the pseudo-locale has no numbers of its own.
    ...['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
    '0x[0-9a-fA-F…]+',
    // Stored files are named by a hash.
    '\\.jsonl',
    '[0-9a-f]{24}[\\w-]*',
    'https?://[^\\s\\]]+',
    'localhost:\\d+',
    // Field names of a file, and a row's own text.
    'prompt',
    'response',
    'nina@example\\.com',
    // Names of encodings and of licences.
    'UTF-8',
    'CC0-1\\.0',
    '\\d+(?:s|h)',
  ]
    .map((word) => `(?<![A-Za-z])${word}(?![A-Za-z])`)
    .join('|'),
  'g',
);
const attributes = [
  'aria-label',
  'aria-description',
  'aria-valuetext',
  'aria-roledescription',
  'title',
  'placeholder',
  'alt',
];

/** Text that a reader sees or hears and that does not come from a dictionary. */
function plainTexts(within: HTMLElement = document.body): string[] {
  const shown = [...within.querySelectorAll<HTMLElement>('*')].filter(
    (element) =>
      element.closest('[translate=no], code, pre, script, style, vitest-app') === null && element.checkVisibility(),
  );
  const texts = shown.flatMap((element) => [
    ...[...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent ?? ''),
    ...attributes.map((name) => element.getAttribute(name) ?? ''),
  ]);
  return [...new Set(texts)].filter((text) => /[A-Za-z]{2}/.test(text.replace(excused, '')));
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));

const heading = () => document.querySelector('main h1');

async function open(route: string): Promise<void> {
  // The previous room stays until the next one has loaded; visiting a route without a heading first makes sure that the
  // heading belongs to the new room.
  location.hash = '#/no-such-room';
  await expect.poll(heading).toBeNull();
  location.hash = route;
  if (route !== '#/no-such-room') await expect.poll(heading).not.toBeNull();
  await settled();
}

/** Clicks every control on `route` that opens, expands or changes something, in turn: at least `least`, which a room's lists may bring late. */
async function clickThrough(route: string, least: number): Promise<void> {
  const done = new Set<string>();
  const nextControl = (): HTMLElement | undefined =>
    [...document.querySelectorAll<HTMLElement>('main button, main summary, main [role=tab]')].find(
      (element) =>
        element.checkVisibility() &&
        !(element as HTMLButtonElement).disabled &&
        !done.has(element.outerHTML.slice(0, 400)),
    );
  for (;;) {
    if (done.size < least) await expect.poll(nextControl).toBeDefined();
    const next = nextControl();
    if (next === undefined || done.size > 60) return;
    done.add(next.outerHTML.slice(0, 400));
    next.click();
    await settled();
    expect(plainTexts(), `after ${next.textContent} on ${route}`).toEqual([]);
    if (document.querySelector('[role=dialog], [role=alertdialog]') !== null) {
      await expect
        .poll(async () => {
          await userEvent.keyboard('{Escape}');
          return document.querySelector('[role=dialog], [role=alertdialog]');
        })
        .toBeNull();
    }
    if (location.hash !== route) await open(route);
  }
}

const rows = [
  '{"prompt":"誰守燈？","response":"艾達守燈。"}',
  '{"prompt":"壞',
  '{"prompt":"鑰匙是什麼？","response":"sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD"}',
  '{"prompt":"寫給誰？","response":"寫給 nina@example.com。"}',
  '{"prompt":"誰守燈？","response":"艾達守燈。"}',
  '{"prompt":"空","response":""}',
  '{"prompt":1,"response":""}',
  '[]',
].join('\n');

test('the texts are those of the pseudo-locale', async () => {
  await open('#/chat');
  expect(document.documentElement.lang).toBe('en-XA');
  expect(heading()?.textContent).toMatch(/^\[.*\]$/);
});

test('nothing is plain among rows with problems and findings', async () => {
  const { createContribution } = await import('../../src/app/contribute/createContribution.ts');
  const { RowsStep } = await import('../../src/app/contribute/RowsStep.tsx');
  // As in the room, but without its worker and tables.
  const contribution = createContribution({
    read: (request, options) => readRows(request, options),
    knownContent: async () => ({}),
    loadDraft: async () => undefined,
    saveDraft: async () => undefined,
    deleteDraft: async () => undefined,
    loadFile: async () => undefined,
    saveFile: async () => undefined,
  });
  await loadTexts('contribute');
  const card = document.createElement('main');
  root.hidden = true;
  document.body.append(card);
  const end = render(() => <RowsStep contribution={contribution} />, card);
  onTestFinished(() => {
    end();
    card.remove();
    root.hidden = false;
  });
  const texts = await english.contribute();
  await page.getByLabelText(pseudoText(texts['contribute.pasteLabel'])).fill(rows);
  await page.getByRole('button', { name: pseudoText(texts['contribute.pasteUse']) }).click();
  await expect.element(page.getByText(pseudoText(texts['contribute.problemsTitle']))).toBeVisible();
  await expect.element(page.getByText(pseudoText(texts['contribute.findingsTitle']))).toBeVisible();
  expect(plainTexts(card)).toEqual([]);
});

test.each([
  ['#/chat', 2],
  ['#/chat/c', 6],
  ['#/contribute', 1],
  ['#/contribute/datanet', 1],
  ['#/contribute/rows', 1],
  ['#/contribute/review', 1],
  ['#/contribute/done/none', 0],
  ['#/factory', 0],
  ['#/factory/new', 2],
  ['#/factory/runs/cancelled', 2],
  ['#/factory/runs/failed', 2],
  ['#/factory/runs/done', 2],
  ['#/factory/runs/none', 0],
  ['#/models', 2],
  ['#/rewards', 1],
  ['#/settings', 8],
  ['#/no-such-room', 0],
])('nothing is plain on %s, whatever is clicked', async (route, clicks) => {
  await open(route);
  expect(plainTexts()).toEqual([]);
  await clickThrough(route, clicks);
});

test('the frame on a phone, and what a search for a model says', async () => {
  await page.viewport(320, 700);
  await open('#/models');
  expect(plainTexts()).toEqual([]);
  await page.viewport(1440, 900);
});

/** Provokes what it is named after. */
const failures: Readonly<Record<string, () => unknown>> = {
  FILE_NOT_UTF8: () => parseRows({ blob: new Blob([new Uint8Array([0x61, 0xc3])]), fileName: '一.csv' }),
  ROW_INVALID: () => canonicalRow({} as never),
  JSON_NOT_CANONICAL: () => canonicalJson(Number.NaN as never),
  HEX_INVALID: () => hexToBytes('0x1'),
  STORE_EXPORT_INVALID: async () => (await safetyCopies()).readSafetyCopy(new Blob(['{}'])),
  RECEIPT_INVALID: () => decodeReceipt(new Uint8Array([1, 2, 3])),
  APP_CONFIG_INVALID: async () => (await import('../../src/app/state/config.ts')).parseConfig({ models: 1 }),
  APP_MODEL_UNKNOWN: async () =>
    (await import('../../src/app/state/models/modelFiles.ts')).modelFiles('沒有', {} as never),
  APP_SOURCE_UNKNOWN: async () =>
    (await import('../../src/app/state/sourceRows.ts')).sourceRows({ datanetId: '沒有', source: 'sample:沒有' }),
  CHAIN_UNREACHABLE: async () =>
    (await (await import('../../src/app/state/settlement.ts')).settlement()).balances(address(1) as never),
  WALLET_MISSING: async () => {
    const { disconnectWallet, settlement } = await import('../../src/app/state/settlement.ts');
    await disconnectWallet();
    return (await settlement()).withdraw();
  },
  UNEXPECTED: () => {
    throw new Error('Words of the platform');
  },
};

async function thrownBy(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

async function shownError(error: unknown): Promise<string[]> {
  const { ErrorCard } = await import('../../src/app/ui/index.ts');
  const card = document.createElement('div');
  document.body.append(card);
  const end = render(() => <ErrorCard error={error} onAction={() => undefined} onDismiss={() => undefined} />, card);
  const plain = plainTexts(card);
  end();
  card.remove();
  return plain;
}

test.each(Object.keys(failures))('nothing is plain in the error %s', async (code) => {
  const error = await thrownBy(failures[code] as () => unknown);
  if (code !== 'UNEXPECTED') expect(error).toMatchObject({ code });
  expect(await shownError(error)).toEqual([]);
});

test('every code has words of its own in the pseudo-locale', async () => {
  const facts = Object.fromEntries(
    Object.values(await english.errors()).flatMap(({ message, hint }) =>
      [...`${message} ${hint}`.matchAll(/\{(\w+)/g)].map(([, name]) => [name as string, 3]),
    ),
  );
  for (const code of Object.keys(await english.errors())) {
    if (code === 'ABORTED') continue;
    const error = new TributaryError({ code, message: 'Thrown words.', facts, hint: 'Thrown hint.' });
    expect(await shownError(error), code).toEqual([]);
  }
});
