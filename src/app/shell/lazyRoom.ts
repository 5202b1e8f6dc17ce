// A room whose code and texts are fetched when it is first opened, and asked for again after a fetch that failed.
import { type Component, lazy } from 'solid-js';
import { TributaryError } from '../../lib/errors.ts';
import { loadTexts } from '../i18n/dictionary.ts';
import type { rooms } from './rooms.ts';

type LazyRoom = Component & { preload(): Promise<unknown> };

/** The component that `load` gives, fetched before it is shown by `preload`. Shows, inside an error boundary, `APP_ROOM_NOT_FETCHED` when it cannot be had. */
export function lazyRoom(name: (typeof rooms)[number]['name'], load: () => Promise<Component>): LazyRoom {
  return lazy(async () => {
    try {
      const [room] = await Promise.all([load(), loadTexts(name)]);
      return { default: room };
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
