/** Places by which one gains control, of the machine or of what agents do: changing them matters. */
import type { SensitivePlace } from './sensitive-place.ts';

/** Where our own files are; absolute. */
export interface OwnPlaces {
  readonly home: string;
  readonly dataDir: string;
  readonly configDir: string;
}

const MARKER_NAME = '.telemetry-enabled';

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

export const CONTROL_PLACES: readonly SensitivePlace[] = [
  { id: 'telemetry-marker', name: 'the marker that switches telemetry on', at: [MARKER_NAME], write: 'high' },
  { id: 'ssh-config', name: 'SSH configuration', at: ['~/.ssh/', '/etc/ssh/'], write: 'high' },
  {
    id: 'system-accounts',
    name: 'accounts of the system',
    at: ['/etc/shadow', '/etc/shadow-', '/etc/gshadow', '/etc/sudoers', '/etc/sudoers.d/', '/etc/pam.d/'],
    read: 'high',
    write: 'high',
  },
  { id: 'system-accounts', name: 'accounts of the system', at: ['/etc/passwd', '/etc/group'], write: 'high' },
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
