// Compares the documentation of the repository with the files that git tracks: every entry of the annotated tree at the end of
// README.md must exist and have a description, every folder at the levels that the tree shows must be in it, and every path in
// backticks on a page of docs/ must exist.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n');
const folders = new Set(
  tracked.flatMap((file) =>
    file
      .split('/')
      .slice(0, -1)
      .map((_, depth, parts) => `${parts.slice(0, depth + 1).join('/')}/`),
  ),
);

const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const block = readme.match(/```tree\n([\s\S]*?)```/)?.[1];
if (block === undefined) throw new Error('README.md has no ```tree block.');

const problems: string[] = [];
const listed = new Set<string>();
const stack: string[] = [];
for (const line of block.split('\n').filter((text) => text.trim() !== '')) {
  const [, indent = '', name = '', clause = ''] = line.match(/^( *)(\S+)\s*(.*)$/) ?? [];
  stack.length = indent.length / 2;
  const entry = `${stack.join('')}${name}`;
  if (name.endsWith('/')) stack.push(name);
  listed.add(entry);
  if (clause === '') problems.push(`${entry} has no clause`);
  if (!(name.endsWith('/') ? folders.has(entry) : tracked.includes(entry)))
    problems.push(`${entry} is in the tree of README.md but not in the repository`);
}
/** Folders whose children the tree shows. */
const opened = [...new Set([...listed].map((entry) => entry.replace(/[^/]+\/?$/, '')))];
for (const folder of folders) {
  const parent = folder.replace(/[^/]+\/$/, '');
  if (opened.includes(parent) && !listed.has(folder)) problems.push(`${folder} is not in the tree of README.md`);
}

/** A path of the source: `src/engine/gguf`, `tools/genAbi.ts`; `X.t.sol` stands for any name. */
const pathInText = /`((?:src|test|tools|nodes|workers|contracts|bench|public|docs)\/[\w./-]*)`/g;
for (const page of tracked.filter((file) => /^(docs\/)?[\w-]+\.md$/.test(file))) {
  const text = readFileSync(path.join(root, page), 'utf8');
  for (const [, named = ''] of text.matchAll(pathInText)) {
    if (/\/x\.[^/]*$/i.test(named)) continue;
    const folder = named.endsWith('/') ? named : `${named}/`;
    if (!tracked.includes(named) && !folders.has(folder)) problems.push(`${page} names ${named}, which does not exist`);
  }
}
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
