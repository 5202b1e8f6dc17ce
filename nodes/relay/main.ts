// `npm run relay`: a relay by itself. Settings by environment or arguments, for example
// `npm run relay -- --host 0.0.0.0 --web-socket-port 9101 --data .relay`.
import { parseArgs } from 'node:util';
import { toTributaryError } from '../../src/lib/errors.ts';
import { startRelay } from './startRelay.ts';

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string', default: '.relay' },
    'web-socket-port': { type: 'string', default: '9101' },
    'web-rtc-port': { type: 'string', default: '9102' },
    'status-port': { type: 'string', default: '9103' },
    announce: { type: 'string', multiple: true, default: [] },
    'mebibytes-per-author': { type: 'string', default: '256' },
    'mebibytes-per-address': { type: 'string' },
    'mebibytes-in-total': { type: 'string', default: '8192' },
    'connections-per-address': { type: 'string', default: '128' },
  },
});

const perAddress = values['mebibytes-per-address'];

try {
  const relay = await startRelay({
    dataDirectory: values.data,
    host: values.host,
    webSocketPort: Number(values['web-socket-port']),
    webRtcPort: Number(values['web-rtc-port']),
    statusPort: Number(values['status-port']),
    announce: values.announce,
    bytesPerOwner: Number(values['mebibytes-per-author']) * 2 ** 20,
    bytesInTotal: Number(values['mebibytes-in-total']) * 2 ** 20,
    bytesPerAddress: perAddress === undefined ? undefined : Number(perAddress) * 2 ** 20,
    connectionsPerAddress: Number(values['connections-per-address']),
    onEvent: (event) =>
      console.log(
        event.kind === 'pinned'
          ? `kept ${event.what} ${event.cid}`
          : `${event.kind === 'later' ? 'not kept yet:' : 'refused'} ${event.what} ${event.cid}: ${event.code}, ${event.message}`,
      ),
  });
  console.log(
    `Relay ${relay.id}\n${relay.multiaddrs.map((address) => `  ${address}`).join('\n')}\nStatus ${relay.statusUrl}\nStop with Ctrl+C.`,
  );
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await relay.stop();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
} catch (error) {
  const { code, message, hint } = toTributaryError(error);
  console.error(`The relay did not start (${code}): ${message} ${hint}`);
  process.exit(1);
}
