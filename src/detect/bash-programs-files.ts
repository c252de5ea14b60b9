/** Programs that read and write the files they are given, and some that take only text. */
import type { ProgramRow } from './bash-program-spec.ts';

export const FILE_PROGRAMS: readonly ProgramRow[] = [
  // Words that are text
  [
    'echo printf tr expr seq basename dirname kill sleep true false : alias hash type umask ulimit',
    { operands: 'none' },
  ],
  ['trap logger notify-send say systemctl service launchctl id groups whoami hostname', { operands: 'none' }],
  ['date', { operands: 'none', values: '-d --date', paths: { read: '-r --reference -f --file' } }],
  ['which whereis', { operands: 'none' }],

  // Reading
  [
    'cat tac nl wc rev od xxd hexdump strings file stat base32 md5sum sha1sum sha256sum sha512sum b2sum',
    { operands: 'read' },
  ],
  [
    'shasum md5 cksum cmp diff diff3 sdiff colordiff comm join paste readlink realpath lsattr getfacl',
    { operands: 'read', values: '-U --unified -W --width -I -a -1 -2 -d' },
  ],
  ['base64', { operands: 'read', values: '-w --wrap', paths: { read: '-i --input', write: '-o --output' } }],
  ['head tail', { operands: 'read', values: '-n -c --lines --bytes -s --pid' }],
  [
    'less more most bat batcat zcat bzcat xzcat zless pr fold fmt expand column',
    { operands: 'read', values: '-p -l -w -s -t -H --language --style --color --paging --line-range -r' },
  ],
  ['cut', { operands: 'read', values: '-d -f -c -b --delimiter --fields --characters' }],
  [
    'sort',
    {
      operands: 'read',
      values: '-k -t -S --key --field-separator --parallel',
      paths: { write: '-o --output', read: '-T --temporary-directory --files0-from' },
    },
  ],
  ['uniq', { operands: 'read', last: 'guess', values: '-f -s -w' }],
  ['ls ll dir vdir exa eza lsd tree', { operands: 'read', values: '-I --ignore -L -P -w --color --sort' }],
  ['du df', { operands: 'read', values: '-d --max-depth -B --exclude -t -x' }],
  [
    'jq yq gojq',
    {
      operands: 'read',
      first: 'none',
      firstGivenBy: '-f --from-file',
      values: '--indent --tab',
      paths: { read: '-f --from-file -L' },
    },
  ],
  [
    'awk gawk mawk nawk',
    {
      operands: 'read',
      first: 'none',
      firstGivenBy: '-f --file',
      values: '-F -v --assign --field-separator',
      paths: { read: '-f --file' },
    },
  ],
  [
    'grep egrep fgrep zgrep rg ag ack ugrep',
    {
      operands: 'search',
      first: 'none',
      firstGivenBy: '-e -f --regexp --file --files',
      values:
        '-e -A -B -C -m -d -D -g -t -T -j -M --regexp --include --exclude --exclude-dir --glob --type --color --context --max-depth --max-count',
      paths: { read: '-f --file --ignore-file' },
    },
  ],
  [
    'fd fdfind',
    { operands: 'search', first: 'none', values: '-e -t -E -d -S --extension --type --exclude --max-depth' },
  ],

  // Writing
  ['tee sponge rmdir rm unlink srm trash chattr setfacl', { operands: 'write' }],
  ['shred', { operands: 'write', values: '-n -s --iterations --size' }],
  ['mkdir', { operands: 'write', values: '-m --mode' }],
  [
    'touch truncate',
    { operands: 'write', values: '-s --size -d -t --date', paths: { read: '-r --reference' } },
  ],
  [
    'chmod chown chgrp',
    { operands: 'write', first: 'none', firstGivenBy: '--reference', paths: { read: '--reference' } },
  ],
  [
    'cp install',
    {
      operands: 'read',
      last: 'write',
      values: '-m -o -g -S --mode --suffix --backup --owner --group',
      paths: { write: '-t --target-directory' },
    },
  ],
  ['ln', { operands: 'read', last: 'write', values: '-S', paths: { write: '-t --target-directory' } }],
  ['mv', { operands: 'write', values: '-S --suffix', paths: { write: '-t --target-directory' } }],
  [
    'sed gsed',
    {
      operands: 'read',
      first: 'none',
      firstGivenBy: '-e -f --expression --file',
      values: '-e -l --expression',
      paths: { read: '-f --file' },
      writesWith: '-i --in-place',
    },
  ],
  ['vi vim nvim nano emacs ed ex code subl pico micro', { operands: 'write', values: '-c --cmd -u' }],
  [
    'patch',
    {
      operands: 'write',
      values: '-p -F --strip',
      paths: { read: '-i --input', write: '-o --output' },
      enters: '-d',
    },
  ],
  ['gzip gunzip bzip2 bunzip2 xz unxz zstd compress', { operands: 'write', values: '-S -T' }],
  ['zip', { operands: 'read', first: 'write', values: '-x -i -n' }],
  ['unzip', { operands: 'none', first: 'read', values: '-x', paths: { write: '-d' } }],
  ['dd', { operands: 'none' }],
  ['mktemp', { operands: 'guess', paths: { write: '-p --tmpdir' } }],
  ['sqlite3', { operands: 'none', first: 'write', values: '-cmd -separator', longDash: true }],
];
