/** The Resource of each record: who acted, for which session and project, on which host. */
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { AtelRecord } from '../journal/record.ts';
import { cleanAttributes, type RawAttributes } from './attribute-values.ts';
import { RESOURCE } from './semconv.ts';

/** What is the same for every record of this forwarder. */
export interface ResourceBase {
  /** Stable id of this installation: one per host and user. */
  readonly installId: string;
  readonly version: string;
  readonly hostName: string;
  readonly platform: NodeJS.Platform;
  readonly deploymentEnvironment: string;
}

export interface ResourceCache {
  /** The one Resource object of this record's agent, session and project. */
  of(record: AtelRecord): Resource;
}

/** At least the records of a batch, so that one request never holds two objects for the same Resource. */
const MAX_CACHED_RESOURCES = 1024;

/** `os.type` of the semantic conventions, where it is not Node's name. */
const OS_TYPES: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' };

/**
 * Caches Resource objects, the least recently used go first. The serializer groups records by object identity, so
 * equal but distinct objects would each be sent once more.
 */
export function createResourceCache(base: ResourceBase): ResourceCache {
  const cache = new Map<string, Resource>();
  let latest: { readonly own: RawAttributes; readonly resource: Resource } | undefined;
  return {
    of(record) {
      const own = recordAttributes(record);
      // Records of one agent mostly stand together.
      if (latest && isSame(own, latest.own)) return latest.resource;
      const key = JSON.stringify(own);
      const resource = cache.get(key) ?? resourceFromAttributes(cleanAttributes(baseAttributes(base), own));
      cache.delete(key);
      cache.set(key, resource);
      if (cache.size > MAX_CACHED_RESOURCES) cache.delete(cache.keys().next().value ?? key);
      latest = { own, resource };
      return resource;
    },
  };
}

function isSame(one: RawAttributes, other: RawAttributes): boolean {
  return Object.keys(one).every((key) => one[key] === other[key]);
}

function baseAttributes(base: ResourceBase): RawAttributes {
  return {
    [RESOURCE.serviceName]: 'claude-telemetry',
    [RESOURCE.serviceVersion]: base.version,
    [RESOURCE.serviceInstanceId]: base.installId,
    [RESOURCE.hostName]: base.hostName,
    [RESOURCE.osType]: OS_TYPES[base.platform] ?? base.platform,
    [RESOURCE.deploymentEnvironmentName]: base.deploymentEnvironment,
  };
}

function recordAttributes(record: AtelRecord): RawAttributes {
  const { agent_context: agent, session_context: session } = record;
  return {
    [RESOURCE.agentId]: agent?.agent_id,
    [RESOURCE.agentType]: agent?.agent_type,
    [RESOURCE.agentGroup]: agent?.agent_group,
    [RESOURCE.agentRole]: agent?.agent_role,
    [RESOURCE.agentInstanceId]: agent?.instance_id,
    [RESOURCE.sessionId]: session?.session_id ?? record.session_id,
    [RESOURCE.sessionParentId]: session?.parent_session,
    [RESOURCE.sessionRootId]: session?.root_session,
    [RESOURCE.projectName]: record.project_context?.project_name ?? record.project_name,
    [RESOURCE.workflowId]: record.correlation?.workflow_id,
  };
}
