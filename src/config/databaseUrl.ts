/** libpq's variable for each parameter of a connection URI. */
const parameters = new Map([
  ['host', 'PGHOST'],
  ['port', 'PGPORT'],
  ['user', 'PGUSER'],
  ['password', 'PGPASSWORD'],
  ['dbname', 'PGDATABASE'],
  ['sslmode', 'PGSSLMODE'],
  ['sslrootcert', 'PGSSLROOTCERT'],
]);

const malformed =
  'DATABASE_URL: must be an address such as postgres://user:password@host:5432/database, with special characters percent-encoded, such as %40 for @';

/**
 * Translates DATABASE_URL into libpq's variables. Adds to `problems`, without quoting the password. Source: PostgreSQL
 * documentation, "Connection URIs".
 */
export function readDatabaseUrl(text: string, problems: string[]): Readonly<Record<string, string>> {
  const url = /^postgres(ql)?:\/\//.test(text) ? URL.parse(text) : null;
  const read = url && isWhole(url) ? decoded(url) : null;
  if (!read) {
    problems.push(malformed);
    return {};
  }
  for (const [name] of read.given)
    if (!parameters.has(name))
      problems.push(`DATABASE_URL: the parameter ${name} is not supported: leave it out, or use ${known}`);
  const given = read.given.flatMap(([name, value]) => {
    const variable = parameters.get(name);
    return variable ? [[variable, value] as const] : [];
  });
  const variables = Object.fromEntries([...Object.entries(read.parts), ...given].filter(([, value]) => value !== ''));
  if (!variables['PGHOST']) problems.push('DATABASE_URL: has no host');
  return variables;
}

const known = [...parameters.keys()].join(', ');

/**
 * Tells whether a URL was understood as a whole. If a password contains a raw `#`, `/` or `?`, it ends the authority, and
 * the `@` behind the password follows in another part.
 */
const isWhole = ({ hash, pathname, search }: URL): boolean => hash === '' && !`${pathname}${search}`.includes('@');

/** Decodes the parts and parameters of a URL, in which a `+` is no space; null if one is not percent-encoded correctly. */
function decoded({ hostname, port, username, password, pathname, search }: URL) {
  try {
    const parts = {
      PGHOST: decodeURIComponent(hostname).replace(/^\[(.*)\]$/, '$1'),
      PGPORT: port,
      PGUSER: decodeURIComponent(username),
      PGPASSWORD: decodeURIComponent(password),
      PGDATABASE: decodeURIComponent(pathname.slice(1)),
    };
    const given = [...search.matchAll(/[?&]([^=&]+)=?([^&]*)/g)].map(
      ([, name = '', value = '']) => [decodeURIComponent(name), decodeURIComponent(value)] as const,
    );
    return { parts, given };
  } catch {
    return null;
  }
}
