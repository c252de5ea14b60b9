/** MCP tools, `mcp__<server>__<tool>`, and the client's own tools around MCP servers. */
import { shape, text } from '../shape.ts';
import { compact } from '../compact.ts';
import { defineTool, type Tool } from './tool.ts';

export const MCP_TOOLS: readonly Tool[] = [
  defineTool({
    names: ['ListMcpResourcesTool', 'ReadMcpResourceTool', 'ReadMcpResourceDirTool'],
    kind: 'mcp',
    input: shape({ server: ['plain', text], uri: ['text', text] }),
    details: (input) => compact({ mcp_server: input.server, url: input.uri }),
  }),
  defineTool({
    names: ['WaitForMcpServers', 'RefreshMcpTools'],
    kind: 'mcp',
    input: shape({ server: ['plain', text] }),
    details: (input) => compact({ mcp_server: input.server }),
  }),
];

/** The parts of an MCP tool's name; plugin servers are `mcp__plugin_<plugin>_<server>__<tool>`. */
function parseMcpName(name: string): { server: string; tool: string } | undefined {
  const match = /^mcp__(.+?)__(.+)$/.exec(name);
  return match?.[1] && match[2] ? { server: match[1], tool: match[2] } : undefined;
}

/** A server's own tool: its arguments and answers are content, whatever they are called. */
export function mcpTool(name: string): Tool | undefined {
  const parts = parseMcpName(name);
  if (!parts) return undefined;
  return defineTool({
    names: [name],
    kind: 'mcp',
    input: shape({}),
    details: () => ({ mcp_server: parts.server, mcp_tool: parts.tool }),
  });
}
