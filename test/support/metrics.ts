import { type Attributes, metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';

type Points = readonly { readonly attributes: Attributes; readonly value: unknown }[];

/** Records what instruments measure that are created from now on, until it is stopped. */
export function keepMetrics() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
  return {
    /** Returns every metric with its points. */
    async collect(): Promise<ReadonlyMap<string, Points>> {
      exporter.reset();
      await provider.forceFlush();
      const all = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
      return new Map(all.map((metric): [string, Points] => [metric.descriptor.name, metric.dataPoints]));
    },
    async stop() {
      metrics.disable();
      await provider.shutdown();
    },
  };
}
