import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** An attribute's value in OTLP's JSON. */
type Value = { stringValue?: string; intValue?: number | string; doubleValue?: number; boolValue?: boolean };
type Attribute = { readonly key: string; readonly value: Value };

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: number };
}

interface OtlpPoint {
  readonly attributes: readonly Attribute[];
  readonly count?: number;
  readonly sum?: number;
  readonly asInt?: number | string;
  readonly asDouble?: number;
}

interface OtlpMetric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: { readonly dataPoints: readonly OtlpPoint[] };
  readonly gauge?: { readonly dataPoints: readonly OtlpPoint[] };
  readonly histogram?: { readonly dataPoints: readonly OtlpPoint[] };
}

interface OtlpLog {
  readonly severityText: string;
  readonly body: { readonly stringValue: string };
  readonly traceId?: string;
  readonly spanId?: string;
  readonly attributes: readonly Attribute[];
}

interface OtlpResource {
  readonly resource: { readonly attributes: readonly Attribute[] };
}

/** The parts of OTLP's JSON that the tests read. Source: the schema `opentelemetry-proto`. */
interface Export {
  readonly resourceSpans?: readonly (OtlpResource & {
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  })[];
  readonly resourceMetrics?: readonly (OtlpResource & {
    readonly scopeMetrics: readonly { readonly metrics: readonly OtlpMetric[] }[];
  })[];
  readonly resourceLogs?: readonly (OtlpResource & {
    readonly scopeLogs: readonly { readonly logRecords: readonly OtlpLog[] }[];
  })[];
}

type Attributes = Readonly<Record<string, unknown>>;

export interface Span extends Omit<OtlpSpan, 'attributes'> {
  readonly attributes: Attributes;
}

export interface Collector {
  readonly url: string;
  /** The received bodies, by path for HTTP and by method for gRPC. */
  readonly received: readonly { readonly path: string; readonly body: Buffer }[];
  readonly close: () => Promise<void>;
}

/** Starts a receiver of OTLP over HTTP. */
export async function startCollector(): Promise<Collector> {
  const received: { path: string; body: Buffer }[] = [];
  const server = createServer(async (request, response) => {
    received.push({ path: request.url ?? '', body: await bodyOf(request) });
    response.setHeader('content-type', request.headers['content-type'] ?? '');
    response.end(request.headers['content-type'] === 'application/json' ? '{}' : undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Starts the same over gRPC: HTTP/2, with five bytes before each message, and the status in the trailers. */
export async function startGrpcCollector(): Promise<Collector> {
  const received: { path: string; body: Buffer }[] = [];
  const server = createHttp2Server();
  server.on('stream', async (stream, headers) => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    received.push({ path: String(headers[':path']), body: Buffer.concat(chunks).subarray(5) });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.end(Buffer.alloc(5));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const read = ({ received }: Collector): readonly Export[] =>
  received.map(({ body }) => JSON.parse(body.toString()) as Export);

export const spansOf = (collector: Collector): readonly Span[] =>
  read(collector)
    .flatMap(({ resourceSpans = [] }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans))
    .flatMap(({ spans }) => spans.map((span) => ({ ...span, attributes: plain(span.attributes) })));

export const logsOf = (collector: Collector) =>
  read(collector)
    .flatMap(({ resourceLogs = [] }) => resourceLogs.flatMap(({ scopeLogs }) => scopeLogs))
    .flatMap(({ logRecords }) => logRecords.map((log) => ({ ...log, attributes: plain(log.attributes) })));

/** Returns the last points of each metric, with their attributes and whichever number they have. */
export function metricsOf(collector: Collector) {
  const metrics = new Map<string, readonly { readonly attributes: Attributes; readonly value: number }[]>();
  const all = read(collector).flatMap(({ resourceMetrics = [] }) => resourceMetrics.flatMap((one) => one.scopeMetrics));
  for (const { name, sum, gauge, histogram } of all.flatMap((scope) => scope.metrics)) {
    const points = (sum ?? gauge ?? histogram)?.dataPoints ?? [];
    const numberOf = ({ count, asInt, asDouble }: OtlpPoint) => Number(count ?? asInt ?? asDouble);
    metrics.set(
      name,
      points.map((point) => ({ attributes: plain(point.attributes), value: numberOf(point) })),
    );
  }
  return metrics;
}

export const resourcesOf = (collector: Collector): readonly Attributes[] =>
  read(collector)
    .flatMap(({ resourceSpans = [], resourceMetrics = [], resourceLogs = [] }) => [
      ...resourceSpans,
      ...resourceMetrics,
      ...resourceLogs,
    ])
    .map(({ resource }) => plain(resource.attributes));

const plain = (attributes: readonly Attribute[]): Attributes =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, numeric(value)]));

const numeric = ({ stringValue, intValue, doubleValue, boolValue }: Value) =>
  stringValue ?? (intValue === undefined ? (doubleValue ?? boolValue) : Number(intValue));
