/**
 * Places whose reading or writing matters wherever the project is. A pattern starts with `~/` (below any user's home),
 * with `/` (from the root), or with a name (anywhere); one that ends with `/` means a directory and all below it.
 * `*` stands for any run of characters within one name. The first row that has a level for the access wins.
 */
import type { FindingLevel } from '../journal/record.ts';

export interface SensitivePlace {
  /** Stable name, as in `security.sensitive`. */
  readonly id: string;
  /** What it is, as in "reads …". */
  readonly name: string;
  readonly at: readonly string[];
  /** Patterns of names that are not meant. */
  readonly except?: readonly string[];
  /** Level of a finding by access; absent: none. Reading is any access but writing. */
  readonly read?: FindingLevel;
  readonly write?: FindingLevel;
}

/** Where our own files are; absolute. */
export interface OwnPlaces {
  readonly home: string;
  readonly dataDir: string;
  readonly configDir: string;
}

export const MARKER_NAME = '.telemetry-enabled';

/** Our own files, which an agent has no business with. */
export function ownPlaces(own: OwnPlaces): readonly SensitivePlace[] {
  return [
    {
      id: 'telemetry-data',
      name: 'data of agent-telemetry',
      at: [`${own.dataDir}/`],
      read: 'medium',
      write: 'high',
    },
    {
      id: 'telemetry-config',
      name: 'settings of agent-telemetry',
      at: [`${own.configDir}/`],
      read: 'medium',
      write: 'high',
    },
  ];
}

export const SENSITIVE_PLACES: readonly SensitivePlace[] = [
  {
    id: 'telemetry-marker',
    name: 'the marker that switches telemetry on',
    at: [MARKER_NAME],
    write: 'high',
  },
  {
    id: 'ssh-keys',
    name: 'SSH keys',
    at: ['~/.ssh/', '/etc/ssh/ssh_host_*_key'],
    except: ['*.pub', 'known_hosts', 'known_hosts.old', 'config'],
    read: 'high',
  },
  { id: 'ssh-config', name: 'SSH configuration', at: ['~/.ssh/', '/etc/ssh/'], write: 'high' },
  { id: 'gpg-keys', name: 'GnuPG keys', at: ['~/.gnupg/'], read: 'high', write: 'high' },
  {
    id: 'cloud-credentials',
    name: 'cloud credentials',
    at: [
      '~/.aws/',
      '~/.config/gcloud/',
      '~/.azure/',
      '~/.kube/',
      '~/.oci/',
      '~/.config/doctl/',
      '~/.terraform.d/credentials.tfrc.json',
      '~/.terraformrc',
      '/etc/kubernetes/',
      '/var/run/secrets/',
      '/run/secrets/',
    ],
    read: 'high',
    write: 'high',
  },
  {
    id: 'access-tokens',
    name: 'access tokens',
    at: [
      '.netrc',
      '.npmrc',
      '.pypirc',
      '.git-credentials',
      '.pgpass',
      '.my.cnf',
      '~/.docker/config.json',
      '~/.config/gh/hosts.yml',
      '~/.config/glab-cli/',
      '~/.config/git/credentials',
      '~/.cargo/credentials',
      '~/.cargo/credentials.toml',
      '~/.gem/credentials',
      '~/.m2/settings.xml',
      '~/.gradle/gradle.properties',
      '~/.vault-token',
      '~/.config/pip/pip.conf',
      '~/.config/rclone/rclone.conf',
    ],
    read: 'high',
    write: 'high',
  },
  {
    id: 'agent-credentials',
    name: 'credentials of agents',
    at: ['~/.claude/.credentials.json', '~/.claude.json', '~/.codex/auth.json', '~/.gemini/oauth_creds.json'],
    read: 'high',
    write: 'high',
  },
  {
    id: 'password-store',
    name: 'a password store',
    at: [
      '~/.password-store/',
      '~/.local/share/keyrings/',
      '~/Library/Keychains/',
      '~/.config/1Password/',
      '~/.config/Bitwarden/',
      '~/.config/keepassxc/',
      '*.kdbx',
    ],
    read: 'high',
    write: 'high',
  },
  {
    id: 'browser-profile',
    name: 'a browser profile',
    at: [
      '~/.mozilla/',
      '~/.config/google-chrome/',
      '~/.config/chromium/',
      '~/.config/BraveSoftware/',
      '~/.config/microsoft-edge/',
      '~/snap/firefox/',
      '~/Library/Application Support/Google/Chrome/',
      '~/Library/Application Support/Firefox/',
    ],
    read: 'high',
    write: 'high',
  },
  {
    id: 'env-file',
    name: 'an environment file',
    at: ['.env', '.env.*', '*.env', '.envrc'],
    except: ['*.example', '*.sample', '*.template', '*.dist', '*.defaults', '*.d.ts'],
    read: 'medium',
    write: 'low',
  },
  {
    id: 'private-key',
    name: 'a private key',
    at: ['id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519', 'id_ecdsa_sk', 'id_ed25519_sk', '/etc/ssl/private/'],
    read: 'high',
    write: 'high',
  },
  {
    id: 'key-file',
    name: 'a key file',
    at: ['*.pem', '*.key', '*.p12', '*.pfx', '*.jks', '*.keystore'],
    except: ['*cert.pem', '*chain.pem', 'ca.pem', 'cacert.pem', 'ca-*.pem', '*.pub.pem', '*bundle.pem'],
    read: 'medium',
    write: 'medium',
  },
  {
    id: 'system-accounts',
    name: 'accounts of the system',
    at: ['/etc/shadow', '/etc/shadow-', '/etc/gshadow', '/etc/sudoers', '/etc/sudoers.d/', '/etc/pam.d/'],
    read: 'high',
    write: 'high',
  },
  { id: 'system-accounts', name: 'accounts of the system', at: ['/etc/passwd', '/etc/group'], write: 'high' },
  { id: 'process-secrets', name: 'the environment of a process', at: ['/proc/*/environ'], read: 'high' },
  {
    id: 'process-secrets',
    name: 'the memory of a process',
    at: ['/proc/*/mem', '/dev/mem', '/dev/kmem'],
    read: 'high',
    write: 'high',
  },
  {
    id: 'shell-profile',
    name: 'a shell profile',
    at: [
      '~/.bashrc',
      '~/.bash_profile',
      '~/.bash_login',
      '~/.bash_logout',
      '~/.profile',
      '~/.zshrc',
      '~/.zshenv',
      '~/.zprofile',
      '~/.zlogin',
      '~/.kshrc',
      '~/.config/fish/',
      '/etc/profile',
      '/etc/profile.d/',
      '/etc/bash.bashrc',
      '/etc/environment',
      '/etc/zsh/',
    ],
    write: 'high',
  },
  {
    id: 'shell-history',
    name: 'a shell history',
    at: ['~/.bash_history', '~/.zsh_history', '~/.python_history', '~/.psql_history', '~/.mysql_history'],
    read: 'medium',
    write: 'medium',
  },
  {
    id: 'autostart',
    name: 'a job that starts by itself',
    at: [
      '/etc/crontab',
      '/etc/cron.d/',
      '/etc/cron.hourly/',
      '/etc/cron.daily/',
      '/etc/cron.weekly/',
      '/etc/cron.monthly/',
      '/var/spool/cron/',
      '/etc/systemd/',
      '/lib/systemd/',
      '~/.config/systemd/',
      '~/.config/autostart/',
      '~/Library/LaunchAgents/',
      '/Library/LaunchDaemons/',
      '/etc/ld.so.preload',
      '/etc/rc.local',
    ],
    write: 'high',
  },
  {
    id: 'claude-settings',
    name: 'settings of Claude Code',
    at: [
      '.claude/settings.json',
      '.claude/settings.local.json',
      '/etc/claude-code/',
      '/Library/Application Support/ClaudeCode/',
    ],
    write: 'high',
  },
  {
    id: 'claude-extensions',
    name: 'hooks, agents, commands or servers of Claude Code',
    at: [
      '.mcp.json',
      '.claude/hooks/',
      '.claude/agents/',
      '.claude/commands/',
      '.claude/skills/',
      '~/.claude/plugins/',
    ],
    write: 'medium',
  },
  {
    id: 'agent-instructions',
    name: 'standing instructions of agents',
    at: ['CLAUDE.md', 'CLAUDE.local.md', 'AGENTS.md'],
    write: 'low',
  },
  {
    id: 'git-hooks',
    name: 'hooks of git',
    at: ['.git/hooks/', '.husky/', '.git/config', '~/.gitconfig', '~/.config/git/config'],
    write: 'medium',
  },
];
