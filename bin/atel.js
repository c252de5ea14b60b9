#!/usr/bin/env node
// Entry point of the CLI. Plain JavaScript that an old Node can parse: in a checkout whose system Node is too
// old, the `node` package among the dev dependencies takes over; elsewhere the reason is said in one line.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  await import('../dist/cli/main.js');
} else {
  const ownNode = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  if (existsSync(ownNode)) {
    const run = spawnSync(ownNode, process.argv.slice(1), { stdio: 'inherit' });
    process.exitCode = run.status ?? 70;
  } else {
    process.stderr.write(`atel: Node ${process.versions.node} is too old: install Node 22.18 or newer\n`);
    process.exitCode = 3;
  }
}
