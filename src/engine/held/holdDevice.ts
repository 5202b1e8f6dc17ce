// The one device that is open, however often it is asked for, lost or exchanged. It knows no model.
import type { TributaryError } from '../../lib/errors.ts';
import type { OpenedBackend } from '../openBackend.ts';
import type { DeviceChoice } from '../service.ts';

export interface DeviceHolder {
  /** The device asked for, or the one that is open when none is named. What was on another device goes with it. */
  open(device?: DeviceChoice): Promise<OpenedBackend>;
  /** The processor where the best device was asked for and cannot be used; `obstacle` says why. Stays until another is asked for. */
  openInstead(obstacle: TributaryError): Promise<OpenedBackend>;
  /** Gives up a device that cannot go on. The next use opens it again. */
  abandon(): void;
}

/**
 * `onGone` is called when what was on the device is gone with it: `exchanged` for another device, or `lost`, where it is to be had again
 * on the same.
 */
export function holdDevice(
  openDevice: (device: DeviceChoice) => Promise<OpenedBackend>,
  onGone: (why: 'exchanged' | 'lost') => void,
): DeviceHolder {
  let held: { readonly device: DeviceChoice; readonly opening: Promise<OpenedBackend> } | undefined;

  /** Remembers what `open` opens for `device`, until it is lost or does not open. The device before it is closed first. */
  function exchange(device: DeviceChoice, open: () => Promise<OpenedBackend>): Promise<OpenedBackend> {
    const before = held?.opening;
    if (before !== undefined) onGone('exchanged');
    const closed = before?.then(
      ({ backend }) => backend.destroy(),
      // It did not open, which was reported to whoever asked for it.
      () => undefined,
    );
    const opening = Promise.resolve(closed).then(open);
    const entry = { device, opening };
    held = entry;
    const forget = (): void => {
      if (held !== entry) return;
      held = undefined;
      onGone('lost');
    };
    opening.then(({ backend }) => backend.lost.then(forget), forget);
    return opening;
  }

  return {
    async open(device) {
      if (held !== undefined && (device === undefined || device === held.device)) return await held.opening;
      const choice = device ?? 'automatic';
      return await exchange(choice, () => openDevice(choice));
    },
    async openInstead(obstacle) {
      return await exchange('automatic', async () => {
        const { backend, report } = await openDevice('processor');
        return { backend, report: { ...report, obstacle: obstacle.serialize() } };
      });
    },
    abandon() {
      const gone = held;
      held = undefined;
      if (gone === undefined) return;
      onGone('lost');
      gone.opening.then(
        ({ backend }) => backend.destroy(),
        // It did not open: there is nothing to close.
        () => undefined,
      );
    },
  };
}
