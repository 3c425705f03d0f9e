import { onTestFinished, vi } from 'vitest';

/** Stops the clock for the rest of a test, because the rate limit counts by the minute. */
export function stayInThisMinute(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  onTestFinished(() => void vi.useRealTimers());
}
