/** Tools that look for files, text or tools. */
import { count, flag, shape, text, texts } from '../shape.ts';
import { compact } from '../compact.ts';
import { defineTool, type Tool, use } from './tool.ts';

export const SEARCH_TOOLS: readonly Tool[] = [
  defineTool({
    names: ['Grep'],
    eventType: 'code_search',
    kind: 'search',
    input: shape({
      pattern: ['text', text],
      path: ['path', text],
      glob: ['text', text],
      type: ['plain', text],
      output_mode: ['plain', text],
      '-i': ['plain', flag],
      '-n': ['plain', flag],
      '-o': ['plain', flag],
      '-A': ['plain', count],
      '-B': ['plain', count],
      '-C': ['plain', count],
      context: ['plain', count],
      head_limit: ['plain', count],
      offset: ['plain', count],
      multiline: ['plain', flag],
    }),
    response: shape({
      mode: ['plain', text],
      numFiles: ['plain', count],
      filenames: ['content', texts],
      content: ['content', text],
      numLines: ['plain', count],
      numMatches: ['plain', count],
      totalFiles: ['plain', count],
      totalLines: ['plain', count],
      appliedLimit: ['plain', count],
    }),
    uses: (input) => [use(input.path, 'search')],
    details: (input, response) =>
      compact({
        search_pattern: input.pattern,
        search_path: input.path,
        search_glob: input.glob,
        matched_files: response.numFiles,
      }),
  }),
  defineTool({
    names: ['Glob'],
    eventType: 'code_search',
    kind: 'search',
    input: shape({ pattern: ['text', text], path: ['path', text] }),
    response: shape({
      durationMs: ['plain', count],
      numFiles: ['plain', count],
      filenames: ['content', texts],
      truncated: ['plain', flag],
      totalMatches: ['plain', count],
      countIsComplete: ['plain', flag],
    }),
    // A pattern may itself lead out of the project: `/etc/*`, `../**`.
    uses: (input) => [use(input.path, 'search'), use(input.pattern, 'search')],
    details: (input, response) =>
      compact({ search_pattern: input.pattern, search_path: input.path, matched_files: response.numFiles }),
  }),
  defineTool({
    names: ['LS'],
    eventType: 'code_search',
    kind: 'search',
    input: shape({ path: ['path', text], ignore: ['text', texts] }),
    uses: (input) => [use(input.path, 'search')],
    details: (input) => compact({ search_path: input.path }),
  }),
  defineTool({
    names: ['LSP'],
    eventType: 'code_search',
    kind: 'search',
    input: shape({
      operation: ['plain', text],
      filePath: ['path', text],
      line: ['plain', count],
      character: ['plain', count],
      query: ['text', text],
    }),
    uses: (input) => [use(input.filePath, 'read')],
    details: (input) => compact({ file_path: input.filePath, operation: input.operation }),
  }),
  defineTool({
    names: ['ToolSearch'],
    kind: 'search',
    input: shape({ query: ['text', text], max_results: ['plain', count] }),
    response: shape({
      matches: ['plain', texts],
      query: ['text', text],
      total_deferred_tools: ['plain', count],
    }),
    details: (input) => compact({ search_pattern: input.query }),
  }),
];
