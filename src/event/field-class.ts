/**
 * How private a field of a payload is. `plain`: names, ids, numbers, flags. `path`: file system paths. `text`: commands,
 * patterns, URLs; shown masked from level `redacted` on. `content`: prompts, file bodies, tool output and errors; only at
 * level `full`. A field that stands in no table is unknown and treated as `content`.
 */
export type FieldClass = 'plain' | 'path' | 'text' | 'content';

/** Field classes of an object; a nested table speaks of the object, or of each object of the array, under that key. */
export interface FieldTable {
  readonly [field: string]: FieldClass | FieldTable;
}
