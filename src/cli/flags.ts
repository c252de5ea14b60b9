/** Flags as stricli wants them, so that equal ones look and read the same in every command. */

/** A switch that is off unless given. */
export const switchFlag = (brief: string) =>
  ({ kind: 'boolean', default: false, withNegated: false, brief }) as const;

/** A text, which may be left out. */
export const textFlag = (placeholder: string, brief: string) =>
  ({ kind: 'parsed', parse: String, optional: true, placeholder, brief }) as const;

/** For commands whose result is one document. */
export const jsonFlag = { json: switchFlag('Print one JSON document') } as const;

/** Hidden: where root's settings are, when they are not root's. */
export const managedDirectoryFlag = {
  managedDirectory: {
    kind: 'parsed',
    parse: String,
    optional: true,
    hidden: true,
    brief: 'For tests: instead of the directory of the managed settings',
  },
} as const;
