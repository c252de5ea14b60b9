import { describe, expect, it } from 'vitest';
import { sensitivePlace } from '../../src/detect/sensitive.ts';

const own = {
  home: '/home/ann',
  dataDir: '/home/ann/.local/share/agent-telemetry',
  configDir: '/home/ann/.config/agent-telemetry',
};
const HOME = '/home/ann';

describe('sensitive places', () => {
  it.each([
    [`${HOME}/.ssh/id_ed25519`, 'read', 'ssh-keys'],
    [`${HOME}/.ssh`, 'search', 'ssh-keys'],
    [`${HOME}/.ssh/authorized_keys`, 'write', 'ssh-config'],
    ['/root/.ssh/id_rsa', 'read', 'ssh-keys'],
    ['/home/bob/.aws/credentials', 'read', 'cloud-credentials'],
    [`${HOME}/.gnupg/secring.gpg`, 'read', 'gpg-keys'],
    [`${HOME}/.config/gcloud/credentials.db`, 'read', 'cloud-credentials'],
    [`${HOME}/.kube/config`, 'read', 'cloud-credentials'],
    [`${HOME}/.netrc`, 'read', 'access-tokens'],
    ['/work/project/.npmrc', 'read', 'access-tokens'],
    [`${HOME}/.docker/config.json`, 'read', 'access-tokens'],
    [`${HOME}/.config/gh/hosts.yml`, 'read', 'access-tokens'],
    ['/work/project/.env', 'read', 'env-file'],
    ['/work/project/.env.production', 'read', 'env-file'],
    ['/work/project/certs/server.pem', 'read', 'key-file'],
    ['/work/project/id_rsa', 'read', 'private-key'],
    [`${HOME}/.bashrc`, 'write', 'shell-profile'],
    ['/etc/cron.d/job', 'write', 'autostart'],
    ['/etc/shadow', 'read', 'system-accounts'],
    ['/etc/sudoers.d/x', 'write', 'system-accounts'],
    ['/etc/passwd', 'write', 'system-accounts'],
    [`${HOME}/.password-store/bank.gpg`, 'read', 'password-store'],
    [`${HOME}/.mozilla/firefox/x/logins.json`, 'read', 'browser-profile'],
    [`${HOME}/Library/Application Support/Google/Chrome/Default/Cookies`, 'read', 'browser-profile'],
    ['/proc/self/environ', 'read', 'process-secrets'],
    [`${HOME}/.claude/settings.json`, 'write', 'claude-settings'],
    ['/work/project/.claude/settings.local.json', 'write', 'claude-settings'],
    ['/etc/claude-code/managed-settings.json', 'write', 'claude-settings'],
    [`${HOME}/.claude/.credentials.json`, 'read', 'agent-credentials'],
    [`${HOME}/.claude.json`, 'write', 'agent-credentials'],
    ['/work/project/.mcp.json', 'write', 'claude-extensions'],
    ['/work/project/CLAUDE.md', 'write', 'agent-instructions'],
    ['/work/project/.telemetry-enabled', 'write', 'telemetry-marker'],
    ['/work/project/.git/hooks/pre-commit', 'write', 'git-hooks'],
    [`${own.dataDir}/journal/0001.jsonl`, 'write', 'telemetry-data'],
    [`${own.dataDir}/spool/q`, 'read', 'telemetry-data'],
    [`${own.configDir}/config.yaml`, 'write', 'telemetry-config'],
    [`${HOME}/.ss*/id_rsa`, 'read', 'ssh-keys'],
    [`${HOME}/.s[s]h/x`, 'read', 'ssh-keys'],
    [`${HOME}/.s[]s]h/x`, 'read', 'ssh-keys'],
    ['/etc/shad*', 'read', 'system-accounts'],
    ['/work/project/.env*', 'read', 'env-file'],
    ['/work/project/keys/*.pem', 'read', 'key-file'],
  ] as const)('hold %s (%s)', (path, access, place) => {
    expect(sensitivePlace(path, access, own)?.place).toBe(place);
  });

  it.each([
    [`${HOME}/.ssh/id_rsa.pub`, 'read'],
    [`${HOME}/.ssh/known_hosts`, 'read'],
    [`${HOME}/.sshx/id`, 'read'],
    [`${HOME}/.bashrc`, 'read'],
    ['/work/project/.env.example', 'read'],
    ['/work/project/.env/bin/python', 'execute'],
    ['/work/project/src/env.ts', 'read'],
    ['/work/project/certs/fullchain.pem', 'read'],
    ['/work/project/id_mapping.ts', 'read'],
    ['/etc/passwd', 'read'],
    ['/etc/hosts', 'write'],
    ['/work/project/.telemetry-enabled', 'read'],
    ['/work/project/.claude/settings.json', 'read'],
    ['/work/project/CLAUDE.md', 'read'],
    ['/work/project/git/hooks/x', 'write'],
    ['/work/project/*', 'read'],
    [`${HOME}/*ssh/x`, 'read'],
    [`${HOME}/*`, 'read'],
    ['/etc/*', 'read'],
    ['/', 'read'],
    [`${own.dataDir}-other/x`, 'write'],
  ] as const)('do not hold %s (%s)', (path, access) => {
    expect(sensitivePlace(path, access, own)).toBeUndefined();
  });

  it('answer fast for a pattern made to be slow', () => {
    const start = performance.now();
    sensitivePlace(`/home/ann/${'*a'.repeat(2000)}`, 'read', own);
    expect(performance.now() - start).toBeLessThan(500);
  });
});
