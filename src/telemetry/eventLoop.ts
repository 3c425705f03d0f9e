import { monitorEventLoopDelay } from 'node:perf_hooks';
import { metrics } from '@opentelemetry/api';

const nanosecond = 1e-9;

/**
 * Reports the delay of the event loop since the last collection of metrics, by OpenTelemetry's conventions for Node.js.
 */
export function observeEventLoop(): void {
  const meter = metrics.getMeter('events-graphql');
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  const gauge = (measure: string) => meter.createObservableGauge(`nodejs.eventloop.delay.${measure}`, { unit: 's' });
  const [mean, p50, p99, max] = [gauge('mean'), gauge('p50'), gauge('p99'), gauge('max')];
  meter.addBatchObservableCallback(
    (result) => {
      if (delays.count === 0) return;
      result.observe(mean, delays.mean * nanosecond);
      result.observe(p50, delays.percentile(50) * nanosecond);
      result.observe(p99, delays.percentile(99) * nanosecond);
      result.observe(max, delays.max * nanosecond);
      delays.reset();
    },
    [mean, p50, p99, max],
  );
}
