/**
 * From the journal to the endpoint, at least once. The cursor moves when records were accepted, or were refused for
 * good and are kept aside; for nothing else, however long it takes. No timers here: the forwarder calls `step`.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JournaledRecord } from '../journal/record.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { errnoOf, messageOf } from '../platform/errors.ts';
import { type Backoff, createBackoff } from './backoff.ts';
import { type Batch, type Batches, createBatches, type JournalOutlet } from './batches.ts';
import { type BatchLimits, type BatchSize, createBatchLimits } from './batch-limits.ts';
import { createDeadLetters, type DeadLetters } from './dead-letter.ts';
import type { OtlpExporter } from './exporter.ts';
import type { ResourceCache } from './resource.ts';
import type { ExportVerdict } from './verdict.ts';

/** What the forwarder journals as a record about ourselves. `file` is the dead letter. */
export type DeliveryEvent =
  | {
      readonly kind: 'rejected';
      readonly sealed: JournaledRecord;
      readonly status: number;
      readonly message: string;
      readonly file: string;
    }
  | {
      readonly kind: 'partial';
      readonly batch: readonly JournaledRecord[];
      readonly rejected: number;
      readonly message: string;
      readonly file: string;
    };

export type DeliveryStep =
  /** All there is has been sent. */
  | { readonly kind: 'idle' }
  /** Go on at once: records were accepted, kept aside, or a batch was found too much for the server. */
  | { readonly kind: 'sent' | 'set_aside' | 'narrowed'; readonly records: number }
  /** Nothing to do for so long; calling earlier is harmless. */
  | { readonly kind: 'waiting'; readonly millis: number; readonly problem: string };

interface DeliveryStatus {
  /** Since the start of this process: records refused alone, and those that partial successes counted as rejected. */
  readonly rejected: number;
  /** Why nothing goes out, in one line. */
  readonly problem?: string;
  /** What the server said beside accepting, the last time that it accepted. */
  readonly warning?: string;
}

export interface Delivery {
  /** Sends at most one batch. One call at a time. */
  step(): Promise<DeliveryStep>;
  status(): DeliveryStatus;
}

export interface DeliveryOptions<Cursor> {
  readonly exporter: OtlpExporter;
  readonly resources: ResourceCache;
  readonly journal: JournalOutlet<Cursor>;
  readonly deadLetterDir: string;
  /** Called when the dead letter is durable and before the cursor moves; after a crash in between, called again. */
  readonly onEvent: (event: DeliveryEvent) => void;
  readonly maxBatchRecords: number;
  /** Estimated size of a request before compression. */
  readonly maxBatchBytes: number;
  readonly clock?: Clock;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  readonly random?: () => number;
}

/** Room for escapes and attributes: a full record of 3.2 kB makes 8.7 kB of a request (measured). */
const REQUEST_BYTES_PER_LINE_BYTE = 3;
/** `action_details.kind` of the records that the forwarder makes of `DeliveryEvent`s. */
const OWN_KINDS: readonly unknown[] = ['delivery_rejected', 'delivery_partial'];

const ONE_RECORD: BatchSize = { records: 1, bytes: Number.MAX_SAFE_INTEGER };

type VerdictOf<Kind> = Extract<ExportVerdict, { readonly kind: Kind }>;

export function createDelivery<Cursor>(options: DeliveryOptions<Cursor>): Delivery {
  return new JournalDelivery(options);
}

class JournalDelivery<Cursor> implements Delivery {
  readonly #options: DeliveryOptions<Cursor>;
  readonly #backoff: Backoff;
  readonly #limits: BatchLimits;
  readonly #letters: DeadLetters;
  readonly #batches: Batches<Cursor>;
  #cursor: Cursor;
  #rejected = 0;
  #problem = '';
  #warning: string | undefined;

  constructor(options: DeliveryOptions<Cursor>) {
    const maxLineBytes = Math.floor(options.maxBatchBytes / REQUEST_BYTES_PER_LINE_BYTE);
    this.#options = options;
    this.#backoff = createBackoff(options.now ?? (() => performance.now()), options.random ?? Math.random);
    this.#limits = createBatchLimits(options.maxBatchRecords, maxLineBytes);
    this.#letters = createDeadLetters(options.deadLetterDir, options.clock ?? systemClock);
    this.#batches = createBatches({ ...options, encode: options.exporter.encode });
    this.#cursor = options.journal.loadCursor();
  }

  async step(): Promise<DeliveryStep> {
    const millis = this.#backoff.remaining();
    if (millis > 0) return { kind: 'waiting', millis, problem: this.#problem };
    try {
      const size = this.#limits.next();
      const batch = this.#batches.behind(this.#cursor, size);
      if (!batch) return { kind: 'idle' };
      const [verdict] = await Promise.all([
        this.#options.exporter.send(batch.body),
        this.#lookAhead(batch.cursor, size),
      ]);
      return await this.#settle(batch, verdict);
    } catch (error) {
      // A full or failing disk: what could not be noted is sent again.
      if (errnoOf(error) === undefined) throw error;
      return this.#wait(messageOf(error));
    }
  }

  status(): DeliveryStatus {
    return {
      rejected: this.#rejected,
      ...(this.#backoff.failing() && { problem: this.#problem }),
      ...(this.#warning !== undefined && { warning: this.#warning }),
    };
  }

  async #lookAhead(after: Cursor, size: BatchSize): Promise<void> {
    // While nothing goes out, what comes next can wait.
    if (this.#backoff.failing()) return;
    // The request leaves first, so that the server works at the same time.
    await nextTurn();
    this.#batches.prepare(after, size);
  }

  #settle(batch: Batch<Cursor>, verdict: ExportVerdict): DeliveryStep | Promise<DeliveryStep> {
    switch (verdict.kind) {
      case 'accepted':
        this.#warning = verdict.warning;
        return this.#onAccepted(batch);
      case 'partial':
        return this.#onPartial(batch, verdict);
      case 'split':
        return this.#onSplit(batch, verdict);
      case 'later':
      case 'not_otlp':
      case 'auth':
      case 'misconfigured':
        break;
    }
    return this.#wait(verdict.message, verdict.kind === 'later' ? verdict.retryAfterMillis : undefined);
  }

  #onAccepted(batch: Batch<Cursor>): DeliveryStep {
    this.#moveBehind(batch);
    this.#limits.accepted(batch.records, batch.bytes);
    return { kind: 'sent', records: batch.records };
  }

  #onPartial(batch: Batch<Cursor>, { rejected, message }: VerdictOf<'partial'>): DeliveryStep {
    const sealed = this.#batches.recordsOf(batch);
    const file = this.#letters.partial(sealed, rejected, message);
    if (!sealed.every(isAboutDelivery)) {
      this.#options.onEvent({ kind: 'partial', batch: sealed, rejected, message, file });
    }
    this.#moveBehind(batch);
    this.#limits.accepted(batch.records, batch.bytes);
    this.#rejected += Math.min(rejected, batch.records);
    return { kind: 'set_aside', records: batch.records };
  }

  async #onSplit(batch: Batch<Cursor>, verdict: VerdictOf<'split'>): Promise<DeliveryStep> {
    const { status, message } = verdict;
    const { records } = batch;
    if (records > 1) {
      this.#limits.refused(records);
      return { kind: 'narrowed', records };
    }
    if (!(await this.#serverWorks(batch))) return this.#wait(`every request is refused: ${message}`);
    for (const sealed of this.#batches.recordsOf(batch)) {
      const file = this.#letters.rejected(sealed, status, message);
      if (!isAboutDelivery(sealed))
        this.#options.onEvent({ kind: 'rejected', sealed, status, message, file });
    }
    this.#moveBehind(batch);
    this.#limits.setAside();
    this.#rejected += 1;
    return { kind: 'set_aside', records };
  }

  /** A record is condemned only when the server takes its neighbour, or at least an empty request. */
  async #serverWorks({ cursor }: Batch<Cursor>): Promise<boolean> {
    if (this.#limits.neighbourAccepted()) return true;
    const { exporter } = this.#options;
    if ((await exporter.export([])).kind === 'accepted') return true;
    const neighbour = this.#batches.behind(cursor, ONE_RECORD);
    return neighbour !== undefined && (await exporter.send(neighbour.body)).kind === 'accepted';
  }

  #moveBehind({ cursor }: Batch<Cursor>): void {
    this.#options.journal.saveCursor(cursor);
    this.#cursor = cursor;
    this.#backoff.reset();
  }

  #wait(problem: string, retryAfterMillis?: number): DeliveryStep {
    this.#problem = problem;
    this.#backoff.failed(retryAfterMillis);
    return { kind: 'waiting', millis: this.#backoff.remaining(), problem };
  }
}

/** Such records are not reported again, else each refusal would make the next one. */
function isAboutDelivery({ record }: JournaledRecord): boolean {
  return record.hook_event === 'Audit' && OWN_KINDS.includes(record.action_details?.kind);
}
