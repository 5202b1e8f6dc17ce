// The one open device: opened on first use, replaced when another is requested, reopened after a loss. Knows no model.
import type { TributaryError } from '../../lib/errors.ts';
import type { OpenedBackend } from '../openBackend.ts';
import type { DeviceChoice } from '../service.ts';

/** `replaced` by another device, or `lost`: then the next use reopens it. */
export type DeviceEnd = 'replaced' | 'lost';

export interface DeviceManager {
  /** The requested device; by default the open one, or the best. Requesting another closes the open one. */
  open(device?: DeviceChoice): Promise<OpenedBackend>;
  /** Opens the CPU in place of a device that computes wrongly; `obstacle` goes into its report. It stays until another is requested. */
  fallbackToCpu(obstacle: TributaryError): Promise<OpenedBackend>;
  /** Closes a device that refuses all further work. The next use reopens it. */
  abandon(): void;
}

/** `onEnd` is called when the open device, and everything on it, is gone. */
export function createDeviceManager(
  openDevice: (device: DeviceChoice) => Promise<OpenedBackend>,
  onEnd: (end: DeviceEnd) => void,
): DeviceManager {
  let current: { readonly device: DeviceChoice; readonly opening: Promise<OpenedBackend> } | undefined;

  // A failure to open was reported to its caller, and leaves nothing to close.
  const close = (opening: Promise<OpenedBackend>): Promise<void> =>
    opening.then(
      ({ backend }) => backend.destroy(),
      () => undefined,
    );

  /** Closes the open device, then opens another, which stays current until it is lost or fails to open. */
  function replace(device: DeviceChoice, open: () => Promise<OpenedBackend>): Promise<OpenedBackend> {
    const previous = current?.opening;
    if (previous !== undefined) onEnd('replaced');
    const opening = (previous === undefined ? Promise.resolve() : close(previous)).then(open);
    const entry = { device, opening };
    current = entry;
    const end = (): void => {
      if (current !== entry) return;
      current = undefined;
      onEnd('lost');
    };
    opening.then(({ backend }) => backend.lost.then(end), end);
    return opening;
  }

  return {
    async open(device) {
      if (current !== undefined && (device === undefined || device === current.device)) return await current.opening;
      const choice = device ?? 'automatic';
      return await replace(choice, () => openDevice(choice));
    },
    async fallbackToCpu(obstacle) {
      return await replace('automatic', async () => {
        const { backend, report } = await openDevice('cpu');
        return { backend, report: { ...report, obstacle: obstacle.serialize() } };
      });
    },
    abandon() {
      if (current === undefined) return;
      const { opening } = current;
      current = undefined;
      onEnd('lost');
      void close(opening);
    },
  };
}
