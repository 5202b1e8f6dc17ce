// `npm run keeper`: a keeper by itself. It reads where the chain and the relays are from an app's configuration, and its
// private key from the environment, since arguments can be read by every program of the machine. For example
// `KEEPER_PRIVATE_KEY=0x... npm run keeper -- --config https://example.org/config.json --data .keeper`.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { TributaryError, toTributaryError } from '../../src/lib/errors.ts';
import type { Deployment, Hex } from '../../src/settlement/index.ts';
import { keyWallet } from './keyWallet.ts';
import { type KeeperNodeEvent, startKeeper } from './startKeeper.ts';

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

async function readConfiguration(place: string): Promise<Configuration> {
  if (!/^https?:/.test(place)) return JSON.parse(await readFile(place, 'utf8')) as Configuration;
  const response = await fetch(place);
  const { ok, status } = response;
  if (ok) return (await response.json()) as Configuration;
  throw new TributaryError({
    code: 'KEEPER_NO_CONFIG',
    message: `The configuration was not found at ${place} (HTTP ${status}).`,
    facts: { place, status },
    hint: 'Give its file or URL with --config.',
  });
}

function requireSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new TributaryError({
    code: 'KEEPER_NO_INTERVAL',
    message: `"${text}" is not a number of seconds.`,
    facts: { text },
    hint: 'Give --interval-seconds a number above zero.',
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
    case 'failed':
      return `tries again: ${toTributaryError(event.error).message}`;
  }
}

try {
  const { relays, deployment: configured } = await readConfiguration(values.config);
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
  const node = await startKeeper({
    folder: values.data,
    deployment,
    wallet,
    relays: values.relay ?? relays,
    intervalSeconds: requireSeconds(values['interval-seconds']),
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
  const { message, hint } = toTributaryError(error);
  console.error(`The keeper did not start: ${message} ${hint}`);
  process.exit(1);
}
