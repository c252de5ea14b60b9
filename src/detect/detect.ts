/** Judges one action: where its paths lead, what is remarkable about its command, and how risky that is. */
import { isDeepStrictEqual } from 'node:util';
import type { PathUse } from '../event/path-use.ts';
import type { Finding } from '../journal/record.ts';
import type { BashAnalyser } from './bash-command.ts';
import { bySeverity, riskScore, TRAIT_FINDINGS } from './findings.ts';
import { namesMetadataService } from './network.ts';
import { isDevice } from './resolve-path.ts';
import type { Judgement, Scope, Where } from './scope.ts';
import { sensitivePlace, type SensitiveTouch } from './sensitive.ts';
import type { OwnPlaces } from './sensitive-controls.ts';

/** Most paths and findings that one record holds; the most severe findings are kept. */
const MAX_PATHS = 64;
const MAX_FINDINGS = 64;

export interface Action {
  /** Paths that the tool's input names. */
  readonly uses: readonly PathUse[];
  /** A Bash command. */
  readonly command?: string;
  readonly url?: string;
}

export interface Detection {
  /** Absolute, as named; each once. */
  readonly paths: readonly string[];
  readonly outside_project_scope: boolean;
  /** Ids of sensitive places. */
  readonly sensitive: readonly string[];
  /** The most severe first. */
  readonly findings: readonly Finding[];
  /** 0 to 100. */
  readonly risk_score: number;
  readonly programs: readonly string[];
  /** All traits of the command, also those that are no finding. */
  readonly traits: readonly string[];
  /** Paths of which only the agent's shell knew where they lead: nothing is claimed about them. */
  readonly unresolved: number;
  /** The command was understood as a whole; true without one. */
  readonly parsed: boolean;
}

export interface Detector {
  /** Never throws for any string in the action. */
  detect(action: Action, where: Where): Detection;
}

export interface DetectorDeps {
  readonly bash: BashAnalyser;
  readonly scope: Scope;
  readonly own: OwnPlaces;
}

function outsideFinding({ access }: PathUse, { path, reason, why }: Judgement): Finding {
  const changes = access === 'write' || access === 'execute';
  const grave = changes || reason === 'other-home' || reason === 'symlink';
  const level = grave && reason !== 'temporary' ? 'medium' : 'low';
  return { rule: 'outside-project-scope', level, path, ...(why !== undefined && { why }) };
}

function sensitiveFinding(
  { access }: PathUse,
  { path }: Judgement,
  { name, level }: SensitiveTouch,
): Finding {
  return access === 'write'
    ? { rule: 'sensitive-write', level, path, why: `changes ${name}` }
    : { rule: 'sensitive-read', level, path, why: `looks at ${name}` };
}

/** Puts the parts of this room together. */
export function createDetector({ bash, scope, own }: DetectorDeps): Detector {
  const realOwn: OwnPlaces = {
    home: scope.real(own.home),
    dataDir: scope.real(own.dataDir),
    configDir: scope.real(own.configDir),
  };
  const ownMoved = !isDeepStrictEqual(own, realOwn);
  const touchOf = ({ access }: PathUse, { path, real }: Judgement): SensitiveTouch | undefined =>
    sensitivePlace(path, access, own) ??
    (ownMoved || real !== path ? sensitivePlace(real, access, realOwn) : undefined);
  return {
    detect(action, where) {
      const analysis = action.command === undefined ? undefined : bash.analyse(action.command);
      const uses = [...action.uses, ...(analysis?.uses ?? [])];
      const paths = new Set<string>();
      const sensitive = new Set<string>();
      const findings = new Map<string, Finding>();
      const add = (finding: Finding): void => {
        const key = `${finding.rule} ${finding.path ?? ''}`;
        const other = findings.get(key);
        if (!other || riskScore([finding]) > riskScore([other])) findings.set(key, finding);
      };
      for (const use of uses) {
        if (use.unresolved) continue;
        const judged = scope.judge(use, where);
        if (isDevice(judged.path)) continue;
        paths.add(judged.path);
        if (judged.outside) add(outsideFinding(use, judged));
        const touched = touchOf(use, judged);
        if (!touched) continue;
        add(sensitiveFinding(use, judged, touched));
        sensitive.add(touched.place);
      }
      const traits = new Set(analysis?.traits);
      if (action.url !== undefined && namesMetadataService(action.url)) traits.add('metadata-service');
      for (const trait of traits) {
        const rule = Object.hasOwn(TRAIT_FINDINGS, trait) ? TRAIT_FINDINGS[trait] : undefined;
        if (rule) add({ rule: trait, ...rule });
      }
      const all = bySeverity([...findings.values()]);
      return {
        paths: [...paths].slice(0, MAX_PATHS),
        outside_project_scope: all.some(({ rule }) => rule === 'outside-project-scope'),
        sensitive: [...sensitive],
        findings: all.slice(0, MAX_FINDINGS),
        risk_score: riskScore(all),
        programs: analysis?.programs ?? [],
        traits: [...traits],
        unresolved: uses.filter((use) => use.unresolved).length,
        parsed: analysis?.parsed ?? true,
      };
    },
  };
}
