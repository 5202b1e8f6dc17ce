// `npm run build`: the static app in dist/, to be served from any folder of any web server or IPFS gateway.
import { build } from './vite.ts';

await build();
console.log('Built dist/.');
