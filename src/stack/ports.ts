/** Ports of this host: whether one is free, and who holds it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { AtelError, errnoOf } from '../platform/errors.ts';
import { commandOf } from './command-lines.ts';

export interface PortHolder {
  /** Unknown when the process belongs to another user. */
  readonly pid?: number;
  readonly command?: string;
  readonly uid?: number;
}

/** proc_pid_net(5): the state of a listening TCP socket. */
const LISTEN = '0A';

/** Whether something can listen on 127.0.0.1 at this port now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (errnoOf(error) === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });
}

/**
 * @throws AtelError input — the port cannot be had: it is taken (the message names its holder) or blocked
 */
export async function requireFreePort(port: number, purpose: string): Promise<void> {
  const refuse = (why: string, fix: string): never => {
    throw new AtelError('input', `port ${port} ${why}`, { where: purpose, fix });
  };
  const fix = 'choose another port (see `atel up --help`)';
  if (!(await isPortFree(port)))
    refuse(`is taken by ${describeHolder(portHolder(port))}`, `end that program, or ${fix}`);
  if (await isBlockedPort(port)) refuse('is one that HTTP clients do not speak to', fix);
}

/** Ports of other protocols, which the Fetch standard blocks (https://fetch.spec.whatwg.org/#port-blocking). */
async function isBlockedPort(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}`, { method: 'HEAD' });
    return false;
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error && error.cause.message === 'bad port';
  }
}

/** One clause about a holder, for messages. */
export function describeHolder(holder: PortHolder | undefined): string {
  if (holder?.pid !== undefined) return `process ${holder.pid} (${holder.command ?? 'unknown'})`;
  return holder?.uid === undefined ? 'another program' : `a process of uid ${holder.uid}`;
}

/** Who listens on a TCP port; `undefined` when nobody does, or it cannot be told. */
export function portHolder(port: number): PortHolder | undefined {
  return existsSync('/proc/net/tcp') ? holderFromProc(port) : holderFromLsof(port);
}

function holderFromProc(port: number): PortHolder | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    if (!existsSync(table)) continue;
    for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
      // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
      const [, local, , state, , , , uid, , inode] = line.trim().split(/\s+/);
      if (!local?.endsWith(`:${hex}`) || state !== LISTEN || inode === undefined) continue;
      const pid = processWithSocket(inode);
      return pid === undefined ? { uid: Number(uid) } : { pid, command: commandOf(pid) };
    }
  }
  return undefined;
}

function processWithSocket(inode: string): number | undefined {
  const target = `socket:[${inode}]`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => openFilesOf(pid).includes(target));
}

/** Empty for processes that end meanwhile or belong to others. */
function openFilesOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return '';
      }
    });
  } catch {
    return [];
  }
}

function holderFromLsof(port: number): PortHolder | undefined {
  try {
    const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t'];
    const pid = Number.parseInt(
      execFileSync('lsof', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
      10,
    );
    return { pid, command: commandOf(pid) };
  } catch {
    return undefined;
  }
}
