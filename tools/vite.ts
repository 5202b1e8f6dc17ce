// Vite from a program: builds the app as `vite build` does, or serves its sources as `vite` does.
import path from 'node:path';
import { createServer, type Plugin, type Rolldown, build as viteBuild } from 'vite';
import { createStaticHandler, type ServeParameters } from './serveStatic.ts';

const root = path.dirname(import.meta.dirname);

/** Writes the static app to `dist/`. */
export async function build(): Promise<void> {
  await viteBuild({ root, logLevel: 'warn' });
}

/** The same build, not written. */
export async function buildInMemory(): Promise<Rolldown.RolldownOutput> {
  return (await viteBuild({ root, logLevel: 'error', build: { write: false } })) as Rolldown.RolldownOutput;
}

/** What lies beside the app in the built one's server: folders under a prefix of their own, and JSON made on request. */
function beside({ folders, json }: Pick<ServeParameters, 'folders' | 'json'>): Plugin {
  const handle = createStaticHandler({ folders, json });
  return {
    name: 'tributary:beside',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const pathname = (request.url ?? '/').replace(/[?#].*$/, '');
        const known = pathname in json || Object.keys(folders).some((prefix) => pathname.startsWith(prefix));
        if (known) handle(request, response).catch(next);
        else next();
      });
    },
  };
}

/** Serves the sources with hot reload; resolves with what ends it. The folder at `/` is Vite's own: the sources. */
export async function serveSources({ port, host, folders, json }: ServeParameters): Promise<() => Promise<void>> {
  const { '/': _, ...others } = folders;
  const server = await createServer({
    root,
    logLevel: 'warn',
    clearScreen: false,
    // The stack's own state changes with every block.
    server: { port, host, strictPort: true, watch: { ignored: ['**/.dev/**', '**/.chain/**', '**/contracts/**'] } },
    plugins: [beside({ folders: others, json })],
  });
  await server.listen();
  return () => server.close();
}
