// The process of a relay, which its parent may kill. Argument: `RelayParameters` as JSON.
import { startRelay } from '../../../nodes/relay/startRelay.ts';

export type Asked = 'status' | 'stop';
export type Told =
  | { readonly kind: 'started'; readonly id: string; readonly addresses: readonly string[] }
  | {
      readonly kind: 'status';
      readonly status: ReturnType<Awaited<ReturnType<typeof startRelay>>['status']>;
      readonly peakBytes: number;
    };

const tell = (told: Told): void => void process.send?.(told);
const relay = await startRelay(JSON.parse(process.argv[2] as string));
process.on('message', async (asked: Asked) => {
  if (asked === 'status') {
    tell({ kind: 'status', status: relay.status(), peakBytes: 1_024 * process.resourceUsage().maxRSS });
    return;
  }
  await relay.stop();
  process.exit(0);
});
// A parent that is gone has nobody to stop it.
process.on('disconnect', () => process.exit(0));
tell({ kind: 'started', id: relay.id, addresses: relay.multiaddrs.filter((address) => address.includes('/ws/')) });
