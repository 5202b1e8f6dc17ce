// What a record of each table must be for the rooms to show it: checked for every record that is read (`checkedTable.ts`), that comes
// from a file, and before one goes into a safety copy. Fields that are not named here pass: later versions add some. Times are
// milliseconds since 1970.
import * as v from 'valibot';

const text = v.pipe(v.string(), v.maxLength(50_000_000));
const name = v.pipe(v.string(), v.maxLength(10_000));
const key = v.pipe(v.string(), v.minLength(1), v.maxLength(1000));
const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());
/** What `new Date` can show. */
const time = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15));
const ppm = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000));
const wei = v.pipe(v.bigint(), v.minValue(0n));
const hex = v.pipe(v.string(), v.regex(/^0x([0-9a-fA-F]{2})*$/), v.maxLength(10_000));
const address = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{40}$/));
const privateKey = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{64}$/));
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const bytes = v.instance(Uint8Array);
const announced = v.picklist(['sent', 'queued', 'no']);
const names = v.array(name);

interface SerializedErrorShape {
  readonly code: string;
  readonly cause?: SerializedErrorShape | undefined;
}
const error: v.GenericSchema<SerializedErrorShape> = v.lazy(() =>
  v.looseObject({
    code: name,
    message: text,
    hint: text,
    facts: v.record(v.string(), v.unknown()),
    cause: v.optional(error),
  }),
);

const evaluation = v.nullable(
  v.looseObject({ method: name, questions: natural, firstIsSource: natural, sourceInFive: natural }),
);
const shares = v.array(v.looseObject({ account: name, ppm }));
const storedInfluence = v.looseObject({
  attribution: v.looseObject({
    method: name,
    evaluation,
    threshold: finite,
    /** Absent in answers of earlier versions. */
    chancePpm: v.optional(ppm),
    placeboCount: natural,
    influentialCount: natural,
    rows: v.array(
      v.looseObject({
        row: natural,
        account: name,
        rowHash: name,
        contribution: name,
        position: natural,
        prompt: text,
        response: text,
        influence: finite,
        influential: v.boolean(),
        verbatimBits: finite,
        ppm,
      }),
    ),
    spans: v.array(
      v.pipe(
        v.looseObject({ start: natural, end: natural, bits: finite, count: natural, rows: v.array(natural) }),
        v.check(({ start, end }) => start < end, 'a span ends after its start'),
      ),
    ),
    contributors: shares,
    /** Absent in answers of earlier versions. */
    evidence: v.optional(shares),
    unattributedPpm: ppm,
  }),
  spanTexts: v.array(text),
  index: v.looseObject({
    rowCount: natural,
    placeboCount: natural,
    sketchSize: natural,
    policy: v.looseObject({
      channelsPpm: v.tuple([ppm, ppm, ppm]),
      placeboPercent: finite,
      capPpm: ppm,
      minimumSpanTokens: natural,
      minimumSpanBits: finite,
    }),
    evaluation,
  }),
  names: v.record(v.string(), name),
  manyTurns: v.optional(v.boolean()),
});
const influence = v.pipe(
  storedInfluence,
  v.check(({ attribution, spanTexts }) => spanTexts.length === attribution.spans.length, 'each span has one text'),
);

const trainingSettings = v.looseObject({
  rank: natural,
  alpha: finite,
  learningRate: finite,
  epochs: natural,
  batchSize: natural,
  seed: natural,
  maxSteps: natural,
});
const runSource = v.looseObject({ datanetId: name, source: name, rowCount: natural });

const header = v.looseObject({
  v: v.literal(1),
  type: v.literal('contribution'),
  datanet: name,
  author: name,
  parents: names,
  seq: natural,
  rows: names,
  count: natural,
  bytes: natural,
  rowsRoot: name,
  schema: name,
  license: name,
  ts: natural,
  sig: name,
});

const model = v.looseObject({
  id: key,
  name,
  source: v.variant('kind', [
    v.looseObject({ kind: v.literal('offered') }),
    v.looseObject({ kind: v.literal('hub'), hub: name, repository: name, revision: name, branch: name }),
    v.looseObject({ kind: v.literal('url'), url: name }),
    v.looseObject({ kind: v.literal('ipfs'), cid: name, gateway: v.optional(name) }),
    v.looseObject({ kind: v.literal('files'), name }),
  ]),
  format: name,
  packing: v.looseObject({ weights: name, embedding: name, head: name }),
  files: v.array(
    v.looseObject({
      name,
      bytes: natural,
      sha256: v.optional(name),
      location: v.optional(
        v.variant('kind', [
          v.looseObject({
            kind: v.literal('http'),
            url: name,
            hub: v.optional(name),
            lastModified: v.optional(name),
          }),
          v.looseObject({ kind: v.literal('ipfs'), cid: name, gateway: v.optional(name) }),
        ]),
      ),
    }),
  ),
  licence: v.optional(name),
  architecture: v.optional(name),
  parameterCount: v.optional(natural),
  contextLength: v.optional(natural),
  reservedTokens: v.optional(natural),
  packedUpTo: v.optional(v.looseObject({ tensors: natural, bytes: natural })),
  sha256: v.optional(name),
  createdAt: time,
  usedAt: v.optional(time),
  stage: v.picklist(['downloading', 'packing', 'done']),
  doneBytes: natural,
  expectedBytes: natural,
  packedBytes: v.optional(natural),
  paused: v.boolean(),
  failure: v.nullable(error),
});

const lines = v.array(natural);
const contributionDraft = v.looseObject({
  datanetId: v.optional(name),
  fileName: v.optional(name),
  text: v.optional(text),
  file: v.optional(name),
  encoding: v.optional(name),
  mapping: v.optional(v.looseObject({})),
  corrections: v.optional(v.array(v.tuple([natural, text]))),
  skippedLines: lines,
  droppedLines: v.optional(lines),
  droppedRows: v.optional(names),
  keptRows: v.optional(names),
  licence: v.optional(name),
  mayShare: v.boolean(),
});
const runDraft = v.looseObject({
  name,
  modelId: name,
  chosen: names,
  settings: trainingSettings,
  hiddenSize: v.pipe(natural, v.minValue(1)),
});
/** By the key of the room; drafts of other keys are unknown to every room. */
const draft = v.variant('key', [
  v.looseObject({ key: v.literal('contribution'), value: contributionDraft, updatedAt: time }),
  v.looseObject({
    key: v.literal('contribution/file'),
    // Earlier versions stored a Blob.
    value: v.union([v.looseObject({ key: name, bytes }), v.looseObject({ key: name, blob: v.instance(Blob) })]),
    updatedAt: time,
  }),
  v.looseObject({ key: v.literal('factory-run'), value: runDraft, updatedAt: time }),
  // Earlier versions had one for all tabs, under `chat` alone.
  v.looseObject({ key: v.pipe(v.string(), v.regex(/^chat(\/.{1,100})?$/)), value: text, updatedAt: time }),
]);

const webAddress = v.pipe(name, v.regex(/^https?:\/\//));
/** Settings that a safety copy holds. Which keys lie here locked, and how, is this browser's own affair. */
const setting = v.union([
  v.object({
    key: v.literal('chatChoice'),
    value: v.looseObject({ modelId: name, adapterId: v.optional(name), compare: v.boolean() }),
  }),
  v.object({ key: v.literal('relays'), value: v.array(v.pipe(name, v.startsWith('/'))) }),
  v.object({ key: v.literal('peersOn'), value: v.boolean() }),
  v.object({ key: v.picklist(['rpcUrl', 'hub']), value: webAddress }),
  v.object({ key: v.picklist(['device', 'arithmetic']), value: name }),
  v.object({ key: v.literal('wallet'), value: name }),
  v.object({
    key: v.literal('datanets'),
    value: v.record(
      v.string(),
      v.looseObject({ description: v.looseObject({ name, summary: text, licence: name }), mine: v.boolean() }),
    ),
  }),
  v.object({
    key: v.literal('pendingClaim'),
    value: v.looseObject({
      address,
      hash: hex,
      genesisHash: v.optional(hex),
      claimedBefore: v.pipe(v.string(), v.regex(/^\d{1,80}$/)),
    }),
  }),
]);

const voucher = v.pipe(
  v.looseObject({
    id: key,
    payer: address,
    modelId: hex,
    epoch: v.pipe(v.string(), v.regex(/^\d{1,20}$/)),
    cumulative: wei,
    channel: v.looseObject({
      payer: address,
      signer: address,
      modelId: hex,
      epoch: wei,
      cumulative: wei,
      receipts: v.array(hex),
      amounts: v.array(wei),
    }),
    signed: v.looseObject({
      voucher: v.looseObject({
        payer: address,
        signer: address,
        modelId: hex,
        epoch: wei,
        cumulative: wei,
        count: wei,
        receiptsRoot: hex,
      }),
      signature: hex,
      receipts: v.array(hex),
    }),
    cid: v.optional(name),
    announced,
    collected: v.optional(v.boolean()),
    updatedAt: time,
  }),
  // The next answer is paid on top of these sums.
  v.check(({ payer, modelId, epoch, cumulative, channel, signed }) =>
    [channel, signed.voucher].every(
      (sum) =>
        sum.payer.toLowerCase() === payer.toLowerCase() &&
        sum.signer.toLowerCase() === signed.voucher.signer.toLowerCase() &&
        sum.modelId.toLowerCase() === modelId.toLowerCase() &&
        sum.epoch === BigInt(epoch) &&
        sum.cumulative === cumulative,
    ),
  ),
);

/** By table, in the order of a safety copy. */
export const recordSchemas = {
  chats: v.looseObject({
    id: key,
    title: text,
    modelId: name,
    adapterId: v.optional(name),
    compare: v.optional(v.boolean()),
    createdAt: time,
    updatedAt: time,
  }),
  messages: v.looseObject({
    id: key,
    chatId: key,
    role: v.picklist(['user', 'assistant']),
    content: text,
    createdAt: time,
    state: v.picklist(['done', 'streaming', 'stopped', 'interrupted', 'failed']),
    modelId: v.optional(name),
    adapterId: v.optional(name),
    modelName: v.optional(name),
    adapterName: v.optional(name),
    answerIds: v.optional(v.array(natural)),
    ended: v.optional(v.boolean()),
    usage: v.optional(
      v.looseObject({
        promptTokens: natural,
        completionTokens: natural,
        prefillMilliseconds: finite,
        decodeMilliseconds: finite,
      }),
    ),
    cut: v.optional(v.boolean()),
    baseContent: v.optional(text),
    influence: v.optional(influence),
    receiptId: v.optional(key),
    voucherId: v.optional(key),
    fee: v.optional(wei),
  }),
  drafts: draft,
  receipts: v.looseObject({
    id: digest,
    messageId: key,
    adapterId: name,
    createdAt: time,
    bytes,
    cid: v.optional(name),
    announced,
    salt: bytes,
  }),
  vouchers: voucher,
  runs: v.looseObject({
    id: v.pipe(key, v.regex(/^[\w-]+$/)),
    name,
    modelId: name,
    datanetIds: names,
    settings: trainingSettings,
    state: v.picklist(['running', 'paused', 'done', 'failed', 'cancelled']),
    step: natural,
    totalSteps: natural,
    losses: v.array(v.tuple([natural, finite])),
    createdAt: time,
    updatedAt: time,
    data: v.looseObject({
      modelName: name,
      sources: v.array(runSource),
      rowsDigest: name,
      rowCount: natural,
      tokens: natural,
      milliseconds: finite,
      checkpointStep: natural,
      adapterId: v.optional(name),
      error: v.optional(error),
    }),
  }),
  checkpoints: v.looseObject({ id: key, runId: key, step: natural, bytes: natural, createdAt: time }),
  contributions: v.looseObject({
    id: key,
    datanetId: name,
    contributor: name,
    rows: natural,
    mine: v.boolean(),
    state: v.picklist(['published', 'queued', 'registered', 'accepted', 'refused']),
    createdAt: time,
    data: v.looseObject({
      header,
      isAnnounced: v.optional(v.boolean()),
      announceError: v.optional(error),
      registerError: v.optional(error),
    }),
  }),
  adapters: v.looseObject({
    id: key,
    name,
    modelId: name,
    datanetIds: names,
    createdAt: time,
    manifestCid: v.optional(name),
    files: v.array(v.looseObject({ name: key, bytes: natural, sha256: digest })),
    data: v.optional(
      v.looseObject({
        runId: v.optional(name),
        author: v.optional(name),
        modelId: v.optional(hex),
        terms: v.optional(v.looseObject({ price: v.pipe(v.string(), v.regex(/^\d{1,80}$/)), ownerBps: natural })),
        description: v.optional(text),
        registered: v.optional(v.boolean()),
        isAnnounced: v.optional(v.boolean()),
        announceError: v.optional(error),
        registerError: v.optional(error),
      }),
    ),
  }),
  models: v.looseObject({ id: key, plan: model }),
  settings: setting,
} as const;

export type TableName = keyof typeof recordSchemas;
export const tableNames = Object.keys(recordSchemas) as readonly TableName[];

/** A session key with what it may do; in a safety copy among the sealed keys, with its private key open. */
export const sessionSchema = v.looseObject({
  id: key,
  payer: address,
  address,
  privateKey,
  validUntil: finite,
  cap: wei,
});
export const privateKeySchema = privateKey;

/** The name of the field that an index of the table is by. */
export function recordKey(table: TableName, record: unknown): string {
  return (record as Record<string, string>)[table === 'drafts' || table === 'settings' ? 'key' : 'id'] as string;
}

function faultBy(schema: v.GenericSchema, record: unknown): string | undefined {
  const checked = v.safeParse(schema, record);
  return checked.success ? undefined : (v.getDotPath(checked.issues[0]) ?? 'record');
}

/** Where a record is not what its table holds, for instance `data.sources.0.rowCount`; undefined when it is. */
export function recordFault(table: TableName, record: unknown): string | undefined {
  return faultBy(recordSchemas[table] as v.GenericSchema, record);
}

/** Settings that belong to this browser alone, or hold keys; those of every key below `setUpPlan/` are alike. */
const ownSettings: Readonly<Record<string, v.GenericSchema>> = {
  burnerKey: v.pipe(name, v.minLength(1)),
  keyLock: v.looseObject({
    sealed: v.looseObject({ kind: v.picklist(['password', 'passkey']), ciphertext: text }),
    passkey: v.optional(v.looseObject({ credentialId: name, prfSalt: name })),
  }),
  variants: v.looseObject({ device: text, choices: v.array(v.looseObject({})), refused: v.array(v.looseObject({})) }),
  foreignModels: v.array(v.looseObject({ runtime: name, id: name, name })),
  setUpPlan: v.looseObject({
    id: key,
    amount: wei,
    afterBlock: wei,
    key: address,
    capBefore: wei,
    sent: v.optional(v.looseObject({ hash: v.optional(hex) })),
  }),
};
function ownSetting(key: string): v.GenericSchema | undefined {
  const [name = ''] = key.split('/');
  return Object.hasOwn(ownSettings, name) ? ownSettings[name] : undefined;
}
/** Whether a setting belongs to this browser alone, or holds keys: it is in no copy. */
export function isOwnSetting(key: string): boolean {
  return ownSetting(key) !== undefined;
}
const copiedSettings = new Set(
  setting.options.flatMap(({ entries }) =>
    'options' in entries.key ? [...entries.key.options] : [entries.key.literal],
  ) as string[],
);

/** A session as it is stored: its private key may be locked. */
const storedSession = v.looseObject({ ...sessionSchema.entries, privateKey: v.pipe(name, v.minLength(1)) });

export type StoredTable = TableName | 'sessions';
export function isStoredTable(table: string): table is StoredTable {
  return table === 'sessions' || Object.hasOwn(recordSchemas, table);
}

function storedSchema(table: StoredTable, stored: string): v.GenericSchema | undefined {
  if (table === 'sessions') return storedSession;
  if (table === 'drafts' && !draft.options.some(({ entries }) => v.is(entries.key, stored))) return undefined;
  if (table !== 'settings' || copiedSettings.has(stored)) return recordSchemas[table] as v.GenericSchema;
  const own = ownSetting(stored);
  return own === undefined ? undefined : v.looseObject({ value: own });
}

/** As `recordFault`, of a record as the database holds it. No room reads settings and drafts of unknown keys: they pass. */
export function storedFault(table: StoredTable, record: unknown): string | undefined {
  const schema = storedSchema(table, table === 'sessions' ? '' : recordKey(table, record));
  return schema === undefined ? undefined : faultBy(schema, record);
}
