// PostGraphile 5 as its documentation sets it up for production.
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

const { PORT, PGUSER, PGPASSWORD, PGHOST, PGPORT, PGDATABASE, POOL, EVENTS_SCHEMA = 'events' } = process.env;
const gate = process.env.TOKEN_KEYS ? await import('./gate.ts') : null;

const server = createServer();
gate?.logRequests(server);
await postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: `postgres://${PGUSER}:${PGPASSWORD}@${PGHOST}:${PGPORT}/${PGDATABASE}`,
      schemas: [EVENTS_SCHEMA],
      poolConfig: { max: Number(POOL) },
    }),
  ],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false, maxRequestLength: 10_000_000 },
  grafast: {
    async context({ node }) {
      await gate?.admit(node?.req.headers.authorization);
      return {};
    },
  },
})
  .createServ(grafserv)
  .addTo(server);
server.listen(Number(PORT), '127.0.0.1', () => console.log('listening'));
