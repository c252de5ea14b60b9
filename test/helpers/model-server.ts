/**
 * A model server on loopback that plays scripts to the real Claude Code client.
 *
 * It keeps no state: which script a conversation follows and how far it is are both read from the conversation the
 * client sends along. The newest user text with `script:<name>` names the script; the assistant messages after it are
 * the turns already played. So any number of clients, subagents, resumed and nested sessions can talk to one server at
 * once.
 *
 * A prompt inside an Agent call names the subagent's script in the same way.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';

interface ToolCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** One answer of the model. Calls in one turn are parallel; a turn without calls ends the model's work. */
export interface Turn {
  readonly text?: string;
  readonly calls?: readonly ToolCall[];
  /** Waits before it answers, so that a test can act meanwhile. */
  readonly delayMillis?: number;
  /** Answers with this API error instead. */
  readonly error?: { readonly status: number; readonly type: string };
}

/** A turn, or a function that makes it from what the tools answered so far (newest last). */
export type Step = Turn | ((results: readonly string[]) => Turn);

export type Scripts = Readonly<Record<string, readonly Step[]>>;

interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** `x-claude-code-session-id`; old clients do not send it. */
  readonly sessionId: string | undefined;
  /** Names of the tools the client offers in this request. */
  readonly tools: readonly string[];
  /** The script and turn that answered, e.g. `everything#3`; `undefined` for anything outside a script. */
  readonly played: string | undefined;
  readonly body: unknown;
}

export interface ModelServer {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** Stops at once. @throws when a conversation left its script: names each such place */
  close(): Promise<void>;
}

/** What the model says when the client reports by itself after the script's end: a subagent's result, a summary. */
const CLOSING_WORDS = 'Understood.';

/** OTLP/HTTP with JSON, for clients whose own telemetry is pointed at us. */
const NATIVE_TELEMETRY = /^\/v1\/(logs|metrics|traces)$/;

const blockSchema = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  content: z.unknown().optional(),
});
const messageSchema = z.looseObject({
  role: z.string(),
  content: z.union([z.string().transform((text) => [{ type: 'text', text }]), z.array(blockSchema)]),
});
const requestSchema = z.looseObject({
  model: z.string().default('claude-test'),
  stream: z.boolean().default(false),
  messages: z.array(messageSchema).default([]),
  tools: z.array(z.looseObject({ name: z.string() })).default([]),
});

type ModelRequest = z.output<typeof requestSchema>;
type Message = ModelRequest['messages'][number];
type Block = z.output<typeof blockSchema>;

interface Progress {
  readonly script: string;
  readonly turn: number;
  readonly results: readonly string[];
  /** The client speaks by itself: a background task's report, or the request for a summary. */
  readonly unprompted: boolean;
}

/** Starts the server on a free loopback port. */
export async function startModelServer(scripts: Scripts): Promise<ModelServer> {
  const requests: RecordedRequest[] = [];
  const problems = new Set<string>();

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await readBody(incoming);
    const path = (incoming.url ?? '').split('?')[0] ?? '';
    const json: unknown = text === '' ? {} : JSON.parse(text);
    const body = requestSchema.parse(path.startsWith('/v1/messages') ? json : {});
    const progress = path === '/v1/messages' ? progressOf(body.messages) : undefined;
    const played = progress && `${progress.script}#${progress.turn}`;
    const sessionId = header(incoming, 'x-claude-code-session-id');
    requests.push({
      method: incoming.method ?? '',
      path,
      headers: incoming.headers,
      sessionId,
      tools: body.tools.map((tool) => tool.name),
      played,
      body: json,
    });
    if (path === '/v1/messages/count_tokens')
      return sendJson(response, 200, { input_tokens: text.length >> 2 });
    if (NATIVE_TELEMETRY.test(path)) return sendJson(response, 200, {});
    if (path !== '/v1/messages') return sendError(response, 404, 'not_found_error', `no ${path} here`);
    const turn = progress ? turnOf(scripts, progress) : { text: CLOSING_WORDS };
    if (typeof turn === 'string') {
      problems.add(turn);
      return sendError(response, 400, 'invalid_request_error', `model script: ${turn}`);
    }
    if (turn.delayMillis) await delay(turn.delayMillis, undefined, { ref: false });
    if (turn.error) return sendError(response, turn.error.status, turn.error.type, 'as scripted');
    const message = toMessage(body.model, turn);
    if (body.stream) sendStream(response, message);
    else sendJson(response, 200, message);
  };

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      problems.add(`${incoming.method} ${incoming.url}: ${String(error)}`);
      sendError(response, 400, 'invalid_request_error', `model server: ${String(error)}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    requests,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      if (problems.size > 0) throw new Error(`model server: ${[...problems].join('; ')}`);
    },
  };
}

const SCRIPT_MARK = /\bscript:([\w.-]+)/;
/** User texts the client writes itself. They may quote a prompt, so a mark in them means nothing. */
const CLIENTS_OWN_TEXT =
  /^\s*<(system-reminder|task-notification|command-|local-command)|^Your task is to create/;

function progressOf(messages: readonly Message[]): Progress | undefined {
  const start = messages.findLastIndex((message) => markOf(message) !== undefined);
  const first = messages[start];
  const script = first && markOf(first);
  if (script === undefined) return undefined;
  const since = messages.slice(start + 1);
  const last = messages.findLast((message) => message.role === 'user');
  const lastTexts = last?.content.filter((block) => block.type === 'text') ?? [];
  return {
    script,
    turn: since.filter((message, i) => message.role === 'assistant' && since[i - 1]?.role !== 'assistant')
      .length,
    results: since.flatMap((message) => message.content).flatMap(resultText),
    unprompted: lastTexts.some((block) =>
      /<task-notification>|create a detailed summary/.test(block.text ?? ''),
    ),
  };
}

function markOf(message: Message): string | undefined {
  if (message.role !== 'user') return undefined;
  for (const block of message.content) {
    if (block.type !== 'text' || !block.text || CLIENTS_OWN_TEXT.test(block.text)) continue;
    const mark = SCRIPT_MARK.exec(block.text)?.[1];
    if (mark) return mark;
  }
  return undefined;
}

function resultText(block: Block): string[] {
  if (block.type !== 'tool_result') return [];
  return [typeof block.content === 'string' ? block.content : JSON.stringify(block.content ?? '')];
}

/** The next turn, or what is wrong with the script. */
function turnOf(scripts: Scripts, progress: Progress): Turn | string {
  const steps = scripts[progress.script];
  if (!steps) return `there is no script ${progress.script}`;
  const step = steps[progress.turn];
  if (typeof step === 'function') return step(progress.results);
  if (step) return step;
  if (progress.unprompted) return { text: CLOSING_WORDS };
  return `script ${progress.script} has only ${steps.length} turns and was asked for one more`;
}

function toMessage(model: string, turn: Turn) {
  const id = (prefix: string): string => `${prefix}_${randomBytes(12).toString('hex')}`;
  const calls = (turn.calls ?? []).map((call) => ({
    type: 'tool_use' as const,
    id: id('toolu'),
    name: call.tool,
    input: call.input,
  }));
  const text = turn.text ?? (calls.length > 0 ? undefined : 'Done.');
  return {
    id: id('msg'),
    type: 'message',
    role: 'assistant',
    model,
    content: [...(text === undefined ? [] : [{ type: 'text' as const, text }]), ...calls],
    stop_reason: calls.length > 0 ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: 100,
      output_tokens: 20,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
    },
  };
}

/** The message as server-sent events, each block in one delta. */
function sendStream(response: ServerResponse, message: ReturnType<typeof toMessage>): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (type: string, data: object): void => {
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  };
  send('message_start', { message: { ...message, content: [], stop_reason: null } });
  for (const [index, block] of message.content.entries()) {
    const text = block.type === 'text';
    send('content_block_start', {
      index,
      content_block: text ? { ...block, text: '' } : { ...block, input: {} },
    });
    const delta = text
      ? { type: 'text_delta', text: block.text }
      : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
    send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  }
  send('message_delta', {
    delta: { stop_reason: message.stop_reason, stop_sequence: null },
    usage: { output_tokens: message.usage.output_tokens },
  });
  send('message_stop', {});
  response.end();
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function sendError(response: ServerResponse, status: number, type: string, message: string): void {
  sendJson(response, status, { type: 'error', error: { type, message } });
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const parts: string[] = [];
  for await (const part of incoming.setEncoding('utf8')) parts.push(String(part));
  return parts.join('');
}

function header(incoming: IncomingMessage, name: string): string | undefined {
  const value = incoming.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
