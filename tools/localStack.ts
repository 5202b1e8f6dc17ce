// Everything that `npm start` runs on this machine, as functions, so that the end-to-end tests run the same: a local
// chain, a relay, a keeper that settles the vouchers the relay receives, and the server of the built app.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type KeeperNodeEvent, startKeeper } from '../nodes/keeper/startKeeper.ts';
import type { RelayStatus } from '../nodes/relay/startRelay.ts';
import { rowHash, rowsRoot } from '../src/datanet/index.ts';
import { toTributaryError } from '../src/lib/errors.ts';
import type { Address, Hex } from '../src/settlement/index.ts';
import type { Keeper } from '../src/workflows/epochs/createKeeper.ts';
import { appConfig, fetchedModels, sampleDatanets } from './appConfig.ts';
import { type Devnet, type SampleDatanet, type SampleModel, startDevnet } from './devnet.ts';
import { type ServeParameters, serveStatic } from './serveStatic.ts';

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
  /** Where chain, relay and keeper store their state; the same folder continues an earlier run. */
  readonly directory: string;
  readonly ports?: Ports;
  /** Settles epochs on its own; tests step the keeper instead. Default true. */
  readonly keep?: boolean;
  /** Serves the app; resolves with a function that stops the server. Default: the built app in `dist/`. */
  readonly serve?: (parameters: ServeParameters) => Promise<() => Promise<void> | void>;
  readonly report?: (line: string) => void;
}

export interface Stack {
  readonly url: string;
  /** The relay's status as JSON. */
  readonly statusUrl: string;
  readonly devnet: Devnet;
  readonly keeper: Keeper;
  stopRelay(): Promise<void>;
  startRelay(): Promise<void>;
  stop(): Promise<void>;
}

/** Whether a TCP port of this machine is free to listen on. */
export function isPortFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** A TCP port of this machine that nobody uses. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Free ports, for stacks beside that of `npm start`. */
export async function freePorts(): Promise<Ports> {
  return {
    app: await freePort(),
    chain: await freePort(),
    webSocket: await freePort(),
    webRtc: await freePort(),
    status: await freePort(),
  };
}

function digestOf(...files: readonly string[]): Hex {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return `0x${hash.digest('hex')}`;
}

/** The sample Datanets as registered on chain: one contribution per contributor, with the root of its rows. */
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

/** One on-chain model for each sample adapter that is present. */
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

interface RelayProcess {
  multiaddrs(): readonly string[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Ended on its own or by a signal: a crash leaves no exit code. */
const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

/**
 * The relay as a process of its own, `npm run relay`: its native WebRTC code must not take the chain and the page with
 * it.
 */
function createRelayProcess(data: string, ports: Ports, report: (line: string) => void): RelayProcess {
  let child: ChildProcess | undefined;
  let multiaddrs: readonly string[] = [];

  async function start(): Promise<void> {
    const settings = {
      data,
      'web-socket-port': ports.webSocket,
      'web-rtc-port': ports.webRtc,
      'status-port': ports.status,
    };
    const started = spawn(
      process.execPath,
      [
        ...['--import', path.join(root, 'tools', 'rawImports.mjs'), path.join(root, 'nodes', 'relay', 'main.ts')],
        ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    child = started;
    const kill = (): void => void started.kill();
    process.once('exit', kill);
    started.once('exit', () => process.removeListener('exit', kill));
    let last = '';
    for (const stream of [started.stdout, started.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        last = line;
        if (/^(kept|refused) /.test(line)) report(`Relay: ${line}`);
      });
    }
    while (!hasEnded(started)) {
      const status = await fetch(`http://127.0.0.1:${ports.status}/status`).then(
        (response) => response.json() as Promise<RelayStatus>,
        () => undefined,
      );
      if (status !== undefined) {
        multiaddrs = status.multiaddrs;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`The relay ended at once: ${last}`);
  }

  async function stop(): Promise<void> {
    const running = child;
    child = undefined;
    if (running === undefined || hasEnded(running)) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGTERM');
    const timer = setTimeout(() => running.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
  }

  return { multiaddrs: () => multiaddrs, start, stop };
}

/** Events that are logged while the stack runs. */
function keeperLine(event: KeeperNodeEvent): string {
  if (event.kind === 'failed') return `Keeper tries again: ${toTributaryError(event.error).message}`;
  if (event.kind === 'refused') return `Keeper refused ${event.what} ${event.cid}: ${event.message}`;
  return `Keeper: ${event.kind}`;
}

async function serveBuilt(parameters: ServeParameters): Promise<() => void> {
  const server = await serveStatic(parameters);
  return () => {
    server.closeAllConnections();
    server.close();
  };
}

/** Starts chain, relay, keeper and server. If one of them does not start, stops the others and rejects. */
export async function startStack({
  directory,
  ports = DEFAULT_PORTS,
  keep = true,
  serve = serveBuilt,
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

    const relay = createRelayProcess(path.join(directory, 'relay'), ports, report);
    await relay.start();
    stopping.push(relay.stop);
    report(`Relay at ${relay.multiaddrs()[0]}`);

    const { keeper, stop: stopKeeper } = await startKeeper({
      folder: path.join(directory, 'keeper'),
      deployment: devnet.deployment,
      wallet: devnet.operator,
      relays: relay.multiaddrs(),
      intervalSeconds: keep ? KEEPER_SECONDS : undefined,
      onEvent: (event) => report(keeperLine(event)),
    });
    stopping.push(stopKeeper);

    const endServing = await serve({
      port: ports.app,
      host: '127.0.0.1',
      folders: { '/': path.join(root, 'dist'), '/fetched/': fetchedModels },
      json: { '/config.json': () => appConfig({ relays: relay.multiaddrs(), deployment: devnet.deployment }) },
    });
    stopping.push(endServing);
    return {
      url: `http://localhost:${ports.app}/`,
      statusUrl: `http://127.0.0.1:${ports.status}/status`,
      devnet,
      keeper,
      stopRelay: relay.stop,
      startRelay: relay.start,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
