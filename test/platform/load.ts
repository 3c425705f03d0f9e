import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

export type Read = 'row' | 'page' | 'count';

/** Statements that create the data and let the role read it. */
export const sample = (role: string): readonly string[] => [
  'CREATE SCHEMA events',
  'CREATE TABLE events.site (code int PRIMARY KEY, name text NOT NULL)',
  `CREATE TABLE events.event (code int PRIMARY KEY, site_code int NOT NULL REFERENCES events.site,
     occurred_at timestamptz NOT NULL, value float8)`,
  "INSERT INTO events.site SELECT n, 'Site ' || n FROM generate_series(1, 20) n",
  `INSERT INTO events.event SELECT n, 1 + n % 20, timestamptz '2025-01-01' + n * interval '1 minute', random()
     FROM generate_series(1, 20000) n`,
  'CREATE INDEX ON events.event (site_code, occurred_at)',
  'ANALYZE',
  // Ends a busy backend if there is one within half a second, because that is the harder case.
  `CREATE FUNCTION public.kill_one(of_role text) RETURNS boolean LANGUAGE plpgsql AS $$
     DECLARE victim int;
     BEGIN
       FOR turn IN 1..500 LOOP
         PERFORM pg_stat_clear_snapshot();
         SELECT pid INTO victim FROM pg_stat_activity WHERE usename = of_role AND (state = 'active' OR turn = 500) LIMIT 1;
         EXIT WHEN victim IS NOT NULL;
         PERFORM pg_sleep(0.001);
       END LOOP;
       RETURN pg_terminate_backend(victim, 5000);
     END $$`,
  `GRANT USAGE ON SCHEMA events TO "${role}"`,
  `GRANT SELECT ON ALL TABLES IN SCHEMA events TO "${role}"`,
];

const documents: Readonly<Record<Read, string>> = {
  row: 'query ($n: Int!) { event(code: $n) { value occurredAt } }',
  page: `query ($n: Int!) { events(first: 20, where: { siteCode: { eq: $n } }, orderBy: [{ occurredAt: DESC }]) {
    nodes { value occurredAt siteCode } pageInfo { hasNextPage endCursor } } }`,
  count: 'query ($n: Int!) { events(first: 1, where: { siteCode: { eq: $n } }) { totalCount } }',
};

/**
 * Returns a function that sends a query to the server and resolves with the code of its error; null if there is none.
 */
export function createAsk(port: number): (read: Read) => Promise<string | null> {
  const agent = new Agent({ keepAlive: true });
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
  return async (read) => {
    const body = JSON.stringify({ query: documents[read], variables: { n: 1 + Math.floor(Math.random() * 20) } });
    const options = { host: '127.0.0.1', port, path: '/graphql', method: 'POST', agent, headers };
    try {
      const answer = await new Promise<string>((resolve, reject) => {
        request(options, (response) => text(response).then(resolve, reject))
          .once('error', reject)
          .end(body);
      });
      return codeOf(JSON.parse(answer));
    } catch (error) {
      return String(error);
    }
  };
}

/** Returns the code of an answer's first error; an answer without errors must have data. */
function codeOf(answer: { data?: unknown; errors?: { message: string; extensions?: { code?: string } }[] }) {
  const [error] = answer.errors ?? [];
  if (error) return error.extensions?.code ?? error.message;
  return answer.data ? null : 'NO_DATA';
}
