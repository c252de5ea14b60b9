/** Says that something long is still going on: one line that renews itself on a terminal, else a line now and then. */
export interface Progress {
  /** What is being done now; seconds since the first time this was said are added. */
  step(text: string): void;
  /** Ends the line and says `text`. */
  done(text?: string): void;
}

export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** How often a log file or a CI page gets a new line while nothing else happens. */
const LINE_EVERY_SECONDS = 30;

/** @param now milliseconds */
export function createProgress(output: ProgressOutput, now: () => number = Date.now): Progress {
  let current = '';
  let since = 0;
  let said = 0;
  const clear = (): void => {
    if (output.isTTY && current !== '') output.write('\r\u001b[K');
  };
  return {
    step(text) {
      const time = now();
      const fresh = text !== current;
      if (fresh) since = time;
      const line = time - since < 1000 ? text : `${text} ${Math.round((time - since) / 1000)} s`;
      clear();
      current = text;
      if (output.isTTY) output.write(line);
      else if (fresh || time - said >= LINE_EVERY_SECONDS * 1000) {
        said = time;
        output.write(`${line}\n`);
      }
    },
    done(text) {
      clear();
      current = '';
      if (text !== undefined) output.write(`${text}\n`);
    },
  };
}
