/** Tools that read and change files. */
import * as z from 'zod';
import { anything, count, flag, shape, text } from '../shape.ts';
import { describeChange, describeContent, patch } from './changes.ts';
import { compact } from '../compact.ts';
import { defineTool, type Tool, use } from './tool.ts';

const readFile = shape({
  filePath: ['path', text],
  content: ['content', text],
  base64: ['content', text],
  numLines: ['plain', count],
  startLine: ['plain', count],
  totalLines: ['plain', count],
  originalSize: ['plain', count],
  cells: ['content', anything],
  type: ['plain', text],
});

const changed = {
  type: ['plain', text],
  filePath: ['path', text],
  content: ['content', text],
  oldString: ['content', text],
  newString: ['content', text],
  originalFile: ['content', text],
  structuredPatch: ['content', patch],
  gitDiff: ['content', anything],
  userModified: ['plain', flag],
  replaceAll: ['plain', flag],
  edits: ['content', anything],
} as const;

export const FILE_TOOLS: readonly Tool[] = [
  defineTool({
    names: ['Read'],
    eventType: 'file_read',
    kind: 'file',
    input: shape({
      file_path: ['path', text],
      offset: ['plain', count],
      limit: ['plain', count],
      pages: ['plain', text],
    }),
    response: shape({ type: ['plain', text], file: [readFile.table, anything] }),
    uses: (input) => [use(input.file_path, 'read')],
    details(input, response) {
      const { view: file } = readFile.read(response.file);
      const body = file.content ?? file.base64;
      return compact({
        file_path: input.file_path,
        content_type: response.type,
        lines_read: file.numLines,
        size_bytes: file.originalSize ?? (body === undefined ? undefined : Buffer.byteLength(body)),
      });
    },
  }),
  defineTool({
    names: ['Write'],
    eventType: 'file_write',
    kind: 'file',
    input: shape({ file_path: ['path', text], content: ['content', text] }),
    response: shape(changed),
    uses: (input) => [use(input.file_path, 'write')],
    details: (input, response) =>
      compact({
        file_path: input.file_path,
        change: response.type,
        ...describeContent(input.content),
        ...describeChange(response.structuredPatch, response.type === 'create' ? input.content : undefined),
      }),
  }),
  defineTool({
    names: ['Edit'],
    eventType: 'file_edit',
    kind: 'file',
    input: shape({
      file_path: ['path', text],
      old_string: ['content', text],
      new_string: ['content', text],
      replace_all: ['plain', flag],
    }),
    response: shape(changed),
    uses: (input) => [use(input.file_path, 'write')],
    details: (input, response) =>
      compact({
        file_path: input.file_path,
        user_modified: response.userModified,
        ...describeChange(response.structuredPatch, undefined),
      }),
  }),
  defineTool({
    names: ['MultiEdit'],
    eventType: 'file_edit',
    kind: 'file',
    input: shape({ file_path: ['path', text], edits: ['content', z.array(anything)] }),
    response: shape(changed),
    uses: (input) => [use(input.file_path, 'write')],
    details: (input, response) =>
      compact({
        file_path: input.file_path,
        edits: input.edits?.length,
        ...describeChange(response.structuredPatch, undefined),
      }),
  }),
  defineTool({
    names: ['NotebookEdit'],
    eventType: 'file_edit',
    kind: 'file',
    input: shape({
      notebook_path: ['path', text],
      cell_id: ['plain', text],
      new_source: ['content', text],
      cell_type: ['plain', text],
      edit_mode: ['plain', text],
    }),
    response: shape({
      notebook_path: ['path', text],
      new_source: ['content', text],
      old_source: ['content', text],
      original_file: ['content', text],
      updated_file: ['content', text],
      cell_id: ['plain', text],
      cell_type: ['plain', text],
      edit_mode: ['plain', text],
      language: ['plain', text],
      error: ['content', text],
    }),
    uses: (input) => [use(input.notebook_path, 'write')],
    details: (input) => compact({ file_path: input.notebook_path, edit_mode: input.edit_mode }),
  }),
  defineTool({
    names: ['NotebookRead'],
    eventType: 'file_read',
    kind: 'file',
    input: shape({ notebook_path: ['path', text], cell_id: ['plain', text] }),
    uses: (input) => [use(input.notebook_path, 'read')],
    details: (input) => compact({ file_path: input.notebook_path }),
  }),
];
