// Everything that `npm start` runs on this machine, as functions, so that the end-to-end tests run the same: a local chain,
// a relay, a keeper that settles what the relay hears of, and the server of the built app.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { type Relay, startRelay } from '../relay/startRelay.ts';
import { decodeReceipt } from '../src/attribution/index.ts';
import { rowHash, rowsRoot } from '../src/datanet/index.ts';
import { toTributaryError } from '../src/lib/errors.ts';
import type { ReceivedAnnouncement } from '../src/peers/node.ts';
import { type Address, decodeSignedVoucher, type Hex } from '../src/settlement/index.ts';
import { appConfig, fetchedModels, sampleDatanets } from './appConfig.ts';
import { type Devnet, type SampleDatanet, type SampleModel, startDevnet } from './devnet.ts';
import { createKeeper, type Keeper, runKeeper } from './keeper.ts';
import { serveStatic } from './serveStatic.ts';

const root = path.dirname(import.meta.dirname);
const KEEPER_SECONDS = 10;

export interface Ports {
  readonly app: number;
  readonly chain: number;
  readonly webSocket: number;
  readonly webRtc: number;
  readonly status: number;
}

export const DEFAULT_PORTS: Ports = { app: 4173, chain: 8545, webSocket: 9101, webRtc: 9102, status: 9103 };

export interface StackParameters {
  /** Where chain, relay and keeper keep their state; the same folder continues what was there. */
  readonly directory: string;
  readonly ports?: Ports;
  /** Settle epochs by itself; the tests step the keeper instead. Default true. */
  readonly keep?: boolean;
  readonly report?: (line: string) => void;
}

export interface Stack {
  readonly url: string;
  readonly devnet: Devnet;
  readonly keeper: Keeper;
  /** The relay that runs now, or undefined while it is stopped. */
  relay(): Relay | undefined;
  stopRelay(): Promise<void>;
  startRelay(): Promise<void>;
  stop(): Promise<void>;
}

/** Whether a TCP port of this machine can be listened on. */
export function isPortFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

function digestOf(...files: readonly string[]): Hex {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return `0x${hash.digest('hex')}`;
}

/** The sample Datanets as the chain registers them: a contribution per contributor, with the root of its rows. */
function chainDatanets(): SampleDatanet[] {
  return sampleDatanets().map(({ id, contributors }) => {
    const folder = path.join(root, 'public', 'datanets', id);
    const lines = readFileSync(path.join(folder, 'rows.jsonl'), 'utf8').trimEnd().split('\n');
    const hashes = lines.map((line) => rowHash(JSON.parse(line)));
    return {
      slug: id,
      metadataDigest: digestOf(path.join(folder, 'datanet.json')),
      contributions: contributors.map(({ address, rows: [from, to] }) => {
        const bytes = new TextEncoder().encode(`${lines.slice(from, to).join('\n')}\n`);
        return {
          contributor: address as Address,
          rowsRoot: `0x${rowsRoot(hashes.slice(from, to))}`,
          headerDigest: `0x${createHash('sha256').update(bytes).digest('hex')}`,
          rowCount: to - from,
        };
      }),
    };
  });
}

/** A model on chain for each sample adapter that is there. */
function chainModels(datanets: readonly SampleDatanet[]): SampleModel[] {
  return datanets.flatMap(({ slug, contributions }) => {
    const folder = path.join(root, 'public', 'adapters', slug);
    const weights = path.join(folder, 'adapter_model.safetensors');
    if (!existsSync(weights)) return [];
    return [
      {
        slug,
        datanets: [slug],
        baseModelDigest: digestOf(path.join(root, 'public', 'models', 'seedling', 'seedling.Q8_0.gguf')),
        specificationDigest: digestOf(path.join(folder, 'adapter_config.json')),
        ownerBps: 2_000,
        price: 10n ** 18n,
        versions: [
          {
            adapterDigest: digestOf(weights),
            manifestDigest: digestOf(path.join(folder, 'adapter_config.json'), weights),
            trainSetRoot: contributions[0]?.rowsRoot ?? `0x${'00'.repeat(32)}`,
          },
        ],
      },
    ];
  });
}

/** Hands the keeper every voucher and receipt that the relay took. A malformed one is reported and left. */
async function hear(relay: Relay, keeper: Keeper, { kind, cid }: ReceivedAnnouncement): Promise<void> {
  if (kind !== 'voucher' && kind !== 'receipt') return;
  const bytes = await relay.blocks.get(cid);
  if (kind === 'voucher') {
    await keeper.addVoucher(decodeSignedVoucher(bytes));
    return;
  }
  const { subject, shares } = decodeReceipt(bytes);
  if (subject.model === '') return;
  keeper.addReceipt({
    digest: `0x${createHash('sha256').update(bytes).digest('hex')}`,
    modelId: subject.model as Hex,
    amount: BigInt(subject.amount),
    shares: shares.map(({ account, ppm }) => ({ account: account as Address, ppm })),
  });
}

/** Starts chain, relay, keeper and server. Rejects, with everything stopped again, when one of them does not start. */
export async function startStack({
  directory,
  ports = DEFAULT_PORTS,
  keep = true,
  report = () => undefined,
}: StackParameters): Promise<Stack> {
  mkdirSync(directory, { recursive: true });
  const stopping: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stopping.splice(0).reverse()) await end();
  };
  try {
    const datanets = chainDatanets();
    const devnet = await startDevnet({
      stateDirectory: path.join(directory, 'chain'),
      port: ports.chain,
      datanets,
      models: chainModels(datanets),
    });
    stopping.push(devnet.stop);
    report(`Chain 31337 at ${devnet.deployment.rpcUrl}`);

    let relay: Relay | undefined;
    let multiaddrs: readonly string[] = [];
    const keeper = createKeeper({
      deployment: devnet.deployment,
      wallet: devnet.operator,
      directory: path.join(directory, 'keeper'),
      publish: async (bytes) => {
        await relay?.blocks.put(bytes, 'raw');
      },
    });
    const start = async (): Promise<void> => {
      const started = await startRelay({
        dataDirectory: path.join(directory, 'relay'),
        webSocketPort: ports.webSocket,
        webRtcPort: ports.webRtc,
        statusPort: ports.status,
        onEvent: (event) =>
          report(
            event.kind === 'pinned'
              ? `Relay keeps ${event.what} ${event.cid}`
              : `Relay refused ${event.what} ${event.cid}: ${event.message}`,
          ),
      });
      started.subscribe((announcement) => {
        hear(started, keeper, announcement).catch((error: unknown) =>
          report(`Keeper left ${announcement.kind} ${announcement.cid}: ${toTributaryError(error).message}`),
        );
      });
      relay = started;
      multiaddrs = started.multiaddrs;
    };
    const end = async (): Promise<void> => {
      const running = relay;
      relay = undefined;
      await running?.stop();
    };
    await start();
    stopping.push(end);
    report(`Relay at ${multiaddrs[0]}`);

    if (keep) {
      const abort = new AbortController();
      const running = runKeeper({
        keeper,
        intervalSeconds: KEEPER_SECONDS,
        signal: abort.signal,
        report: (event) =>
          report(
            event.kind === 'failed'
              ? `Keeper tries again: ${toTributaryError(event.error).message}`
              : `Keeper: ${event.kind}`,
          ),
      });
      stopping.push(async () => {
        abort.abort();
        await running;
      });
    }

    const server = await serveStatic({
      port: ports.app,
      host: '127.0.0.1',
      folders: { '/': path.join(root, 'dist'), '/fetched/': fetchedModels },
      json: { '/config.json': () => appConfig({ relays: multiaddrs, deployment: devnet.deployment }) },
    });
    stopping.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return {
      url: `http://localhost:${ports.app}/`,
      devnet,
      keeper,
      relay: () => relay,
      stopRelay: end,
      startRelay: start,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
