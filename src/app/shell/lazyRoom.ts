// A room whose code is fetched when it is first opened, and asked for again after a fetch that failed.
import { type Component, lazy } from 'solid-js';
import { TributaryError } from '../../lib/errors.ts';

/** The component that `load` gives. Shows, inside an error boundary, `APP_ROOM_NOT_FETCHED` when it cannot be had. */
export function lazyRoom(name: string, load: () => Promise<Component>): Component {
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch (cause) {
      throw new TributaryError({
        code: 'APP_ROOM_NOT_FETCHED',
        message: `The code of the room "${name}" could not be fetched.`,
        facts: { room: name },
        hint: 'Try again when the network is back. If Tributary was updated meanwhile, reload the page.',
        cause,
      });
    }
  });
}
