// Puts what is no TypeScript beside the compiled code: the capture script and the Bash grammar.
import { cpSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
mkdirSync(`${root}assets`, { recursive: true });
cpSync(`${root}src/capture/capture.sh`, `${root}assets/capture.sh`);
cpSync(`${root}node_modules/tree-sitter-bash/tree-sitter-bash.wasm`, `${root}assets/tree-sitter-bash.wasm`);
