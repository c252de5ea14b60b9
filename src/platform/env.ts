/** The only place that reads `process.env`. Everything else takes an `Env` as an argument. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The environment of this process, as a copy. */
export function processEnv(): Env {
  return { ...process.env };
}
