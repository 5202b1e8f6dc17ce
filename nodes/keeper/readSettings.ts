// What a keeper runs on: an app's configuration, arguments and a private key. The key comes by the environment, since arguments
// can be read by every program of the machine. It starts nothing.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { TributaryError } from '../../src/lib/errors.ts';
import type { Deployment, Hex } from '../../src/settlement/index.ts';

export interface KeeperSettings {
  readonly folder: string;
  readonly deployment: Deployment;
  readonly relays: readonly string[];
  readonly privateKey: Hex;
  readonly intervalSeconds: number;
}

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

function requireKey(key = ''): Hex {
  if (/^0x[0-9a-f]{64}$/i.test(key)) return key as Hex;
  throw new TributaryError({
    code: 'KEEPER_NO_KEY',
    message: 'The keeper has no key to sign with.',
    hint: 'Set KEEPER_PRIVATE_KEY to a private key (0x and 64 hexadecimal digits) that holds gas and OPEN for bonds.',
  });
}

/** Throws `KEEPER_NO_CONFIG`, `KEEPER_NO_CHAIN`, `KEEPER_NO_KEY`, `KEEPER_NO_INTERVAL`, and what reading the file throws. */
export async function readSettings(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<KeeperSettings> {
  const { values } = parseArgs({
    args: [...args],
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
  const { relays, deployment } = await readConfiguration(values.config);
  if (deployment === null) {
    throw new TributaryError({
      code: 'KEEPER_NO_CHAIN',
      message: 'This configuration names no chain, so there is nothing to settle.',
      facts: { config: values.config },
      hint: 'Give the configuration of an app that is connected to a chain.',
    });
  }
  return {
    folder: values.data,
    deployment: { ...deployment, rpcUrl: values['rpc-url'] ?? deployment.rpcUrl },
    relays: values.relay ?? relays,
    privateKey: requireKey(environment['KEEPER_PRIVATE_KEY']),
    intervalSeconds: requireSeconds(values['interval-seconds']),
  };
}
