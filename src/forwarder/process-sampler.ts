/**
 * CPU and memory of the agents' own processes, sampled in the background; records carry the latest sample, so that no
 * event waits for one.
 */
import pidusage from 'pidusage';

const SAMPLE_INTERVAL_MILLIS = 2_000;
/** A process nobody asked for in this time is not sampled any more. */
const FORGET_MILLIS = 60_000;
const MAX_PIDS = 64;

export interface ProcessUsage {
  /** Percent of one core since the sample before, one decimal. */
  readonly cpu_percent: number;
  /** Resident set in MiB, one decimal. */
  readonly memory_mb: number;
}

export interface ProcessSampler {
  /** The latest sample of a process; asking keeps it being sampled. */
  usage(pid: number): ProcessUsage | undefined;
  stop(): void;
}

/** Starts sampling; the timer does not keep the process alive. */
export function createProcessSampler(now: () => number = Date.now): ProcessSampler {
  const wanted = new Map<number, number>();
  const samples = new Map<number, ProcessUsage>();
  const sample = async (pid: number): Promise<void> => {
    try {
      const { cpu, memory } = await pidusage(pid);
      samples.set(pid, { cpu_percent: oneDecimal(cpu), memory_mb: oneDecimal(memory / 1_048_576) });
    } catch {
      // The process is gone.
      samples.delete(pid);
      wanted.delete(pid);
    }
  };
  const timer = setInterval(() => {
    for (const [pid, asked] of wanted) {
      if (now() - asked > FORGET_MILLIS) {
        wanted.delete(pid);
        samples.delete(pid);
      } else void sample(pid);
    }
  }, SAMPLE_INTERVAL_MILLIS);
  timer.unref();
  return {
    usage(pid) {
      if (!Number.isInteger(pid) || pid <= 0) return undefined;
      const isNew = !wanted.has(pid);
      if (isNew && wanted.size >= MAX_PIDS) return undefined;
      wanted.set(pid, now());
      if (isNew) void sample(pid);
      return samples.get(pid);
    },
    stop() {
      clearInterval(timer);
      pidusage.clear();
    },
  };
}

function oneDecimal(value: number): number {
  return Math.round(value * 10) / 10;
}
