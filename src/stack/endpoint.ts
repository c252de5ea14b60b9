/** Points the forwarder at the Collector of this stack, unless the user points it elsewhere. */
import { loadConfig, updateConfigFile } from '../config/load.ts';

/** What `export.from` says of an endpoint that we wrote. */
const FROM_UP = 'atel up';

export type EndpointChange =
  | { readonly kind: 'written'; readonly url: string }
  | { readonly kind: 'unchanged'; readonly url: string }
  /** The user's own endpoint stands in the file and stays. */
  | { readonly kind: 'kept'; readonly url: string; readonly from: string | undefined };

/**
 * Writes endpoint and authorization into the configuration file.
 * @throws AtelError input — the file is not valid
 */
export function pointExportAt(configFile: string, url: string, token: string): EndpointChange {
  const { export: current } = loadConfig(configFile);
  const own = current.logs_endpoint ?? (current.from === FROM_UP ? undefined : current.endpoint);
  if (own !== undefined && own !== url) return { kind: 'kept', url: own, from: current.from };
  const authorization = `Bearer ${token}`;
  if (current.endpoint === url && current.headers['authorization'] === authorization)
    return { kind: 'unchanged', url };
  updateConfigFile(configFile, [
    [['export', 'endpoint'], url],
    [['export', 'headers', 'authorization'], authorization],
    [['export', 'from'], FROM_UP],
  ]);
  return { kind: 'written', url };
}
