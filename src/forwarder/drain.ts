/** Runs delivery beside the intake: one request in flight, never waited for, so that a slow endpoint delays no event. */
import { setTimeout as sleep } from 'node:timers/promises';
import { compact } from '../event/compact.ts';
import type { DeliveryStep } from '../otlp/deliver.ts';
import { messageOf } from '../platform/errors.ts';
import type { Counters } from './own-records.ts';
import type { Outbound } from './outbound.ts';

export interface Drain {
  /** Starts the next request if none is in flight; true when something was delivered since the last call. */
  advance(): boolean;
  /** What a heartbeat tells of delivery. */
  describe(): Readonly<Record<string, unknown>>;
  /** Delivers what is left, until nothing is, delivery fails, or the time is up. */
  finish(millis: number): Promise<void>;
  /** Breaks off what is under way: nothing is read or journaled from here any more when it returns. */
  stop(): Promise<void>;
}

/** Builds the drain of one leadership. */
export function createDrain({ delivery, exporter }: Outbound, counters: Counters): Drain {
  let running: Promise<DeliveryStep | undefined> | undefined;
  let delivered = false;
  const stopping = new AbortController();
  let fault: string | undefined;

  const step = async (): Promise<DeliveryStep | undefined> => {
    try {
      const done = await delivery.step();
      fault = undefined;
      if (done.kind === 'sent') {
        delivered = true;
        counters.sent += done.records;
      }
      return done;
    } catch (error) {
      // A journal that cannot be read is a matter for `verify`; intake goes on.
      fault = messageOf(error);
      return undefined;
    }
  };
  const isProgress = (done: DeliveryStep | undefined): boolean =>
    done?.kind === 'sent' || done?.kind === 'set_aside' || done?.kind === 'narrowed';
  const run = async (): Promise<DeliveryStep | undefined> => {
    let done = stopping.signal.aborted ? undefined : await step();
    while (!stopping.signal.aborted && isProgress(done)) done = await step();
    return done;
  };

  return {
    advance() {
      running ??= run().finally(() => (running = undefined));
      const before = delivered;
      delivered = false;
      return before;
    },
    describe() {
      const { problem, warning, rejected } = delivery.status();
      return compact({ rejected, delivery_problem: fault ?? problem, delivery_warning: warning });
    },
    async finish(millis) {
      running = (running ?? Promise.resolve()).then(run);
      await Promise.race([running, sleep(millis, undefined, { ref: false })]);
    },
    async stop() {
      stopping.abort();
      await exporter.shutdown();
      await running;
    },
  };
}
