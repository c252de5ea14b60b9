/**
 * What common programs do with their arguments: which operands and options name files, and what happens to those. A
 * program that stands in no table is judged by the looks of its words.
 *
 * Options are listed as the manual spells them, separated by blanks.
 */
import type { PathAccess } from '../event/path-use.ts';

/**
 * What a word is: a path that is used so, `none` (no path: a pattern, a mode, text), `guess` (a path if it looks like
 * one), `anchored` (a path if it starts with `/`, `~` or `.`, since other words with a slash are names there), `rooted`
 * (the same, but for hidden names), or `mount` (a path up to its first colon).
 */
export type Role = PathAccess | 'none' | 'guess' | 'anchored' | 'rooted' | 'mount';

export interface ProgramSpec {
  /** All operands but those that `first` and `last` speak of. */
  readonly operands: Role;
  readonly first?: Role;
  readonly last?: Role;
  /** Options with which the first operand is like the others: `grep -e`. */
  readonly firstGivenBy?: string;
  /** Options whose value is no path. */
  readonly values?: string;
  /** Options whose value is a path. */
  readonly paths?: Readonly<Partial<Record<Role, string>>>;
  /** Options with which the operands are written: `sed -i`. */
  readonly writesWith?: string;
  /** The option that changes the directory for what follows it: `make -C`. */
  readonly enters?: string;
  /** Words like `host:path` name another machine's files. */
  readonly remote?: true;
  /** Values like `@path` or `name=@path` are read. */
  readonly atFiles?: true;
  /** Options end at the first operand. */
  readonly stop?: true;
  /** A single dash starts a long option: `java -jar`. */
  readonly longDash?: true;
  /** The operands after so many are a command of their own: `sudo`, `timeout 5`. */
  readonly wraps?: number;
}

const SPECS = new Map<string, ProgramSpec>();

function define(programs: string, spec: ProgramSpec): void {
  for (const program of programs.split(' ')) SPECS.set(program, spec);
}

/** The table's row for a program, by base name; how unknown ones are treated is `UNKNOWN_PROGRAM`. */
export function programSpec(program: string): ProgramSpec {
  return SPECS.get(program) ?? UNKNOWN_PROGRAM;
}

const UNKNOWN_PROGRAM: ProgramSpec = { operands: 'guess' };

export const SHELLS = new Set('sh bash zsh dash ksh ash fish rbash'.split(' '));
export const INTERPRETERS = new Set(
  'python python2 python3 pypy3 node nodejs deno bun perl ruby php lua Rscript osascript pwsh'.split(' '),
);
export const NETWORK_TOOLS = new Set(
  'curl wget nc ncat netcat socat telnet ftp sftp scp ssh rsync aria2c http https httpie lynx w3m'.split(' '),
);

// Words that are text
define('echo printf tr expr seq basename dirname kill sleep true false : alias hash type umask ulimit', {
  operands: 'none',
});
define('trap logger notify-send say systemctl service launchctl id groups whoami hostname', {
  operands: 'none',
});
define('date', { operands: 'none', values: '-d --date', paths: { read: '-r --reference -f --file' } });
define('which whereis', { operands: 'none' });

// Reading
define('cat tac nl wc rev od xxd hexdump strings file stat base32 md5sum sha1sum sha256sum sha512sum b2sum', {
  operands: 'read',
});
define('shasum md5 cksum cmp diff diff3 sdiff colordiff comm join paste readlink realpath lsattr getfacl', {
  operands: 'read',
  values: '-U --unified -W --width -I -a -1 -2 -d',
});
define('base64', {
  operands: 'read',
  values: '-w --wrap',
  paths: { read: '-i --input', write: '-o --output' },
});
define('head tail', { operands: 'read', values: '-n -c --lines --bytes -s --pid' });
define('less more most bat batcat zcat bzcat xzcat zless pr fold fmt expand column', {
  operands: 'read',
  values: '-p -l -w -s -t -H --language --style --color --paging --line-range -r',
});
define('cut', { operands: 'read', values: '-d -f -c -b --delimiter --fields --characters' });
define('sort', {
  operands: 'read',
  values: '-k -t -S --key --field-separator --parallel',
  paths: { write: '-o --output', read: '-T --temporary-directory --files0-from' },
});
define('uniq', { operands: 'read', last: 'guess', values: '-f -s -w' });
define('ls ll dir vdir exa eza lsd tree', {
  operands: 'read',
  values: '-I --ignore -L -P -w --color --sort',
});
define('du df', { operands: 'read', values: '-d --max-depth -B --exclude -t -x' });
define('jq yq gojq', {
  operands: 'read',
  first: 'none',
  firstGivenBy: '-f --from-file',
  values: '--indent --tab',
  paths: { read: '-f --from-file -L' },
});
define('awk gawk mawk nawk', {
  operands: 'read',
  first: 'none',
  firstGivenBy: '-f --file',
  values: '-F -v --assign --field-separator',
  paths: { read: '-f --file' },
});
define('grep egrep fgrep zgrep rg ag ack ugrep', {
  operands: 'search',
  first: 'none',
  firstGivenBy: '-e -f --regexp --file --files',
  values:
    '-e -A -B -C -m -d -D -g -t -T -j -M --regexp --include --exclude --exclude-dir --glob --type --color --context --max-depth --max-count',
  paths: { read: '-f --file --ignore-file' },
});
define('fd fdfind', {
  operands: 'search',
  first: 'none',
  values: '-e -t -E -d -S --extension --type --exclude --max-depth',
});

// Writing
define('tee sponge rmdir rm unlink srm trash chattr setfacl', { operands: 'write' });
define('shred', { operands: 'write', values: '-n -s --iterations --size' });
define('mkdir', { operands: 'write', values: '-m --mode' });
define('touch truncate', {
  operands: 'write',
  values: '-s --size -d -t --date',
  paths: { read: '-r --reference' },
});
define('chmod chown chgrp', {
  operands: 'write',
  first: 'none',
  firstGivenBy: '--reference',
  paths: { read: '--reference' },
});
define('cp install', {
  operands: 'read',
  last: 'write',
  values: '-m -o -g -S --mode --suffix --backup --owner --group',
  paths: { write: '-t --target-directory' },
});
define('ln', { operands: 'read', last: 'write', values: '-S', paths: { write: '-t --target-directory' } });
define('mv', { operands: 'write', values: '-S --suffix', paths: { write: '-t --target-directory' } });
define('sed gsed', {
  operands: 'read',
  first: 'none',
  firstGivenBy: '-e -f --expression --file',
  values: '-e -l --expression',
  paths: { read: '-f --file' },
  writesWith: '-i --in-place',
});
define('vi vim nvim nano emacs ed ex code subl pico micro', { operands: 'write', values: '-c --cmd -u' });
define('patch', {
  operands: 'write',
  values: '-p -F --strip',
  paths: { read: '-i --input', write: '-o --output' },
  enters: '-d',
});
define('gzip gunzip bzip2 bunzip2 xz unxz zstd compress', { operands: 'write', values: '-S -T' });
define('zip', { operands: 'read', first: 'write', values: '-x -i -n' });
define('unzip', { operands: 'none', first: 'read', values: '-x', paths: { write: '-d' } });
define('dd', { operands: 'none' });
define('mktemp', { operands: 'guess', paths: { write: '-p --tmpdir' } });
define('sqlite3', { operands: 'none', first: 'write', values: '-cmd -separator', longDash: true });

// Over the network
define('curl', {
  operands: 'none',
  atFiles: true,
  values:
    '-X -H -A -u -m -w -e -b -F -d -x -r -y -Y -C -Q -t -z -U --request --header --user-agent --user --max-time --write-out --referer --cookie --form --data --data-raw --data-binary --data-urlencode --url --proxy --retry --connect-timeout',
  paths: {
    write: '-o -c -D --output --cookie-jar --dump-header --trace --output-dir',
    read: '-T -K -E --upload-file --config --cert --key --cacert --capath --netrc-file',
  },
});
define('wget', {
  operands: 'none',
  values: '-U -t -T -w -Q -e -A -R -D -l --header --user --password --tries --timeout --post-data --method',
  paths: {
    write: '-O -o -a -P --output-document --output-file --directory-prefix',
    read: '-i --input-file --post-file --load-cookies --ca-certificate --certificate --private-key',
  },
});
define('scp', {
  operands: 'read',
  last: 'write',
  remote: true,
  values: '-P -o -l -c -J',
  paths: { read: '-i -F' },
});
define('rsync', {
  operands: 'read',
  last: 'write',
  remote: true,
  values: '-e -f --rsh --exclude --include --filter --bwlimit --chmod',
  paths: { read: '--exclude-from --include-from --files-from', write: '--backup-dir --log-file' },
});
define('ssh sftp ssh-copy-id autossh', {
  operands: 'none',
  stop: true,
  values: '-p -l -o -L -R -D -b -c -J -m -O -Q -W -w -B -e',
  paths: { read: '-i -F -S', write: '-E' },
});
define('ssh-keygen', { operands: 'guess', values: '-t -b -C -N -P -m -n -I -V', paths: { write: '-f' } });
define('ssh-add', { operands: 'read', values: '-t' });
define('nc ncat netcat telnet ftp ping dig nslookup host', { operands: 'none', paths: { execute: '-e' } });

// Programs whose words with a slash are mostly names: images, packages, branches
define('docker podman nerdctl kubectl', {
  operands: 'none',
  values: '--name -p -w -u --workdir --user --network --entrypoint -e --env -t --tag',
  paths: { mount: '-v --volume', read: '--env-file -f --file --filename --kubeconfig' },
});
define('npm pnpm yarn bun gh glab helm brew apt apt-get dnf yum apk cargo go gem composer', {
  operands: 'anchored',
  values: '-m -t --title --body --message',
  paths: { read: '-f --file --filename --kubeconfig --manifest-path', enter: '--prefix --cwd' },
});
define('pip pip3 uv poetry', {
  operands: 'anchored',
  paths: { read: '-r --requirement -c --constraint -e --editable', write: '-t --target' },
});
define('make gmake ninja just', {
  operands: 'guess',
  values: '-j -l -o',
  paths: { read: '-f --file --makefile -I' },
  enters: '-C --directory',
});
define('gcc g++ cc clang clang++', {
  operands: 'read',
  values: '-x -std -D -U -l',
  paths: { write: '-o', read: '-I -L -include' },
});
define('tsc', { operands: 'read', paths: { read: '-p --project', write: '--outDir --outFile' } });
define('crontab', { operands: 'read', values: '-u' });

// Code of others
define('python python2 python3 pypy3', {
  first: 'execute',
  operands: 'guess',
  firstGivenBy: '-c -m',
  values: '-c -m -W -X',
  stop: true,
});
define('node nodejs deno tsx ts-node', {
  first: 'execute',
  operands: 'guess',
  firstGivenBy: '-e -p --eval --print',
  values: '-e -p --eval --print -C --conditions',
  paths: { execute: '-r --require --import --loader', read: '--env-file' },
  stop: true,
});
define('perl ruby php lua Rscript osascript pwsh', {
  first: 'execute',
  operands: 'read',
  firstGivenBy: '-e -E -r',
  values: '-e -E -r -M -m -F',
  writesWith: '-i',
  stop: true,
});
define('java', {
  operands: 'guess',
  longDash: true,
  paths: { execute: '-jar', read: '-cp -classpath --class-path' },
});
define('source .', { operands: 'none', first: 'execute' });

// Commands around commands
define('doas nohup setsid command builtin nice ionice stdbuf time coproc exec caffeinate unbuffer', {
  operands: 'none',
  values: '-u -n -c -p -a -i -o -e -C --adjustment --class',
  stop: true,
  wraps: 0,
});
define('sudo', {
  operands: 'none',
  values: '-u -g -p -C -h -r -t -R -U -T --user --group --prompt --host',
  enters: '-D --chdir',
  stop: true,
  wraps: 0,
});
define('env', {
  operands: 'none',
  values: '-u --unset',
  enters: '-C --chdir',
  stop: true,
  wraps: 0,
});
define('xargs parallel', {
  operands: 'none',
  values:
    '-I -n -P -L -s -d -E -j --max-args --max-procs --delimiter --replace --max-lines --jobs --process-slot-var',
  paths: { read: '-a --arg-file' },
  stop: true,
  wraps: 0,
});
define('timeout gtimeout', { operands: 'none', values: '-s -k --signal --kill-after', stop: true, wraps: 1 });
define('chroot flock', { operands: 'unknown', values: '-w -E --userspec --groups', stop: true, wraps: 1 });
define('watch', { operands: 'none', values: '-n --interval', stop: true, wraps: 0 });
define('strace ltrace', {
  operands: 'none',
  values: '-e -p -s -u -E',
  paths: { write: '-o' },
  stop: true,
  wraps: 0,
});
define('npx bunx pnpx uvx busybox', { operands: 'none', values: '-p --package', stop: true, wraps: 0 });
