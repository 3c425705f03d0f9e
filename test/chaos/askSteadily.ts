import { request } from 'node:http';

/**
 * A process that sends requests at a steady rate, each on its own connection, whether or not earlier ones are answered.
 */
const everyMs = 50;
const probeEveryMs = 1000;
const patienceMs = 30_000;

export interface Sample {
  readonly kind: 'query' | 'probe';
  readonly ms: number;
  /** Status; 0 if no answer came. */
  readonly status: number;
  /** True if the answer is a 503 with `Retry-After`. */
  readonly announced: boolean;
  readonly text: string;
}

/** The first message; every other one asks for the samples since the last. */
export interface Task {
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
}

const body = JSON.stringify({ query: '{ sites(first: 1) { nodes { name } } }' });
let samples: Promise<Sample>[] = [];

process.once('message', (task: Task) => {
  setInterval(() => samples.push(ask('query', task)), everyMs);
  setInterval(() => samples.push(ask('probe', task)), probeEveryMs);
  process.on('message', async () => {
    const asked = samples;
    samples = [];
    process.send?.(await Promise.all(asked));
  });
});
process.once('disconnect', () => process.exit());

function ask(kind: Sample['kind'], { port, headers }: Task): Promise<Sample> {
  const began = performance.now();
  const options =
    kind === 'probe'
      ? { path: '/health/ready' }
      : {
          path: '/graphql',
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        };
  return new Promise((resolve) => {
    const end = (status: number, announced: boolean, text: string) =>
      resolve({ kind, ms: performance.now() - began, status, announced, text: text.slice(0, 200) });
    const signal = AbortSignal.timeout(patienceMs);
    const sent = request({ ...options, host: '127.0.0.1', port, agent: false, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('error', (error) => end(0, false, error.message));
      response.on('end', () => end(response.statusCode ?? 0, response.headers['retry-after'] !== undefined, text));
    });
    sent.on('error', (error) => end(0, false, error.message));
    sent.end(kind === 'query' ? body : undefined);
  });
}
