import type { CliContext } from '../cli/context.ts';
export async function runForwarder(_context: CliContext, _flags: { once: boolean }): Promise<void> {}
