/**
 * A line as a record that views can rely on. Verification judges any line; a view must also not stumble over a forged
 * one, so every block that views read has its types checked here.
 */
import * as z from 'zod';
import { parseRecord } from '../journal/reader.ts';
import type { AtelRecord } from '../journal/record.ts';

const text = z.string().optional();
const texts = z.array(z.string()).optional();
const call = z.object({ tool_use_id: z.string(), tool_name: z.string(), outcome: z.string() });
const finding = z.object({ rule: z.string(), level: z.string(), path: text, why: text });

const blocks = z.object({
  timestamp: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/),
  project_path: text,
  project_name: text,
  tool_name: text,
  agent_context: z.object({ agent_id: z.string() }).optional(),
  session_context: z.object({ parent_session: text, root_session: z.string() }).optional(),
  correlation: z.object({ tool_use_id: text }).optional(),
  tool_context: z.object({ duration_ms: z.number().optional(), outcome: text, error_class: text }).optional(),
  action_details: z
    .object({
      command: text,
      file_path: text,
      url: text,
      search_pattern: text,
      search_path: text,
      subagent_type: text,
      spawned_agent_id: text,
      calls: z.array(call).optional(),
    })
    .optional(),
  security: z.object({ findings: z.array(finding).optional() }).optional(),
  metadata: z
    .object({
      claude_version: text,
      entrypoint: text,
      effort: text,
      superclaude: z.object({ command: text, persona: texts, flags: texts }).optional(),
    })
    .optional(),
});

/** The record that a line holds, `undefined` when it holds none that a view can show. */
export function readableRecord(line: string): AtelRecord | undefined {
  const record = parseRecord(line);
  return record && blocks.safeParse(record).success ? record : undefined;
}
