// `npm run keeper`: a keeper by itself. It reads where the chain and the relays are from an app's configuration, and its
// private key from the environment. For example
// `KEEPER_PRIVATE_KEY=0x... npm run keeper -- --config https://example.org/config.json --data .keeper`.
import { toTributaryError } from '../../src/lib/errors.ts';
import { keyWallet } from './keyWallet.ts';
import { readSettings } from './readSettings.ts';
import { type KeeperNodeEvent, startKeeper } from './startKeeper.ts';

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
  const { privateKey, ...settings } = await readSettings(process.argv.slice(2), process.env);
  const { deployment } = settings;
  const wallet = keyWallet({ deployment, privateKey });
  const node = await startKeeper({ ...settings, wallet, onEvent: (event) => console.log(line(event)) });
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
