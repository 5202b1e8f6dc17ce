import { ErrorBoundary, Suspense } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { ErrorCard } from '../ui/index.ts';
import { lazyRoom } from './lazyRoom.ts';

let dispose: () => void = () => undefined;
afterEach(() => {
  dispose();
  document.body.replaceChildren();
});

test('a room that could not be fetched says so, and the next try fetches it', async () => {
  let online = false;
  const Room = lazyRoom('factory', async () => {
    if (!online) throw new TypeError('Failed to fetch dynamically imported module');
    return () => <h1>Factory</h1>;
  });
  const root = document.createElement('div');
  document.body.append(root);
  dispose = render(
    () => (
      <ErrorBoundary fallback={(error, reset) => <ErrorCard error={error} onAction={reset} />}>
        <Suspense>
          <Room />
        </Suspense>
      </ErrorBoundary>
    ),
    root,
  );
  await expect.element(page.getByText('This room could not be fetched')).toBeVisible();
  await expect.element(page.getByText('APP_ROOM_NOT_FETCHED')).toBeInTheDocument();
  online = true;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.element(page.getByRole('heading', { name: 'Factory' })).toBeVisible();
});
