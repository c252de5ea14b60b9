/**
 * The launcher that a hook starts: it puts the forwarder into a process session of its own and leaves. A plain background
 * job would die with the hook when the client kills a hook that timed out (docs/client-facts.md).
 */
import { processEnv } from '../platform/env.ts';
import { resolvePaths } from '../platform/paths.ts';
import { startForwarder } from './start.ts';

const env = processEnv();
startForwarder(resolvePaths(env), env);
