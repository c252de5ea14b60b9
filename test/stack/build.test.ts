import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ensurePart } from '../../src/stack/build.ts';
import { cachedBinary, findPart } from '../../src/stack/find.ts';
import { buildKey, COLLECTOR, LOKI } from '../../src/stack/parts.ts';
import { createProgress } from '../../src/stack/progress.ts';

const root = mkdtempSync(join(tmpdir(), 'atel-'));
const cacheDir = join(root, 'cache');
const bin = join(root, 'bin');
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
});

/** Puts a program on the PATH of this test, in place of one that takes minutes. */
function install(name: string, script: string): void {
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function deps() {
  const lines: string[] = [];
  const progress = createProgress({ write: (text: string) => lines.push(text) });
  return { cacheDir, env: { PATH: `${bin}:/usr/bin:/bin` }, progress, lines };
}

/** A `go build` that makes a program which says that it is Loki. */
const GO = `echo run >> ${root}/runs; sleep 0.5
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\necho "loki, version 3.7.8 (branch)"\\n' > "$2"; chmod +x "$2"`;

describe('a part that is not there', () => {
  it('is built once, by whoever comes first, though several want it', async () => {
    install('go', GO);
    const all = await Promise.all([1, 2, 3].map(() => ensurePart(LOKI, deps())));
    expect(readFileSync(join(root, 'runs'), 'utf8')).toBe('run\n');
    for (const found of all)
      expect(found).toEqual({ binary: cachedBinary(LOKI, cacheDir), version: '3.7.8', from: 'cache' });
    expect(readdirSync(join(cacheDir, 'bin'))).toEqual([`loki-${buildKey(LOKI)}`]);
  });

  it('leaves nothing but its log when the build fails, and says where that is', async () => {
    install('go', 'echo "proxy: connection refused" >&2; exit 1');
    await expect(ensurePart(LOKI, deps())).rejects.toMatchObject({
      kind: 'unreachable',
      message: `building Loki failed while compiling: proxy: connection refused; see ${cacheDir}/build-loki.log`,
    });
    expect(readdirSync(join(cacheDir, 'bin'))).toEqual([]);
    expect(statSync(join(cacheDir, 'build-loki.log')).mode & 0o777).toBe(0o600);
  });

  it('is built over what a build that was cut off, or a program that broke, has left', async () => {
    install('go', GO);
    const binary = cachedBinary(LOKI, cacheDir);
    const work = join(cacheDir, 'bin', `.loki-${buildKey(LOKI)}.work`);
    for (const directory of [dirname(binary), work]) {
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'loki'), 'half a program');
    }
    expect(await ensurePart(LOKI, deps())).toMatchObject({ binary, version: '3.7.8' });
    expect(existsSync(work)).toBe(false);
  });

  it('is not taken for built when what came out does not work', async () => {
    install('go', GO.replace('3.7.8', '').replace('loki, version', 'hello'));
    await expect(ensurePart(LOKI, deps())).rejects.toMatchObject({ kind: 'unreachable' });
    expect(existsSync(cachedBinary(LOKI, cacheDir))).toBe(false);
  });

  it('is an error that names the ways out when there is no Go', async () => {
    const { env: _, ...rest } = deps();
    await expect(ensurePart(LOKI, { ...rest, env: { PATH: '/nowhere' } })).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/^Loki is neither on PATH.*install Go.*docker compose/),
    });
  });
});

describe('a part on PATH', () => {
  it('is taken before the cache, and one that only has the name is refused with the reason', async () => {
    install('loki', 'echo "LOKI, Version 2.4.7_4, 03-Oct-2023"');
    const refused: string[] = [];
    const env = { PATH: bin };
    const look = () =>
      findPart(LOKI, { cacheDir, env }, (path, problem) => refused.push(`${path} ${problem}`));
    expect(await look()).toBeUndefined();
    expect(refused).toEqual([`${join(bin, 'loki')} is not Loki`]);
    install('loki', 'echo "loki, version 3.7.9 (branch)"');
    expect(await look()).toEqual({ binary: join(bin, 'loki'), version: '3.7.9', from: 'PATH' });
  });

  it('needs no Go', async () => {
    install('loki', 'echo "loki, version 3.7.9 (branch)"');
    const { cacheDir: cache, progress } = deps();
    expect(await ensurePart(LOKI, { cacheDir: cache, progress, env: { PATH: bin } })).toMatchObject({
      from: 'PATH',
    });
  });

  it('is refused when it does not take our settings, with the last that it said', async () => {
    install(
      'loki',
      `case "$ATEL_LOKI_PORT $*" in
         [0-9]*-verify-config*) echo 'level=info'; echo 'field x not found' >&2; exit 1 ;;
       esac
       echo "loki, version 3.7.9 (branch)"`,
    );
    const refused: string[] = [];
    const note = (path: string, problem: string) => refused.push(`${path} ${problem}`);
    expect(await findPart(LOKI, { cacheDir, env: { PATH: bin } }, note)).toBeUndefined();
    expect(refused).toEqual([`${join(bin, 'loki')} field x not found`]);
  });

  it('is not looked for in relative entries, which whoever owns the directory could fill', async () => {
    install('loki', 'echo "loki, version 3.7.9"');
    expect(await findPart(LOKI, { cacheDir, env: { PATH: '.:bin::' } })).toBeUndefined();
  });
});

describe('the key of a build', () => {
  it('changes with the pins and the platform, and with nothing else', () => {
    const home = join(root, 'loki');
    cpSync(LOKI.home, home, { recursive: true });
    const copy = { ...LOKI, home };
    expect(buildKey(copy)).toBe(buildKey(LOKI));
    writeFileSync(join(home, 'loki.yaml'), 'other settings');
    expect(buildKey(copy)).toBe(buildKey(LOKI));
    expect(buildKey(copy, 'plan9-mips')).not.toBe(buildKey(LOKI));
    writeFileSync(join(home, 'go.sum'), 'other sums');
    expect(buildKey(copy)).not.toBe(buildKey(LOKI));
    expect(buildKey(COLLECTOR)).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('progress', () => {
  it('is a line for each step and another twice a minute where there is no terminal', () => {
    let now = 0;
    const lines: string[] = [];
    const progress = createProgress({ write: (text: string) => lines.push(text) }, () => now);
    for (; now <= 61_000; now += 1000) progress.step('compiling');
    progress.step('linking');
    progress.done('built');
    expect(lines).toEqual(['compiling\n', 'compiling 30 s\n', 'compiling 60 s\n', 'linking\n', 'built\n']);
  });

  it('renews one line on a terminal and leaves it empty', () => {
    let now = 0;
    const written: string[] = [];
    const progress = createProgress({ isTTY: true, write: (text: string) => written.push(text) }, () => now);
    progress.step('compiling');
    now = 5000;
    progress.step('compiling');
    progress.done();
    expect(written.join('')).toBe('compiling\r\u001b[Kcompiling 5 s\r\u001b[K');
  });
});
