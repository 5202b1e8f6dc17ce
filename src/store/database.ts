// The tables of this browser (Dexie over IndexedDB): conversations, drafts, receipts, vouchers, runs, contributions,
// models, settings. Small records only; models and checkpoints are files (`files.ts`). Knows no screens and no chain.
import Dexie, { type DBCoreTable, type EntityTable, type Table } from 'dexie';
import type { Json } from '../lib/canonicalJson.ts';

/** One conversation. */
export interface ChatRecord {
  readonly id: string;
  title: string;
  modelId: string;
  /** Absent: the base alone. */
  adapterId?: string;
  /** Answer with the base alone as well, side by side. */
  compare?: boolean;
  readonly createdAt: number;
  updatedAt: number;
}

/** How long the engine took for one answer; times in milliseconds, counts in tokens. */
export interface AnswerUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly prefillMilliseconds: number;
  readonly decodeMilliseconds: number;
}

export interface MessageRecord {
  readonly id: string;
  readonly chatId: string;
  readonly role: 'user' | 'assistant';
  content: string;
  readonly createdAt: number;
  /** `interrupted`: the page went away in the middle; `stopped`: the user said so. */
  state: 'done' | 'streaming' | 'stopped' | 'interrupted' | 'failed';
  modelId?: string;
  adapterId?: string;
  /** What model and adapter were called when they answered. Absent in answers of earlier versions. */
  modelName?: string;
  adapterName?: string;
  /**
   * Token ids of the answer as the model generated them, without an end token: attribution and receipts count in them. Absent
   * where the runtime reports none, and in answers of earlier versions until they are attributed.
   */
  answerIds?: readonly number[];
  /** The model ended the answer with an end token. Absent in answers of earlier versions. */
  ended?: boolean;
  usage?: AnswerUsage;
  /** It reached the maximum length and may end in the middle of a sentence. */
  cut?: boolean;
  /** The same question answered by the base alone, for comparison. */
  baseContent?: string;
  /** What the influence panel shows: `StoredInfluence` of the answers' workflows. */
  influence?: unknown;
  /** Key into `receipts`. */
  receiptId?: string;
  /** Key into `vouchers`, and what of it this answer cost, in wei. */
  voucherId?: string;
  fee?: bigint;
}

/** Anything half-done that must survive a reload, by a key its room chooses. */
export interface DraftRecord {
  readonly key: string;
  value: unknown;
  updatedAt: number;
}

export interface ReceiptRecord {
  /** SHA-256 of the bytes, 64 hexadecimal digits. */
  readonly id: string;
  readonly messageId: string;
  readonly adapterId: string;
  readonly createdAt: number;
  readonly bytes: Uint8Array;
  /** Absent until its bytes were put into the block store. */
  cid?: string;
  announced: 'sent' | 'queued' | 'no';
  /** What this browser alone knows and the receipt only hashes. Never announced. */
  readonly salt: Uint8Array;
}

/** The session key of one payer on one chain: may sign vouchers up to `cap` until `validUntil`, as set on chain. */
export interface SessionRecord {
  /** `genesisHash:payer`, lower case: a chain started anew makes it void. */
  readonly id: string;
  readonly payer: string;
  readonly address: string;
  /** Hexadecimal. Lets whoever holds it spend what is left of the cap, nothing else. */
  readonly privateKey: string;
  /** Unix seconds. */
  readonly validUntil: number;
  /** Wei. */
  readonly cap: bigint;
}

/**
 * What one key promised in one (payer, model, epoch): the settlement's channel, and the newest voucher, which replaces all before.
 */
export interface VoucherRecord {
  /** `genesisHash/payer/signer/modelId/epoch`, lower case. */
  readonly id: string;
  readonly payer: string;
  readonly modelId: string;
  /** Decimal. */
  readonly epoch: string;
  /** Wei so far. */
  readonly cumulative: bigint;
  /** The settlement's `Channel`. */
  readonly channel: unknown;
  /** The settlement's `SignedVoucher`. */
  readonly signed: unknown;
  /** CID of the announced voucher; absent until its bytes were put. */
  readonly cid?: string;
  announced: 'sent' | 'queued' | 'no';
  collected?: boolean;
  readonly updatedAt: number;
}

/** A training run. `settings` and `losses` are the factory's. */
export interface RunRecord {
  readonly id: string;
  name: string;
  modelId: string;
  datanetIds: readonly string[];
  settings: Json;
  state: 'running' | 'paused' | 'done' | 'failed' | 'cancelled';
  step: number;
  totalSteps: number;
  /** [step, loss] pairs. */
  losses: readonly (readonly [number, number])[];
  readonly createdAt: number;
  updatedAt: number;
  /** What else the factory keeps: contributions, result, manifest CID. */
  data?: unknown;
}

/** Where a checkpoint's bytes lie (`files.ts`, area `checkpoints`). */
export interface CheckpointRecord {
  readonly id: string;
  readonly runId: string;
  readonly step: number;
  readonly bytes: number;
  readonly createdAt: number;
}

/** A contribution made or seen by this browser. */
export interface ContributionRecord {
  /** CID of its header. */
  readonly id: string;
  readonly datanetId: string;
  readonly contributor: string;
  readonly rows: number;
  readonly mine: boolean;
  state: 'published' | 'queued' | 'registered' | 'accepted' | 'refused';
  readonly createdAt: number;
  data?: unknown;
}

/** An adapter that this browser trained, imported or fetched; its files lie in area `adapters`. */
export interface AdapterRecord {
  readonly id: string;
  name: string;
  readonly modelId: string;
  readonly datanetIds: readonly string[];
  readonly createdAt: number;
  /** Absent until published. */
  manifestCid?: string;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  data?: unknown;
}

/**
 * A model that this browser keeps or is fetching. Its bytes lie in area `models`; `plan`, the journal that lets an interrupted
 * one go on, is what `src/models` writes.
 */
export interface ModelRecord {
  readonly id: string;
  plan: unknown;
}

export interface SettingRecord {
  readonly key: string;
  value: unknown;
}

/** One event of the chain, as an indexer would store it. `id` is unique within a scope; `args` and the rest are the settlement's. */
export interface EventRow {
  readonly scope: string;
  readonly id: string;
  readonly name: string;
  readonly blockNumber: number;
  readonly logIndex: number;
}

/** Recent blocks of a scope, ascending: its events are complete up to the last one. */
export interface EventBlocksRecord {
  readonly scope: string;
  readonly blocks: readonly { readonly number: number; readonly hash: `0x${string}` }[];
}

export type TributaryDatabase = Dexie & {
  chats: EntityTable<ChatRecord, 'id'>;
  messages: EntityTable<MessageRecord, 'id'>;
  drafts: EntityTable<DraftRecord, 'key'>;
  receipts: EntityTable<ReceiptRecord, 'id'>;
  sessions: EntityTable<SessionRecord, 'id'>;
  vouchers: EntityTable<VoucherRecord, 'id'>;
  runs: EntityTable<RunRecord, 'id'>;
  checkpoints: EntityTable<CheckpointRecord, 'id'>;
  contributions: EntityTable<ContributionRecord, 'id'>;
  adapters: EntityTable<AdapterRecord, 'id'>;
  settings: EntityTable<SettingRecord, 'key'>;
  models: EntityTable<ModelRecord, 'id'>;
  events: Table<EventRow, [scope: string, id: string]>;
  eventBlocks: EntityTable<EventBlocksRecord, 'scope'>;
};

/** Has every read checked by `checkedTable.ts`, whose code is fetched while the database opens. */
function checkReads(database: Dexie): void {
  let check: ((table: DBCoreTable) => DBCoreTable) | undefined;
  const fetching = import('./checkedTable.ts').then(
    ({ checkedTable }) => {
      check = checkedTable;
    },
    // Where its code cannot be fetched, rooms read what there is.
    () => undefined,
  );
  database.on('ready', () => fetching, true);
  database.use({
    stack: 'dbcore',
    name: 'checkedReads',
    create: (core) => ({
      ...core,
      table(name) {
        const table = core.table(name);
        let checked: DBCoreTable | undefined;
        function current(): DBCoreTable {
          checked ??= check?.(table);
          return checked ?? table;
        }
        return {
          ...table,
          get: (request) => current().get(request),
          getMany: (request) => current().getMany(request),
          query: (request) => current().query(request),
          openCursor: (request) => current().openCursor(request),
          mutate: (request) => current().mutate(request),
        };
      },
    }),
  });
}

function open(name: string): TributaryDatabase {
  const database = new Dexie(name) as TributaryDatabase;
  checkReads(database);
  database.version(1).stores({
    chats: 'id, updatedAt',
    messages: 'id, chatId, [chatId+createdAt]',
    drafts: 'key',
    receipts: 'id, messageId, createdAt',
    sessions: 'id',
    vouchers: 'id, updatedAt',
    runs: 'id, state, updatedAt',
    checkpoints: 'id, runId, [runId+step]',
    contributions: 'id, datanetId, createdAt',
    adapters: 'id, modelId, createdAt',
    settings: 'key',
  });
  database.version(2).stores({ models: 'id' });
  database.version(3).stores({
    events: '[scope+id], [scope+name+blockNumber+logIndex], [scope+blockNumber]',
    eventBlocks: 'scope',
  });
  // Vouchers of before do not say who signed them: the contract of now takes none of them.
  database
    .version(4)
    .stores({})
    .upgrade((transaction) => transaction.table('vouchers').clear());
  return database;
}

let current: TributaryDatabase | undefined;

/** The one database of this origin, opened by the first query. */
export function database(): TributaryDatabase {
  current ??= open('tributary');
  return current;
}
