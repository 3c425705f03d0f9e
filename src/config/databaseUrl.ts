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
  const parts = url && !url.hash ? partsOf(url) : null;
  if (!url || !parts) {
    problems.push(malformed);
    return {};
  }
  for (const name of url.searchParams.keys())
    if (!parameters.has(name))
      problems.push(`DATABASE_URL: the parameter ${name} is not supported: leave it out, or use ${known}`);
  if (!parts['PGHOST']) problems.push('DATABASE_URL: has no host');
  return parts;
}

const known = [...parameters.keys()].join(', ');

/** Decodes the parts of a URL; null if one is not percent-encoded correctly. */
function partsOf({ hostname, port, username, password, pathname, searchParams }: URL): Record<string, string> | null {
  try {
    const parts = {
      PGHOST: decodeURIComponent(hostname).replace(/^\[(.*)\]$/, '$1'),
      PGPORT: port,
      PGUSER: decodeURIComponent(username),
      PGPASSWORD: decodeURIComponent(password),
      PGDATABASE: decodeURIComponent(pathname.slice(1)),
    };
    const given = [...searchParams].flatMap(([name, value]) => {
      const variable = parameters.get(name);
      return variable ? [[variable, value] as const] : [];
    });
    return Object.fromEntries([...Object.entries(parts), ...given].filter(([, value]) => value !== ''));
  } catch {
    return null;
  }
}
