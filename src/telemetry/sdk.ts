import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { Logger } from 'pino';
import type { Signals } from '../config/config.ts';

/**
 * Starts OpenTelemetry for the given signals, configured by the standard `OTEL_*` variables that the SDK reads itself.
 * Its own messages go to `log`, which must not export to it. Returns a function that flushes and stops it.
 */
export function startSdk(signals: Signals, log: Logger): () => Promise<void> {
  // If OTEL_LOG_LEVEL is set, the SDK logs to the console instead.
  diag.setLogger(diagnostics(log), { logLevel: DiagLogLevel.WARN });
  const sdk = new NodeSDK({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': 'events-graphql' })),
    ...(!signals.traces && { spanProcessors: [] }),
    ...(!signals.metrics && { metricReaders: [] }),
    ...(!signals.logs && { logRecordProcessors: [] }),
  });
  sdk.start();
  return () => sdk.shutdown();
}

const repeatMs = 60_000;

/** Creates the SDK's logger, limited to a line a minute, since exporters complain about every batch. */
function diagnostics(log: Logger): DiagLogger {
  let loggedAt = -Infinity;
  const logAs = (level: 'warn' | 'error') => (message: string) => {
    if (performance.now() - loggedAt < repeatMs) return;
    loggedAt = performance.now();
    log[level](`OpenTelemetry: ${messageOf(message)}`);
  };
  const ignore = () => {};
  return { error: logAs('error'), warn: logAs('warn'), info: ignore, debug: ignore, verbose: ignore };
}

/** Extracts the message from the JSON in which the SDK reports errors. */
function messageOf(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && 'message' in parsed ? String(parsed.message) : text;
  } catch {
    return text;
  }
}
