import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCredential, createIdentityHttp } from '../../src/auth/identity/credential.ts';
import { createTokenSource } from '../../src/auth/identity/tokenSource.ts';
import { examine } from '../../src/commands/doctor/examine.ts';
import { createDb, type Db, type SharedDb } from '../../src/db/db.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { createPool, type Lender, type Pool, type PoolOptions } from '../../src/db/pool/pool.ts';
import type { Session } from '../../src/db/pool/session.ts';
import { entriesOf, type Row } from '../../src/db/sql/row.ts';
import { sql, trusted } from '../../src/db/sql/sql.ts';
import { createIdentityEndpoint } from '../platform/identity.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { isOwn } from '../support/ownedNotes.ts';
import { hasPgBouncer, type PgBouncer, startPgBouncer } from '../support/pgBouncer.ts';
import { startProgram } from '../support/program.ts';
import { serveStreams } from '../support/streams.ts';

describe.skipIf(!hasPgBouncer)('behind a PgBouncer that pools transactions and does not re-prepare statements', () => {
  let database: TestDatabase;
  let pgBouncer: PgBouncer;
  let pool: Pool;
  let db: SharedDb;
  /** The sessions that `onPooled` reported since the test began. */
  let pooled: Session[];

  beforeAll(async () => {
    database = await createDatabase();
    await database.admin(`
      create table events.note (owner text);
      insert into events.note select o from unnest('{anna,ben}'::text[]) o, generate_series(1, 20);
      alter table events.note enable row level security;
      create policy own on events.note
        using (${isOwn});
      grant select, insert on events.note to ${database.connection.user}`);
    pgBouncer = await startPgBouncer(2);
  });

  const open = (options: Partial<PoolOptions> = {}) =>
    createPool({
      ...database.connection,
      port: pgBouncer.port,
      ssl: false,
      size: 6,
      connectTimeoutMs: 10_000,
      statementTimeoutMs: 20_000,
      onError: () => {},
      onPooled: (session) => pooled.push(session),
      ...options,
    });

  beforeEach(() => {
    pooled = [];
    pool = open();
    db = createDb(pool);
  });

  afterEach(() => pool.end());

  afterAll(async () => {
    await pgBouncer?.stop();
    await database.drop();
  });

  const six = Array.from({ length: 6 }, (_, n) => n);
  /** Opens all connections of the pool: none is returned before all are lent. */
  const fill = () => {
    const full = Promise.withResolvers<void>();
    let lent = 0;
    const hold = async () => {
      if (++lent === six.length) full.resolve();
      await full.promise;
    };
    return Promise.all(six.map(() => pool.use(hold)));
  };

  test('the pooler is noticed, and reported once for all connections', async () => {
    await fill();
    expect(pool.stats().open).toBe(6);
    expect(pooled).toEqual([{ pooler: { prepares: false }, isCluster: false, settings: expect.anything() }]);
  });

  test('every statement has the settings, and none of them stays on a backend', async () => {
    await fill();
    const names = ['TimeZone', 'DateStyle', 'IntervalStyle', 'bytea_output', 'jit', 'statement_timeout'];
    const shown = (n: number) =>
      sql`select array(select current_setting(name) from unnest(${names}::text[]) name) as values, ${n}::int`;
    const seen = await Promise.all(six.map((n) => db.rows(shown(n))));
    for (const [row] of seen) expect(row?.['values']).toMatch(/^\{(Etc\/)?UTC,"ISO, ...",iso_8601,hex,off,20s\}$/);
    const bare = () => pool.use((client) => client.query('show statement_timeout'));
    for (const { rows } of await Promise.all(six.map(bare))) expect(rows).toEqual([{ statement_timeout: '0' }]);
  });

  test('the catalog and its fingerprint are the same as without the pooler', async () => {
    const direct = open({ port: database.connection.port });
    const { ms: _, ...expected } = await introspect(createDb(direct), 'events');
    expect(await introspect(db, 'events')).toMatchObject(expected);
    await direct.end();
  });

  test('a statement ends at its time limit', async () => {
    const short = open({ statementTimeoutMs: 200 });
    const read = createDb(short).rows(sql`select pg_sleep(30)`);
    await expect(read).rejects.toMatchObject({ code: 'TIMEOUT', cause: { code: '57014' } });
    await short.end();
  });

  test('a role with the settings needs none in its transactions', async () => {
    const { user } = database.connection;
    const { settings } = await pool.use(async (_, session) => session);
    for (const [name, value] of Object.entries(settings))
      await database.admin(`alter role ${user} in database ${database.connection.database} set ${name} = '${value}'`);
    const again = await startPgBouncer(1);
    const other = open({ port: again.port });
    expect(await other.use(async (_, session) => session.settings)).toEqual({});
    await other.end();
    await again.stop();
    await database.admin(`alter role ${user} in database ${database.connection.database} reset all`);
  });

  test('two callers never see a row of each other, whatever fails or is cancelled in between', async () => {
    const mine = async (some: Db, seconds: number) => {
      const rows = await some.rows(sql`select owner from events.note, pg_sleep(${seconds})`);
      return rows.map(({ owner }) => ({ owner }));
    };
    const counts = { answers: 0, errors: 0, cancels: 0 };
    const client = async (name: 'anna' | 'ben' | null, n: number) => {
      const claims = name === null ? undefined : { oid: name };
      const expected = Array.from({ length: name === null ? 0 : 20 }, () => ({ owner: name }));
      for (let round = 0; round < 40; round++) {
        const controller = new AbortController();
        const some = db.within({ claims, signal: controller.signal });
        const kind = (round + n) % 4;
        if (kind === 0) {
          await expect(some.rows(sql`select 1/0 from events.site`)).rejects.toThrow(/division by zero/);
          counts.errors++;
        } else if (kind === 1) {
          setTimeout(() => controller.abort(new Error('gone')), Math.random() * 20);
          await mine(some, 0.5).then(
            (rows) => expect(rows).toEqual(expected),
            (error: unknown) => {
              if (!controller.signal.aborted) throw error;
              counts.cancels++;
            },
          );
        } else {
          expect(await mine(some, 0.001)).toEqual(expected);
          counts.answers++;
        }
      }
    };
    await Promise.all(six.map((n) => client((['anna', 'ben', null] as const)[n % 3] ?? null, n)));
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(10);
  });

  test('an abandoned read is cancelled in PostgreSQL', async () => {
    const running = async () => {
      const active = `select from pg_stat_activity where usename = $1 and state = 'active' and query like '%pg_sleep(25)%'`;
      return (await database.admin(active, [database.connection.user])).rowCount;
    };
    const controller = new AbortController();
    const read = db.within({ signal: controller.signal }).rows(sql`select pg_sleep(25)`);
    read.catch(() => {});
    await expect.poll(running, { timeout: 10_000 }).toBe(1);
    controller.abort(new Error('gone'));
    await expect(read).rejects.toThrow('gone');
    await expect.poll(running, { timeout: 10_000 }).toBe(0);
  });

  /** The pool as it would be if the pooler re-prepared statements. */
  const asPreparing = (other: Pool): Lender => ({
    statementTimeoutMs: other.statementTimeoutMs,
    use: (work, options) =>
      other.use((client) => work(client, { settings: {}, pooler: { prepares: true }, isCluster: false }), options),
  });

  test('rows have the columns of the backend that reads them, even if another prepared them before a change', async () => {
    await database.admin(`
      create table events.pair (first text, second text);
      insert into events.pair values ('1', '2');
      grant select on events.pair to ${database.connection.user}`);
    const two = await startPgBouncer(2);
    const pools = [1, 2, 3].map(() => open({ port: two.port, size: 1 }));
    const [holder, before, after] = pools as [Pool, Pool, Pool];
    const read = async (from: Db) => entriesOf((await from.rows(sql`select * from events.pair`))[0] as Row);
    const db = createDb(asPreparing(before));
    expect(await read(db)).toEqual(Object.entries({ first: '1', second: '2' }));
    await database.admin("alter table events.pair drop column first, add column third text default '3'");
    await holder.use(async (client) => {
      await client.query('begin');
      for (const other of [createDb(asPreparing(after)), db])
        expect(await read(other)).toEqual(Object.entries({ second: '2', third: '3' }));
      await client.query('rollback');
    });
    await Promise.all(pools.map((one) => one.end()));
    await two.stop();
  });

  test('no statement fails when the pooler stops re-preparing statements', async () => {
    const mistaken = createDb(asPreparing(pool));
    const numbers = Array.from({ length: 120 }, (_, n) => n % 5);
    const ask = async (n: number) => {
      const anna = mistaken.within({ claims: { oid: 'anna' } });
      return (await (n % 2 ? anna : mistaken).rows(sql`select ${trusted(String(n))} + ${1}::int as n`))[0]?.['n'];
    };
    expect(await Promise.all(numbers.map(ask))).toEqual(numbers.map((n) => String(n + 1)));
  });

  test('connections with expiring tokens are replaced under load, and no read fails', async () => {
    const role = await database.createRole();
    const scope = 'https://ossrdbms-aad.database.windows.net/.default';
    const identity = await createIdentityEndpoint({
      lifeSeconds: 3,
      assigned: [role.user],
      // Only the newest token is accepted as the password.
      onIssue: async ({ text }) => void (await database.admin(`alter role ${role.user} password '${text}'`)),
    });
    process.env['IDENTITY_ENDPOINT'] = identity.url;
    process.env['IDENTITY_HEADER'] = identity.header;
    const password = createTokenSource({
      credential: createCredential({ kind: 'user-identity', clientId: role.user, scope }, createIdentityHttp(1000)),
      scope,
      attemptTimeoutMs: 1000,
    });
    let replaced = 0;
    const done = Promise.withResolvers<void>();
    const rotated = open({
      user: role.user,
      password,
      size: 2,
      onEvent: (event) => event === 'replaced' && ++replaced === 4 && done.resolve(),
    });
    const reads = createDb(rotated);
    let running = true;
    const caller = async () => {
      while (running) expect(await reads.rows(sql`select 1 as one, pg_sleep(0.005)`)).toMatchObject([{ one: '1' }]);
    };
    const callers = Promise.all([caller(), caller(), caller()]);
    await Promise.race([done.promise, callers]);
    running = false;
    await callers;
    expect(rotated.stats().counts).toMatchObject({ 'login-failed': 0, lost: 0 });
    await rotated.end();
    await identity.end();
  });

  describe('the API', () => {
    let api: TestApi;

    beforeAll(async () => {
      api = await createTestApi({ ...database.connection, port: pgBouncer.port }, { size: 6 });
    });

    afterAll(() => api?.close());

    test('the API answers mixed documents under load like one at a time', async () => {
      const documents = [
        '{ devices(first: 3) { totalCount nodes { serial site { code } } } }',
        '{ sites { nodes { devices(first: 2) { nodes { serial } } } } }',
        '{ eventsAggregate { count of { value { avg } } } }',
        '{ events(first: 2, orderBy: [{occurredAt: DESC}]) { nodes { occurredAt severity device { serial } } } }',
      ];
      const alone: unknown[] = [];
      for (const document of documents) alone.push(await api.query(document));
      const client = async (n: number) => {
        for (let i = 0; i < 25; i++) {
          const which = (n + i) % documents.length;
          expect(await api.query(documents[which] ?? '')).toEqual(alone[which]);
        }
      };
      await Promise.all(Array.from({ length: 8 }, (_, n) => client(n)));
    });

    test('a live tail delivers what is written', async () => {
      const streams = await serveStreams(api);
      const tail = streams.subscribe<{ value: string }>(
        'subscription { added: eventsAdded { cursor end edges { node { value } } } }',
      );
      await tail.next();
      const { rows } = await database.admin<{ n: number }>(`
        insert into events.event (device_id, event_type_id, occurred_at, severity, value)
        select device_id, event_type_id, now(), severity, 4711 from events.event limit 3 returning value as n`);
      expect(rows).toHaveLength(3);
      expect((await tail.nodes(3)).map(({ value }) => value)).toEqual(['4711.000', '4711.000', '4711.000']);
      await tail.stop();
      api.tails.stop();
      await streams.drain(1000);
    });
  });

  const variables = () => {
    const { user, password, database: name } = database.connection;
    return {
      PGHOST: pgBouncer.host,
      PGPORT: String(pgBouncer.port),
      PGDATABASE: name,
      PGUSER: user,
      PGPASSWORD: password,
      PG_AUTH: 'password',
    };
  };

  test("the server's log says once what the pooler costs and what to do", async () => {
    const program = startProgram([], { ...variables(), PORT: '0' });
    await program.printed(/GraphQL and GraphiQL/);
    program.process.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    const said = program.err().match(/.*each is planned every time.*/g);
    expect(said).toEqual([expect.stringContaining('pgbouncer.max_prepared_statements')]);
  });

  test('doctor names the pooler, what it costs and what to do', async () => {
    const findings = await examine(variables());
    expect(findings.filter(({ status }) => status === 'failed')).toEqual([]);
    const session = findings.find(({ step }) => step === 'session');
    expect(session).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(/^TimeZone=\S*UTC, .*statement_timeout=15000.* each is planned every time/),
      remedy: expect.stringContaining('pgbouncer.max_prepared_statements'),
    });
    expect(session?.remedy).toContain(`ALTER ROLE "${database.connection.user}" SET statement_timeout = '15000';`);
    const many = await examine({ ...variables(), PG_POOL_SIZE: '10', MAX_REPLICAS: '1000' });
    expect(many.find(({ step }) => step === 'connections')).toMatchObject({
      status: 'ok',
      message: '1000 × (10 + 1) = 11000 connections to the pooler, which shares those of the server',
    });
  });
});
