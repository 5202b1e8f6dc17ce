// Adds to package-lock.json the optional packages of other platforms that a partial registry mirror leaves out when the
// lock is made: without them `npm ci` refuses the lock as out of step. Run it after `npm install` behind such a mirror.
// An entry made here has version, os and cpu but no integrity: the mirror has no bytes to hash.
import { readFileSync, writeFileSync } from 'node:fs';

interface LockEntry {
  version?: string;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const systems = ['android', 'darwin', 'linux', 'win32', 'freebsd', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix'];
const processors: Record<string, string> = {
  amd64: 'x64',
  wasm32: 'wasm32',
  universal: '',
  ia32: 'ia32',
  armv7: 'arm',
};
for (const name of ['x64', 'arm64', 'arm', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el']) processors[name] = name;

function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[-/]/);
  const os = words.find((word) => systems.includes(word));
  const cpu = words.map((word) => processors[word] ?? '').find((word) => word !== '');
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  return {
    ...(os === undefined ? {} : { os: [os] }),
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(libc === undefined ? {} : { libc: [libc] }),
  };
}

const LOCKFILE = 'package-lock.json';
const lock = JSON.parse(readFileSync(LOCKFILE, 'utf8')) as { packages: Record<string, LockEntry> };
let added = 0;
for (const [place, entry] of Object.entries({ ...lock.packages })) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = `${place}/node_modules/${name}`;
    const hoisted = `node_modules/${name}`;
    if (lock.packages[nested] !== undefined || lock.packages[hoisted] !== undefined) continue;
    const exact = /^\d+\.\d+\.\d+/.test(version) ? version : (version.match(/\d+\.\d+\.\d+\S*/)?.[0] ?? version);
    lock.packages[hoisted] = {
      version: exact,
      ...platformOf(name),
      ...(entry.dev === true ? { dev: true } : {}),
      optional: true,
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(LOCKFILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} entries added to ${LOCKFILE}`);
