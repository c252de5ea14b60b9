/** The tool table. A new tool is a new row beside its siblings. */
import { AGENT_TOOLS } from './agents.ts';
import { FILE_TOOLS } from './files.ts';
import { MCP_TOOLS, mcpTool } from './mcp.ts';
import { PLANNING_TOOLS } from './planning.ts';
import { SEARCH_TOOLS } from './search.ts';
import { SHELL_TOOLS } from './shell.ts';
import type { Tool } from './tool.ts';
import { WEB_TOOLS } from './web.ts';

const TOOLS: readonly Tool[] = [
  ...FILE_TOOLS,
  ...SHELL_TOOLS,
  ...SEARCH_TOOLS,
  ...WEB_TOOLS,
  ...AGENT_TOOLS,
  ...PLANNING_TOOLS,
  ...MCP_TOOLS,
];

const BY_NAME: ReadonlyMap<string, Tool> = new Map(
  TOOLS.flatMap((tool) => tool.names.map((name) => [name, tool])),
);

/** Every built-in tool name in the table, legacy names included. */
export const TOOL_NAMES: readonly string[] = [...BY_NAME.keys()];

/** The row of a tool; MCP tools are made from their names; `undefined` for a tool nobody knows. */
export function toolOf(name: string): Tool | undefined {
  return BY_NAME.get(name) ?? mcpTool(name);
}
