/** The rules as data: which finding a trait or an event of the session is, and how much each weighs. */
import type { Finding, FindingLevel } from '../journal/record.ts';

interface Rule {
  readonly level: FindingLevel;
  readonly why: string;
}

/** Traits of commands that are findings. The other traits are only told. */
export const TRAIT_FINDINGS: Readonly<Record<string, Rule>> = {
  'pipe-to-shell': { level: 'high', why: 'runs what another command printed' },
  'dev-tcp': { level: 'high', why: 'opens a network connection from the shell itself' },
  'metadata-service': { level: 'high', why: 'asks for the credentials of the machine at its cloud' },
  'raw-device-write': { level: 'high', why: 'writes to a disk below its file system' },
  'permissions-bypassed': { level: 'high', why: 'starts an agent that asks for no permission' },
  'telemetry-off': { level: 'high', why: 'switches this recording off' },
  'telemetry-purged': { level: 'high', why: 'erases what was recorded' },
  'chmod-setuid': { level: 'high', why: 'makes a program run with the rights of its owner' },
  'chmod-777': { level: 'medium', why: 'lets every user write' },
  sudo: { level: 'medium', why: 'runs with the rights of another user' },
  'git-push-force': { level: 'medium', why: 'overwrites history on the remote side' },
  'persistent-job': { level: 'medium', why: 'leaves a job behind that starts by itself' },
  'rm-recursive-force': { level: 'low', why: 'removes directories without asking' },
  eval: { level: 'low', why: 'runs text that it has put together' },
};

const SESSION_FINDINGS = {
  'marker-removed': {
    level: 'high',
    why: 'the marker that switches telemetry on was removed in the session',
  },
  'config-changed': { level: 'medium', why: 'settings of Claude Code were changed in the session' },
  'permissions-bypassed': { level: 'high', why: 'the session asks for no permission' },
} as const satisfies Readonly<Record<string, Rule>>;

export type SessionRule = keyof typeof SESSION_FINDINGS;

/** A finding about the session itself, by the name of its rule. `path`: the file it is about. */
export function sessionFinding(rule: SessionRule, path?: string): Finding {
  return { rule, ...SESSION_FINDINGS[rule], ...(path !== undefined && { path }) };
}

const WEIGHTS: Readonly<Record<FindingLevel, number>> = { low: 5, medium: 20, high: 50 };

/** 0 to 100: the sum over the rules found of 5 (low), 20 (medium) or 50 (high), each rule once, at its highest level. */
export function riskScore(findings: readonly Finding[]): number {
  const weights = new Map<string, number>();
  for (const { rule, level } of findings) weights.set(rule, Math.max(weights.get(rule) ?? 0, WEIGHTS[level]));
  return Math.min(
    100,
    [...weights.values()].reduce((sum, weight) => sum + weight, 0),
  );
}

/** The highest level first; findings of one level stay in order. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => WEIGHTS[b.level] - WEIGHTS[a.level]);
}
