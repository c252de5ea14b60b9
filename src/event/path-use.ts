/** A path that an action names, before anything is resolved. */
export interface PathUse {
  /** As the agent wrote it: relative, with `~`, with `..`. */
  readonly path: string;
  readonly access: 'read' | 'write' | 'search' | 'execute' | 'enter' | 'unknown';
  readonly via: 'tool_input' | 'command';
}
