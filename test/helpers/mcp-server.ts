/**
 * A stdio MCP server with two tools, for the real client: `echo` gives its text back, `fail` reports an error.
 * JSON-RPC 2.0, one message a line (modelcontextprotocol.io, stdio transport). Run it with Node.
 */
import { createInterface } from 'node:readline';
import * as z from 'zod';

const requestSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string(),
  params: z
    .looseObject({
      protocolVersion: z.string().optional(),
      name: z.string().optional(),
      arguments: z.looseObject({ text: z.string().optional() }).optional(),
    })
    .optional(),
});

const inputSchema = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
const TOOLS = [
  { name: 'echo', description: 'Gives the text back', inputSchema },
  { name: 'fail', description: 'Reports an error', inputSchema },
];

function resultOf(request: z.output<typeof requestSchema>): object {
  if (request.method === 'initialize')
    return {
      protocolVersion: request.params?.protocolVersion ?? '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'notes', version: '1.0.0' },
    };
  if (request.method === 'tools/list') return { tools: TOOLS };
  if (request.method === 'tools/call') {
    const text = request.params?.arguments?.text ?? '';
    return request.params?.name === 'fail'
      ? { isError: true, content: [{ type: 'text', text: `cannot: ${text}` }] }
      : { content: [{ type: 'text', text }] };
  }
  return {};
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = requestSchema.parse(JSON.parse(line));
  if (request.id === undefined) continue;
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: request.id, result: resultOf(request) })}\n`);
}
