// `npm run dev`: chain, relay and keeper as by `npm start`, and the app by Vite straight from its sources: a change of a component
// or a style shows at once, one of a shader or a worker after a reload. State is kept in .dev/, apart from `npm start`'s.
import path from 'node:path';
import type { Ports } from './localStack.ts';
import { runStack } from './runStack.ts';
import { serveSources } from './vite.ts';

/** Others than those of `npm start`, so that both can run. */
const ports: Ports = { app: 5173, chain: 8546, webSocket: 9111, webRtc: 9112, status: 9113 };

await runStack({
  directory: path.join(path.dirname(import.meta.dirname), '.dev'),
  ports,
  serve: serveSources,
  note: 'Sources are watched. Stop with Ctrl+C; chain, pins and adapters are kept in .dev/.',
});
