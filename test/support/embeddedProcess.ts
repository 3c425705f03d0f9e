import pg from 'pg';
import { startEmbedded } from '../../src/dev/embedded/embedded.ts';

/** A process with an embedded database. It prints the connection and, on SIGINT, whether the database still answers. */
const [directory = ''] = process.argv.slice(2);
const { connection, stop } = await startEmbedded({ directory });
const client = new pg.Client(connection);
await client.connect();
process.once('SIGINT', async () => {
  const { rowCount } = await client.query('select');
  console.log(rowCount === 1 ? 'still answers' : 'answers wrongly');
  await client.end();
  await stop();
});
console.log(JSON.stringify(connection));
