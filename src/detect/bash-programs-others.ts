/** Programs that move files over the network, build, run code, or run another command. */
import type { ProgramRow } from './bash-program-spec.ts';

export const OTHER_PROGRAMS: readonly ProgramRow[] = [
  // Over the network
  [
    'curl',
    {
      operands: 'none',
      atFiles: true,
      values:
        '-X -H -A -u -m -w -e -b -F -d -x -r -y -Y -C -Q -t -z -U --request --header --user-agent --user --max-time --write-out --referer --cookie --form --data --data-raw --data-binary --data-urlencode --url --proxy --retry --connect-timeout',
      paths: {
        write: '-o -c -D --output --cookie-jar --dump-header --trace --output-dir',
        read: '-T -K -E --upload-file --config --cert --key --cacert --capath --netrc-file',
      },
    },
  ],
  [
    'wget',
    {
      operands: 'none',
      values:
        '-U -t -T -w -Q -e -A -R -D -l --header --user --password --tries --timeout --post-data --method',
      paths: {
        write: '-O -o -a -P --output-document --output-file --directory-prefix',
        read: '-i --input-file --post-file --load-cookies --ca-certificate --certificate --private-key',
      },
    },
  ],
  [
    'scp',
    { operands: 'read', last: 'write', remote: true, values: '-P -o -l -c -J', paths: { read: '-i -F' } },
  ],
  [
    'rsync',
    {
      operands: 'read',
      last: 'write',
      remote: true,
      values: '-e -f --rsh --exclude --include --filter --bwlimit --chmod',
      paths: { read: '--exclude-from --include-from --files-from', write: '--backup-dir --log-file' },
    },
  ],
  [
    'ssh sftp ssh-copy-id autossh',
    {
      operands: 'none',
      stop: true,
      values: '-p -l -o -L -R -D -b -c -J -m -O -Q -W -w -B -e',
      paths: { read: '-i -F -S', write: '-E' },
    },
  ],
  ['ssh-keygen', { operands: 'guess', values: '-t -b -C -N -P -m -n -I -V', paths: { write: '-f' } }],
  ['ssh-add', { operands: 'read', values: '-t' }],
  ['nc ncat netcat telnet ftp ping dig nslookup host', { operands: 'none', paths: { execute: '-e' } }],

  // Programs whose words with a slash are mostly names: images, packages, branches
  [
    'docker podman nerdctl kubectl',
    {
      operands: 'none',
      values: '--name -p -w -u --workdir --user --network --entrypoint -e --env -t --tag',
      paths: { mount: '-v --volume', read: '--env-file -f --file --filename --kubeconfig' },
    },
  ],
  [
    'npm pnpm yarn bun gh glab helm brew apt apt-get dnf yum apk cargo go gem composer',
    {
      operands: 'anchored',
      values: '-m -t --title --body --message',
      paths: { read: '-f --file --filename --kubeconfig --manifest-path', enter: '--prefix --cwd' },
    },
  ],
  [
    'pip pip3 uv poetry',
    {
      operands: 'anchored',
      paths: { read: '-r --requirement -c --constraint -e --editable', write: '-t --target' },
    },
  ],
  [
    'make gmake ninja just',
    {
      operands: 'guess',
      values: '-j -l -o',
      paths: { read: '-f --file --makefile -I' },
      enters: '-C --directory',
    },
  ],
  [
    'gcc g++ cc clang clang++',
    { operands: 'read', values: '-x -std -D -U -l', paths: { write: '-o', read: '-I -L -include' } },
  ],
  ['tsc', { operands: 'read', paths: { read: '-p --project', write: '--outDir --outFile' } }],
  ['crontab', { operands: 'read', values: '-u' }],

  // Code of others
  [
    'python python2 python3 pypy3',
    { first: 'execute', operands: 'guess', firstGivenBy: '-c -m', values: '-c -m -W -X', stop: true },
  ],
  [
    'node nodejs deno tsx ts-node',
    {
      first: 'execute',
      operands: 'guess',
      firstGivenBy: '-e -p --eval --print',
      values: '-e -p --eval --print -C --conditions',
      paths: { execute: '-r --require --import --loader', read: '--env-file' },
      stop: true,
    },
  ],
  [
    'perl ruby php lua Rscript osascript pwsh',
    {
      first: 'execute',
      operands: 'read',
      firstGivenBy: '-e -E -r',
      values: '-e -E -r -M -m -F',
      writesWith: '-i',
      stop: true,
    },
  ],
  [
    'java',
    { operands: 'guess', longDash: true, paths: { execute: '-jar', read: '-cp -classpath --class-path' } },
  ],
  ['source .', { operands: 'none', first: 'execute' }],

  // Commands around commands
  ['nohup setsid command builtin coproc caffeinate unbuffer', { operands: 'none', stop: true, wraps: 0 }],
  ['nice', { operands: 'none', values: '-n --adjustment', stop: true, wraps: 0 }],
  ['ionice', { operands: 'none', values: '-c -n -p --class', stop: true, wraps: 0 }],
  ['stdbuf', { operands: 'none', values: '-i -o -e', stop: true, wraps: 0 }],
  ['exec', { operands: 'none', values: '-a', stop: true, wraps: 0 }],
  ['doas', { operands: 'none', values: '-u -C', stop: true, wraps: 0 }],
  [
    'time',
    { operands: 'none', values: '-f --format', paths: { write: '-o --output' }, stop: true, wraps: 0 },
  ],
  [
    'sudo',
    {
      operands: 'none',
      values: '-u -g -p -C -h -r -t -R -U -T --user --group --prompt --host',
      enters: '-D --chdir',
      stop: true,
      wraps: 0,
    },
  ],
  ['env', { operands: 'none', values: '-u --unset', enters: '-C --chdir', stop: true, wraps: 0 }],
  [
    'xargs parallel',
    {
      operands: 'none',
      values:
        '-I -n -P -L -s -d -E -j --max-args --max-procs --delimiter --replace --max-lines --jobs --process-slot-var',
      paths: { read: '-a --arg-file' },
      stop: true,
      wraps: 0,
    },
  ],
  ['timeout gtimeout', { operands: 'none', values: '-s -k --signal --kill-after', stop: true, wraps: 1 }],
  ['chroot flock', { operands: 'unknown', values: '-w -E --userspec --groups', stop: true, wraps: 1 }],
  ['watch', { operands: 'none', values: '-n --interval', stop: true, wraps: 0 }],
  [
    'strace ltrace',
    { operands: 'none', values: '-e -p -s -u -E', paths: { write: '-o' }, stop: true, wraps: 0 },
  ],
  ['npx bunx pnpx uvx busybox', { operands: 'none', values: '-p --package', stop: true, wraps: 0 }],
];
