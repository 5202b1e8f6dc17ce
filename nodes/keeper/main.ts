// `npm run keeper`: a keeper by itself. It reads where the chain and the relays are from an app's configuration, and its
// private key from the environment, since arguments can be read by every program of the machine. For example
// `KEEPER_PRIVATE_KEY=0x... npm run keeper -- --config https://example.org/config.json --data .keeper`.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { TributaryError, toTributaryError } from '../../src/lib/errors.ts';
import type { Deployment, Hex } from '../../src/settlement/index.ts';
import { keyWallet } from './keyWallet.ts';
import type { KeeperNodeEvent } from './startKeeper.ts';

const { values } = parseArgs({
  options: {
    /** File or URL of the `config.json` of an app. */
    config: { type: 'string', default: 'http://127.0.0.1:4173/config.json' },
    data: { type: 'string', default: '.keeper' },
    /** Instead of those of the configuration. */
    'rpc-url': { type: 'string' },
    relay: { type: 'string', multiple: true },
    'interval-seconds': { type: 'string', default: '30' },
  },
});

interface Configuration {
  readonly relays: readonly string[];
  readonly deployment: Deployment | null;
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url);
  if (response.ok) return response.text();
  throw new Error(`HTTP ${response.status}`);
}

async function readConfiguration(place: string): Promise<Partial<Configuration>> {
  try {
    return JSON.parse(await (/^https?:/.test(place) ? fetchText(place) : readFile(place, 'utf8')));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TributaryError({
      code: 'KEEPER_NO_CONFIG',
      message: `The configuration could not be read from ${place}: ${reason}.`,
      facts: { place, reason },
      hint: 'Give its file or URL with --config.',
      cause: error,
    });
  }
}

/** A longer timer of Node ends at once. */
const MAX_SECONDS = 86_400;

function requireSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= MAX_SECONDS) return seconds;
  throw new TributaryError({
    code: 'KEEPER_NO_INTERVAL',
    message: `"${text}" is not a number of seconds.`,
    facts: { text },
    hint: 'Give --interval-seconds a number above zero, at most a day.',
  });
}

function requireKey(): Hex {
  const key = process.env['KEEPER_PRIVATE_KEY'] ?? '';
  if (/^0x[0-9a-f]{64}$/i.test(key)) return key as Hex;
  throw new TributaryError({
    code: 'KEEPER_NO_KEY',
    message: 'The keeper has no key to sign with.',
    hint: 'Set KEEPER_PRIVATE_KEY to a private key (0x and 64 hexadecimal digits) that holds gas and OPEN for bonds.',
  });
}

function line(event: KeeperNodeEvent): string {
  switch (event.kind) {
    case 'collected':
      return `collected ${event.result.total} wei from ${event.result.collected.length} vouchers, ${event.result.refused.length} refused`;
    case 'proposed':
      return `proposed epoch ${event.ledger.epoch}: root ${event.ledger.root}, ledger ${event.digest}`;
    case 'finalized':
      return `finalised epoch ${event.epoch}`;
    case 'refused':
      return `refused ${event.what} ${event.cid}: ${event.message}`;
    case 'waiting':
      return `waits for ${event.transactions} transactions that no block has yet`;
    case 'failed':
      return `tries again: ${toTributaryError(event.error).message}`;
  }
}

try {
  const intervalSeconds = requireSeconds(values['interval-seconds']);
  const { relays = [], deployment: configured = null } = await readConfiguration(values.config);
  if (configured === null) {
    throw new TributaryError({
      code: 'KEEPER_NO_CHAIN',
      message: 'This configuration names no chain, so there is nothing to settle.',
      facts: { config: values.config },
      hint: 'Give the configuration of an app that is connected to a chain.',
    });
  }
  const deployment = { ...configured, rpcUrl: values['rpc-url'] ?? configured.rpcUrl };
  const wallet = keyWallet({ deployment, privateKey: requireKey() });
  // Peers are slow to load: what is wrong with the options is said before.
  const { startKeeper } = await import('./startKeeper.ts');
  const node = await startKeeper({
    folder: values.data,
    deployment,
    wallet,
    relays: values.relay ?? relays,
    intervalSeconds,
    onEvent: (event) => console.log(line(event)),
  });
  console.log(`Keeper ${wallet.address} on ${deployment.chainName}\nStop with Ctrl+C.`);
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await node.stop();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
} catch (error) {
  const { code, message, hint } = toTributaryError(error);
  console.error(`The keeper did not start (${code}): ${message} ${hint}`);
  process.exit(1);
}
