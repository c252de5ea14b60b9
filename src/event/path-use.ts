/** A path that an action names, before anything is resolved. */
export interface PathUse {
  /**
   * As the agent wrote it: relative, with `~`, with `..`. A path in a command stands relative to the session's working
   * directory, the command's own `cd`s put before it.
   */
  readonly path: string;
  readonly access: 'read' | 'write' | 'search' | 'execute' | 'enter' | 'unknown';
  readonly via: 'tool_input' | 'command';
  /** It holds globs or variables behind parts that are known, and is judged by those parts. */
  readonly pattern?: true;
  /** It starts with something that only the shell of the agent knew: it is counted, nothing is claimed about it. */
  readonly unresolved?: true;
}

export type PathAccess = PathUse['access'];
