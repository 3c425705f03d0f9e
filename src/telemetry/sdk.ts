import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { Logger } from 'pino';
import type { Signals } from '../config/config.ts';

/**
 * Starts OpenTelemetry as the standard `OTEL_*` variables say, which it reads itself, for the signals that have somewhere
 * to go. What it has to say of itself goes to `log`, which must not lead back to it. Answers what ends it, sending the rest.
 */
export function startSdk(signals: Signals, log: Logger): () => Promise<void> {
  diag.setLogger(diagnostics(log), { logLevel: DiagLogLevel.WARN }); // in its place the console, with OTEL_LOG_LEVEL
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

/** What the SDK says of itself: exporters complain with every batch, so the log has one line a minute. */
function diagnostics(log: Logger): DiagLogger {
  let toldAt = -Infinity;
  const say = (level: 'warn' | 'error') => (message: string) => {
    if (performance.now() - toldAt < repeatMs) return;
    toldAt = performance.now();
    log[level](`OpenTelemetry: ${messageOf(message)}`);
  };
  const ignore = () => {};
  return { error: say('error'), warn: say('warn'), info: ignore, debug: ignore, verbose: ignore };
}

/** The SDK says errors as JSON. */
function messageOf(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && 'message' in parsed ? String(parsed.message) : text;
  } catch {
    return text;
  }
}
