/** Tools that reach the network. */
import { anything, count, shape, text, texts } from '../shape.ts';
import { compact } from '../compact.ts';
import { defineTool, type Tool } from './tool.ts';

export const WEB_TOOLS: readonly Tool[] = [
  defineTool({
    names: ['WebFetch'],
    kind: 'network',
    input: shape({ url: ['text', text], prompt: ['content', text], offset: ['plain', count] }),
    response: shape({
      bytes: ['plain', count],
      code: ['plain', count],
      codeText: ['plain', text],
      result: ['content', text],
      durationMs: ['plain', count],
      url: ['text', text],
    }),
    details: (input, response) =>
      compact({ url: input.url, http_status: response.code, size_bytes: response.bytes }),
  }),
  defineTool({
    names: ['WebSearch'],
    kind: 'network',
    input: shape({
      query: ['text', text],
      allowed_domains: ['plain', texts],
      blocked_domains: ['plain', texts],
    }),
    response: shape({
      query: ['text', text],
      results: ['content', anything],
      durationSeconds: ['plain', count],
      searchCount: ['plain', count],
    }),
    details: (input) => compact({ search_pattern: input.query }),
  }),
];
