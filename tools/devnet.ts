// The local chain of `npm start` and of the tests: anvil as a child process with its state in a folder, the contracts
// deployed once from the committed bytecode, the sample datanets and models registered. Chain 31337 only.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import {
  type Abi,
  type Address,
  createClient,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  http,
  keccak256,
  numberToHex,
  stringToHex,
  zeroHash,
} from 'viem';
import { getBlock, getChainId, getCode, waitForTransactionReceipt } from 'viem/actions';
import { foundry } from 'viem/chains';
import { addressBookAbi } from '../src/settlement/abi/addressBook.ts';
import { addressBookBytecode } from '../src/settlement/abi/addressBookBytecode.ts';
import { datanetRegistryAbi } from '../src/settlement/abi/datanetRegistry.ts';
import { datanetRegistryBytecode } from '../src/settlement/abi/datanetRegistryBytecode.ts';
import { inferenceEscrowAbi } from '../src/settlement/abi/inferenceEscrow.ts';
import { inferenceEscrowBytecode } from '../src/settlement/abi/inferenceEscrowBytecode.ts';
import { localFaucetAbi } from '../src/settlement/abi/localFaucet.ts';
import { localFaucetBytecode } from '../src/settlement/abi/localFaucetBytecode.ts';
import { modelRegistryAbi } from '../src/settlement/abi/modelRegistry.ts';
import { modelRegistryBytecode } from '../src/settlement/abi/modelRegistryBytecode.ts';
import { multicall3Abi } from '../src/settlement/abi/multicall3.ts';
import { multicall3Bytecode } from '../src/settlement/abi/multicall3Bytecode.ts';
import { openGovernorAbi } from '../src/settlement/abi/openGovernor.ts';
import { openGovernorBytecode } from '../src/settlement/abi/openGovernorBytecode.ts';
import { openTimelockAbi } from '../src/settlement/abi/openTimelock.ts';
import { openTimelockBytecode } from '../src/settlement/abi/openTimelockBytecode.ts';
import { openTokenAbi } from '../src/settlement/abi/openToken.ts';
import { openTokenBytecode } from '../src/settlement/abi/openTokenBytecode.ts';
import { rewardsDistributorAbi } from '../src/settlement/abi/rewardsDistributor.ts';
import { rewardsDistributorBytecode } from '../src/settlement/abi/rewardsDistributorBytecode.ts';
import {
  type ConnectedWallet,
  connectWallet,
  type Deployment,
  type DeploymentProfile,
  datanetIdOf,
  type Eip1193Provider,
  LOCAL_CHAIN_ID,
  modelIdOf,
  openSettlement,
} from '../src/settlement/index.ts';
import { foundryBinary } from './foundryBinary.mjs';

const OPEN = 10n ** 18n;

/**
 * anvil's first account: deploys, owns the sample datanets and models, and is the keeper and arbiter of the local
 * chain.
 */
export const DEVNET_OPERATOR: Address = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';

/** Short enough to watch an epoch settle. */
export const LOCAL_PROFILE: DeploymentProfile = {
  epochSeconds: 60,
  graceSeconds: 15,
  windowSeconds: 30,
  thawSeconds: 120,
};

export interface SampleDatanet {
  readonly slug: string;
  readonly metadataDigest: Hex;
  readonly contributions: readonly {
    readonly contributor: Address;
    readonly rowsRoot: Hex;
    readonly headerDigest: Hex;
    readonly rowCount: number;
  }[];
}

export interface SampleModel {
  readonly slug: string;
  /** Slugs of its datanets. */
  readonly datanets: readonly string[];
  readonly baseModelDigest: Hex;
  readonly specificationDigest: Hex;
  readonly ownerBps: number;
  /** Wei of OPEN per 1,000 generated tokens. */
  readonly price: bigint;
  readonly versions: readonly {
    readonly adapterDigest: Hex;
    readonly manifestDigest: Hex;
    readonly trainSetRoot: Hex;
  }[];
}

export interface StartDevnetParameters {
  /** Folder of the chain's state and of `deployment.json`, for example `.chain`. */
  readonly stateDirectory: string;
  readonly port: number;
  readonly profile?: DeploymentProfile;
  readonly datanets?: readonly SampleDatanet[];
  readonly models?: readonly SampleModel[];
  /** Stops the chain when it aborts. */
  readonly signal?: AbortSignal;
}

export interface Devnet {
  readonly deployment: Deployment;
  /** Signs for `DEVNET_OPERATOR`: give it to the keeper. */
  readonly operator: ConnectedWallet;
  /** Resolves with anvil's exit code when anvil has ended; `stop` ends it. */
  readonly exited: Promise<number | null>;
  /** Ends anvil, which saves its state first. */
  stop(): Promise<void>;
}

/** A JSON-RPC endpoint as a wallet's provider: anvil signs for its own and for impersonated accounts. */
export function rpcProvider(rpcUrl: string): Eip1193Provider {
  const client = createClient({ chain: foundry, transport: http(rpcUrl, { retryCount: 0 }) });
  return { request: (parameters) => client.request(parameters as never) };
}

/** A wallet for one of anvil's accounts, or for an impersonated address. */
export async function anvilWallet(deployment: Deployment, address: Address): Promise<ConnectedWallet> {
  const upstream = rpcProvider(deployment.rpcUrl);
  const request: Eip1193Provider['request'] = async (parameters) =>
    parameters.method === 'eth_accounts' ? [address] : upstream.request(parameters);
  const wallet = { uuid: address, rdns: 'local.anvil', name: 'anvil', icon: '', provider: { request } };
  return connectWallet({ wallet, deployment, silent: true });
}

async function requireFreePort(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', () =>
      reject(new Error(`Port ${port} is taken by another program. Close it or choose another port.`)),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}

/**
 * anvil rewrites its state in place, so a power failure may leave a truncated file. A readable one is backed up at
 * each start; a damaged one is replaced by the backup. Throws when both are damaged or missing.
 */
function repairState(stateFile: string): void {
  if (!existsSync(stateFile)) return;
  const previous = `${stateFile}.previous`;
  try {
    JSON.parse(readFileSync(stateFile, 'utf8'));
    copyFileSync(stateFile, previous);
  } catch (cause) {
    if (!existsSync(previous))
      throw new Error(`The chain's state ${stateFile} is damaged; delete it to start anew.`, { cause });
    copyFileSync(previous, stateFile);
  }
}

interface Anvil {
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

async function startAnvil(stateFile: string, port: number, rpcUrl: string): Promise<Anvil> {
  await requireFreePort(port);
  repairState(stateFile);
  const child = spawn(
    foundryBinary('anvil'),
    [
      ...['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(LOCAL_CHAIN_ID), '--silent'],
      ...['--hardfork', 'prague', '--state', stateFile, '--state-interval', '5'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-2_000);
  });
  let ended = false;
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      ended = true;
      resolve(code);
    });
  });
  const stop = async (): Promise<void> => {
    if (ended) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await exited;
    clearTimeout(timer);
  };
  // The chain must not outlive this process, however it ends.
  const kill = (): void => void child.kill('SIGTERM');
  process.once('exit', kill);
  void exited.then(() => process.removeListener('exit', kill));

  const client = createClient({ transport: http(rpcUrl, { retryCount: 0, timeout: 1_000 }) });
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    if (ended) {
      throw new Error(`anvil ended at once: ${complaints.trim()}. If it does not read its state, delete ${stateFile}.`);
    }
    try {
      if ((await getChainId(client)) === LOCAL_CHAIN_ID) return { exited, stop };
    } catch {
      // anvil is not listening yet; a lasting failure shows by the loop's bound and by `ended`.
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await stop();
  throw new Error(`anvil did not answer on ${rpcUrl} within 10 seconds.`);
}

/** Changes when any contract changes, so that an old deployment is not mistaken for the current one. */
function codeDigest(profile: DeploymentProfile): Hex {
  const parts = [
    addressBookBytecode,
    datanetRegistryBytecode,
    inferenceEscrowBytecode,
    localFaucetBytecode,
    modelRegistryBytecode,
    multicall3Bytecode,
    openGovernorBytecode,
    openTimelockBytecode,
    openTokenBytecode,
    rewardsDistributorBytecode,
    JSON.stringify(profile),
  ];
  return keccak256(stringToHex(parts.join('\n')));
}

/**
 * Deploys everything from anvil's first account and hands administration to governance: the timelock holds the
 * treasury, the governor proposes to it, and the deployer renounces. The local chain keeps two exceptions: a faucet,
 * and the operator as arbiter of challenges (elsewhere the timelock).
 */
async function deploy(rpcUrl: string, profile: DeploymentProfile): Promise<Omit<Deployment, 'datanets' | 'models'>> {
  const client = createClient({ chain: foundry, transport: http(rpcUrl), pollingInterval: 5 });
  const from = DEVNET_OPERATOR;
  const fromBlock = Number(await client.request({ method: 'eth_blockNumber' }));
  let nonce = Number(await client.request({ method: 'eth_getTransactionCount', params: [from, 'pending'] }));

  const send = async (transaction: { readonly to?: Address; readonly data: Hex }): Promise<void> => {
    const gas = numberToHex(12_000_000);
    const parameters = [{ from, gas, nonce: numberToHex(nonce), ...transaction }];
    nonce += 1;
    const hash = (await client.request({ method: 'eth_sendTransaction', params: parameters as never })) as Hex;
    const { status } = await waitForTransactionReceipt(client, { hash });
    if (status !== 'success') throw new Error(`Deployment transaction ${hash} failed.`);
  };
  const create = async (abi: Abi, bytecode: Hex, args: readonly unknown[]): Promise<Address> => {
    const address = getContractAddress({ from, nonce: BigInt(nonce) });
    await send({ data: encodeDeployData({ abi, bytecode, args }) });
    return address;
  };
  const call = async (to: Address, abi: Abi, functionName: string, args: readonly unknown[]): Promise<void> =>
    send({ to, data: encodeFunctionData({ abi, functionName, args }) });

  const { epochSeconds, graceSeconds, windowSeconds, thawSeconds } = profile;
  const seconds = (value: number): bigint => BigInt(value);
  const openToken = await create(openTokenAbi, openTokenBytecode, [from]);
  const timelock = await create(openTimelockAbi, openTimelockBytecode, [seconds(windowSeconds), from]);
  const governor = await create(openGovernorAbi, openGovernorBytecode, [
    openToken,
    timelock,
    {
      votingDelay: Math.max(1, Math.floor(epochSeconds / 10)),
      votingPeriod: epochSeconds,
      proposalThreshold: 1_000n * OPEN,
      quorumPercent: 1n,
      lateQuorumExtension: Math.max(1, Math.floor(epochSeconds / 10)),
    },
  ]);
  const datanetRegistry = await create(datanetRegistryAbi, datanetRegistryBytecode, [openToken, seconds(epochSeconds)]);
  const modelRegistry = await create(modelRegistryAbi, modelRegistryBytecode, [
    ...[openToken, datanetRegistry, timelock],
    ...[0n, 0n, seconds(epochSeconds)],
  ]);
  const rewardsDistributor = await create(rewardsDistributorAbi, rewardsDistributorBytecode, [
    ...[openToken, from, timelock, seconds(windowSeconds)],
    ...[seconds(windowSeconds * 2 + 1), 100n * OPEN, 5_000],
  ]);
  const inferenceEscrow = await create(inferenceEscrowAbi, inferenceEscrowBytecode, [
    ...[openToken, modelRegistry, rewardsDistributor, timelock],
    ...[seconds(epochSeconds), seconds(graceSeconds), seconds(thawSeconds)],
  ]);
  await call(rewardsDistributor, rewardsDistributorAbi, 'setEscrow', [inferenceEscrow]);
  const multicall3 = await create(multicall3Abi, multicall3Bytecode, []);
  const faucet = await create(localFaucetAbi, localFaucetBytecode, [openToken]);

  await call(openToken, openTokenAbi, 'transfer', [faucet, 100_000_000n * OPEN]);
  await call(openToken, openTokenAbi, 'transfer', [timelock, 800_000_000n * OPEN]);
  for (const role of ['PROPOSER_ROLE', 'CANCELLER_ROLE']) {
    await call(timelock, openTimelockAbi, 'grantRole', [keccak256(stringToHex(role)), governor]);
  }
  await call(timelock, openTimelockAbi, 'renounceRole', [zeroHash, from]);

  const named = { openToken, datanetRegistry, modelRegistry, inferenceEscrow, rewardsDistributor, governor, timelock };
  const entries = Object.entries({ ...named, multicall3 }).map(([name, location]) => ({
    name: stringToHex(name, { size: 32 }),
    location,
  }));
  const addressBook = await create(addressBookAbi, addressBookBytecode, [timelock, entries]);
  const genesis = await getBlock(client, { blockNumber: 0n });
  return {
    chainId: LOCAL_CHAIN_ID,
    chainName: 'Tributary local',
    rpcUrl,
    genesisHash: genesis.hash,
    fromBlock,
    addresses: { ...named, addressBook, multicall3, faucet },
    profile,
  };
}

/** The deployment written earlier, if the chain still has its contracts. */
async function existingDeployment(file: string, rpcUrl: string, digest: Hex): Promise<Deployment | undefined> {
  if (!existsSync(file)) return undefined;
  const stored = JSON.parse(readFileSync(file, 'utf8')) as Deployment & { readonly codeDigest: Hex };
  if (stored.codeDigest !== digest) return undefined;
  const client = createClient({ transport: http(rpcUrl) });
  const genesis = await getBlock(client, { blockNumber: 0n });
  if (genesis.hash !== stored.genesisHash) return undefined;
  const code = await getCode(client, { address: stored.addresses.addressBook });
  const { codeDigest: _, ...deployment } = stored;
  return code === undefined ? undefined : { ...deployment, rpcUrl };
}

/** Impersonates an address and funds its gas: nobody has the sample contributors' keys. */
async function impersonate(deployment: Deployment, address: Address): Promise<ConnectedWallet> {
  const provider = rpcProvider(deployment.rpcUrl);
  await provider.request({ method: 'anvil_impersonateAccount', params: [address] });
  await provider.request({ method: 'anvil_setBalance', params: [address, numberToHex(10n * OPEN)] });
  return anvilWallet(deployment, address);
}

/** Registers what is not on chain yet; a second call does nothing. */
async function registerSamples(
  deployment: Deployment,
  operator: ConnectedWallet,
  datanets: readonly SampleDatanet[],
  models: readonly SampleModel[],
): Promise<void> {
  const settlement = openSettlement({ deployment, wallet: operator });
  const creator = DEVNET_OPERATOR;
  const knownDatanets = new Set((await settlement.datanets()).map(({ id }) => id));
  for (const { slug, metadataDigest, contributions } of datanets) {
    const datanetId = datanetIdOf({ creator, slug });
    if (!knownDatanets.has(datanetId)) await settlement.createDatanet({ slug, metadataDigest });
    const present = new Set((await settlement.contributions({ datanetId })).map(({ headerDigest }) => headerDigest));
    for (const { contributor, ...contribution } of contributions) {
      if (present.has(contribution.headerDigest)) continue;
      const wallet = await impersonate(deployment, contributor);
      await openSettlement({ deployment, wallet }).contribute({ datanetId, ...contribution });
    }
  }
  const knownModels = new Set((await settlement.models()).map(({ id }) => id));
  for (const { slug, datanets: slugs, versions, ...model } of models) {
    const modelId = modelIdOf({ proposer: creator, slug });
    if (!knownModels.has(modelId)) {
      await settlement.proposeModel({
        slug,
        datanets: slugs.map((name) => datanetIdOf({ creator, slug: name })),
        ...model,
      });
    }
    const published = new Set((await settlement.versions({ modelId })).map(({ adapterDigest }) => adapterDigest));
    for (const version of versions) {
      if (!published.has(version.adapterDigest)) await settlement.publishVersion({ modelId, ...version });
    }
  }
}

/**
 * Starts the chain on 127.0.0.1, deploys the contracts unless the state has them, registers the samples that are
 * missing and writes `<stateDirectory>/deployment.json`.
 */
export async function startDevnet(parameters: StartDevnetParameters): Promise<Devnet> {
  const { stateDirectory, port, profile = LOCAL_PROFILE, datanets = [], models = [], signal } = parameters;
  mkdirSync(stateDirectory, { recursive: true });
  const rpcUrl = `http://127.0.0.1:${port}`;
  const anvil = await startAnvil(path.join(stateDirectory, 'state.json'), port, rpcUrl);
  try {
    signal?.throwIfAborted();
    signal?.addEventListener('abort', () => void anvil.stop(), { once: true });
    const file = path.join(stateDirectory, 'deployment.json');
    const digest = codeDigest(profile);
    const base = (await existingDeployment(file, rpcUrl, digest)) ?? (await deploy(rpcUrl, profile));
    const creator = DEVNET_OPERATOR;
    const deployment: Deployment = {
      ...base,
      datanets: datanets.map(({ slug }) => ({ slug, id: datanetIdOf({ creator, slug }) })),
      models: models.map(({ slug, datanets: slugs }) => ({
        slug,
        id: modelIdOf({ proposer: creator, slug }),
        datanets: slugs.map((name) => datanetIdOf({ creator, slug: name })),
      })),
    };
    const operator = await anvilWallet(deployment, DEVNET_OPERATOR);
    await registerSamples(deployment, operator, datanets, models);
    writeFileSync(file, `${JSON.stringify({ ...deployment, codeDigest: digest }, null, 2)}\n`);
    return { deployment, operator, exited: anvil.exited, stop: anvil.stop };
  } catch (error) {
    await anvil.stop();
    throw error;
  }
}
