/**
 * A stdio MCP server for the real client: `echo` gives its text back, `fail` reports an error, `ask` asks the user
 * (elicitation) and gives the answer back. JSON-RPC 2.0, one message a line (modelcontextprotocol.io, stdio
 * transport). Run it with Node.
 */
import { createInterface } from 'node:readline';
import * as z from 'zod';

const messageSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z
    .looseObject({
      protocolVersion: z.string().optional(),
      name: z.string().optional(),
      arguments: z.looseObject({ text: z.string().optional() }).optional(),
    })
    .optional(),
  result: z.unknown().optional(),
});
type Message = z.output<typeof messageSchema>;

const inputSchema = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
const TOOLS = [
  { name: 'echo', description: 'Gives the text back', inputSchema },
  { name: 'fail', description: 'Reports an error', inputSchema },
  { name: 'ask', description: 'Asks the user', inputSchema },
];
const QUESTION_ID = 'question';

function send(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

function said(text: string): object {
  return { content: [{ type: 'text', text }] };
}

/** The answer to a request; `undefined` for a call that has to ask the user first. */
function resultOf(request: Message): object | undefined {
  if (request.method === 'initialize')
    return {
      protocolVersion: request.params?.protocolVersion ?? '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'notes', version: '1.0.0' },
    };
  if (request.method === 'tools/list') return { tools: TOOLS };
  if (request.method !== 'tools/call') return {};
  const text = request.params?.arguments?.text ?? '';
  if (request.params?.name === 'ask') return undefined;
  return request.params?.name === 'fail' ? { isError: true, ...said(`cannot: ${text}`) } : said(text);
}

let waiting: Message['id'];
for await (const line of createInterface({ input: process.stdin })) {
  const message = messageSchema.parse(JSON.parse(line));
  if (message.id === undefined) continue;
  if (message.method === undefined) {
    if (message.id === QUESTION_ID) send({ id: waiting, result: said(JSON.stringify(message.result)) });
    continue;
  }
  const result = resultOf(message);
  if (result) {
    send({ id: message.id, result });
    continue;
  }
  waiting = message.id;
  const requestedSchema = { type: 'object', properties: { colour: { type: 'string' } } };
  const question = { message: message.params?.arguments?.text ?? '', requestedSchema };
  send({ id: QUESTION_ID, method: 'elicitation/create', params: question });
}
