/** Real Collector and Loki for a test. */
import { inject } from 'vitest';
import { startParts, type StackParts, type TestStack, type TestStackOptions } from './running-stack.ts';

export { freePorts, type TestStack } from './running-stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Absent where they cannot be had: the tests that need them are skipped. */
    stackParts?: StackParts;
  }
}

/** The programs that `test/e2e/global-setup.ts` found or built. */
export const stackParts = inject('stackParts');

/** Starts both, or what is asked for. */
export async function startStack(options: TestStackOptions): Promise<TestStack> {
  if (!stackParts) throw new Error('Collector and Loki are not at hand: guard the test with `stackParts`');
  return startParts(stackParts, options);
}
