/**
 * A host program around the real client, as an IDE or the Agent SDK is one: it speaks over standard input and output
 * (`--input-format stream-json`), answers permission prompts and elicitations, interrupts, and switches models.
 * Source of the control messages: the client's own output, measured with 2.1.330.
 */
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { type ClaudeOptions, type ClaudeResult, startClaude } from './claude-client.ts';

const lineSchema = z.looseObject({
  type: z.string(),
  request_id: z.string().optional(),
  request: z
    .looseObject({
      subtype: z.string(),
      tool_name: z.string().optional(),
      input: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
});
/** What the client asks its host: `can_use_tool` with tool and input, or `elicitation`. */
export type HostRequest = NonNullable<z.output<typeof lineSchema>['request']>;

export interface Host {
  /** Sends a prompt; settles with the turn's end. */
  say(prompt: string): Promise<void>;
  /** Stops the turn that runs. */
  interrupt(): void;
  setModel(model: string): void;
  /** Adds a working directory; the client takes only subdirectories of its own. */
  addRoot(directory: string): void;
  /** Ends the session; settles when the client has gone. */
  end(): Promise<ClaudeResult>;
}

const HOST_ARGS =
  '--input-format stream-json --output-format stream-json --verbose --permission-prompt-tool stdio'.split(
    ' ',
  );

/**
 * Starts a client with us as its host.
 * @param answer the response to each of the client's requests
 */
export function startHost(
  options: Omit<ClaudeOptions, 'prompt'>,
  answer: (request: HostRequest) => object,
): Host {
  const args = [...HOST_ARGS, ...(options.args ?? [])];
  const running = startClaude({ ...options, prompt: '', hosted: true, args });
  const { stdin, stdout } = running.child;
  if (!stdin || !stdout) throw new Error('the client has no pipes');
  const send = (message: object): void => void stdin.write(`${JSON.stringify(message)}\n`);
  let controls = 0;
  const control = (request: object): void =>
    send({ type: 'control_request', request_id: `host-${++controls}`, request });
  let turnEnded = (): void => {};
  createInterface({ input: stdout }).on('line', (line) => {
    const message = lineSchema.parse(JSON.parse(line));
    if (message.type === 'result') turnEnded();
    if (message.type !== 'control_request' || !message.request) return;
    const response = {
      subtype: 'success',
      request_id: message.request_id,
      response: answer(message.request),
    };
    send({ type: 'control_response', response });
  });
  control({ subtype: 'initialize' });
  return {
    say(prompt) {
      const ended = new Promise<void>((resolve) => (turnEnded = resolve));
      send({ type: 'user', message: { role: 'user', content: prompt } });
      return Promise.race([ended, running.result.then(() => {})]);
    },
    interrupt: () => control({ subtype: 'interrupt' }),
    setModel: (model) => control({ subtype: 'set_model', model }),
    addRoot: (directory) => control({ subtype: 'register_repo_root', directory }),
    async end() {
      stdin.end();
      return running.result;
    },
  };
}
