/** The only place that reads `process.env`. Everything else takes an `Env` as an argument. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The environment of this process, as a copy. */
export function processEnv(): Env {
  return { ...process.env };
}

/** Those of the variables that are set. */
export function pickEnv(env: Env, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
