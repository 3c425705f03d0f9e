import { inspect, isDeepStrictEqual } from 'node:util';
import { type GraphQLField, getNamedType, isInputObjectType, isLeafType, isObjectType } from 'graphql';
import pg from 'pg';
import { changesOf } from './changes.ts';
import { type Crawl, Disagreement, dataOf, type Place } from './check.ts';
import { note } from './coverage.ts';
import { some } from './dice.ts';
import type { ModelColumn } from './model.ts';
import { type OracleRow, readRows, relationSql, rowsStatement } from './oracle.ts';

const id = pg.escapeIdentifier;

/** The mark of the created row. */
const made = 500;

type Mutation = GraphQLField<unknown, unknown>;

/** Creates a row like an existing one, changes it and deletes it, as far as the grants allow. */
export async function checkWrites(crawl: Crawl): Promise<void> {
  const writable = crawl.places.filter(({ surface: { relation }, rows }) => relation.mayInsert && rows.length > 0);
  const place = writable[crawl.dice(Math.max(1, writable.length))];
  if (!place) return;
  const { relation } = place.surface;
  const row = await create(crawl, place);
  if (!row) return;
  const isUpdatable = relation.columns.some(({ mayUpdate }) => mayUpdate);
  const updated = isUpdatable ? await update(crawl, place, row) : row;
  const changed = isUpdatable ? await change(crawl, place, updated) : row;
  if (relation.mayDelete) await remove(crawl, place, changed);
}

/** Returns the mutations of one row of a relation whose descriptions begin with these words. */
const mutationsOf = ({ schema }: Crawl, place: Place, does: string): readonly Mutation[] =>
  Object.values(schema.getMutationType()?.getFields() ?? {}).filter(
    ({ type, description }) =>
      rowField(type, place) !== undefined && description?.startsWith(does) && !description.includes('all or none'),
  );

/** Returns the name of a payload's field with the row. */
const rowField = (type: Mutation['type'], { surface }: Place) => {
  const payload = getNamedType(type);
  return isObjectType(payload)
    ? Object.values(payload.getFields()).find((field) => getNamedType(field.type) === surface.type)?.name
    : undefined;
};

/** Returns an input with the values of a row but another mark; null if one of them cannot be expressed as an input. */
export function inputOf(
  { surface }: Place,
  columns: readonly ModelColumn[],
  { cells }: Pick<OracleRow, 'cells'>,
  mark = made,
): Readonly<Record<string, unknown>> | null {
  const values = columns.map((column) => [column, cells.get(column.name)] as const);
  if (values.some(([, cell]) => cell && cell.shown === null)) return null;
  return Object.fromEntries(
    values.map(([{ name }, cell]) => [
      surface.fields.get(name),
      name === surface.relation.mark ? mark : (cell?.shown ?? null),
    ]),
  );
}

/**
 * Runs a mutation and resolves with the row that SQL then reads; throws a `Disagreement` if the payload differs, or for
 * an error with any other code than these.
 */
async function run(
  { host, oracle, model, coverage }: Crawl,
  place: Place,
  mutation: Mutation,
  given: Readonly<Record<string, unknown>>,
  refusals: readonly string[] = ['CONFLICT'],
): Promise<{ readonly isDone: boolean; readonly row: OracleRow | undefined; readonly document: string }> {
  const { surface } = place;
  const declared = mutation.args
    .filter(({ name }) => Object.hasOwn(given, name))
    .map(({ name, type }) => `$${name}: ${type}`);
  const named = Object.keys(given).map((name) => `${name}: $${name}`);
  const document = `mutation (${declared.join(', ')}) {
    made: ${mutation.name}(${named.join(', ')}) { row: ${rowField(mutation.type, place)} { ${[...surface.fields.values()].join(' ')} } }
  }`;
  const answer = await host.ask(document, given);
  if (answer.errors?.every(({ extensions }) => refusals.includes(extensions.code))) {
    note(coverage, 'write', 'refused');
    return { isDone: false, row: undefined, document };
  }
  const data = dataOf(host, answer, document, given);
  const [rows = []] = await oracle.ask([rowsStatement(model.schema, surface.relation)]);
  const row = readRows(rows, surface.relation, surface.labels).find(({ mark }) => mark === made);
  const shown = (data['made'] as { row: Readonly<Record<string, unknown>> | null }).row;
  const expected =
    row && Object.fromEntries([...row.cells].map(([name, cell]) => [surface.fields.get(name), cell?.shown ?? null]));
  if (expected && !isDeepStrictEqual({ ...shown }, expected))
    throw new Disagreement(
      `${document}\n${JSON.stringify(given)}\nanswers ${JSON.stringify(shown)}, but there is ${JSON.stringify(expected)}`,
    );
  return { isDone: true, row, document };
}

/** Throws a `Disagreement` if a row does not have the given values. */
function checkGiven(
  { surface }: Place,
  row: OracleRow | undefined,
  given: Readonly<Record<string, unknown>>,
  document: string,
) {
  for (const [name, field] of surface.fields) {
    if (!Object.hasOwn(given, field)) continue;
    const found = row?.cells.get(name)?.shown ?? null;
    if (!row || !isDeepStrictEqual(found, given[field]))
      throw new Disagreement(`${document}\n${JSON.stringify(given)}\nmade ${name} ${JSON.stringify(found)}`);
  }
}

async function create(crawl: Crawl, place: Place): Promise<OracleRow | undefined> {
  const { dice, coverage } = crawl;
  const [mutation] = mutationsOf(crawl, place, 'Creates a row');
  const like = place.rows[dice(place.rows.length)];
  const columns = place.surface.relation.columns.filter(({ mayInsert }) => mayInsert);
  const input = like && inputOf(place, columns, like);
  if (!input) return undefined;
  if (!mutation) throw new Disagreement(`There is no mutation that creates a row of ${place.surface.relation.name}`);
  const { isDone, row, document } = await run(crawl, place, mutation, { input });
  if (!isDone) return undefined;
  checkGiven(place, row, input, document);
  note(coverage, 'write', 'create');
  return row;
}

/** Returns the arguments by which a mutation finds a row; null if the API cannot express one of them. */
function keyOf({ surface }: Place, { args }: Mutation, row: OracleRow): Readonly<Record<string, unknown>> | null {
  const keys = args.filter(({ type }) => isLeafType(getNamedType(type)));
  const values = keys.map(({ name }) => {
    const [column = ''] = [...surface.fields].find(([, field]) => field === name || `${field}_` === name) ?? [];
    return [name, row.cells.get(column)?.shown ?? null] as const;
  });
  const isWhole = values.every(([, value]) => value !== null && !(Array.isArray(value) && value.includes(null)));
  return isWhole ? Object.fromEntries(values) : null;
}

/** Patches a row, and resolves with it as it is then. */
async function update(crawl: Crawl, place: Place, row: OracleRow): Promise<OracleRow> {
  const { dice, coverage } = crawl;
  const { relation, fields, mark } = place.surface;
  const mutations = mutationsOf(crawl, place, 'Changes a row');
  if (mutations.length !== relation.keys.length)
    throw new Disagreement(
      `There are ${mutations.length} mutations that change a row of ${relation.name}, not ${relation.keys.length}`,
    );
  const mutation = mutations[dice(mutations.length)];
  const key = mutation && keyOf(place, mutation, row);
  const like = place.rows[dice(place.rows.length)];
  const columns = relation.columns.filter(({ mayUpdate, name }) => mayUpdate && !relation.keys.flat().includes(name));
  const patch =
    like &&
    inputOf(
      place,
      columns.filter(({ name }) => fields.get(name) !== mark),
      like,
    );
  if (!mutation || !key || !patch || Object.keys(patch).length === 0) return row;
  const { isDone, row: changed, document } = await run(crawl, place, mutation, { ...key, patch });
  if (!isDone || !changed) return row;
  checkGiven(place, changed, patch, document);
  note(coverage, 'write', 'update');
  return changed;
}

/** Number of columns that are changed relative to their values, each by a mutation of its own. */
const perRow = 4;

/** Changes columns of a row relative to their values, and resolves with the row as it is then. */
async function change(crawl: Crawl, place: Place, row: OracleRow): Promise<OracleRow> {
  const { dice, coverage, schema, model } = crawl;
  const { relation, fields, mark, type } = place.surface;
  const input = schema.getType(`Update${type.name}Change`);
  const offered = isInputObjectType(input) ? input.getFields() : {};
  const columns = relation.columns.filter(({ name }) => fields.get(name) !== mark && offered[fields.get(name) ?? '']);
  let now = row;
  for (const column of some(dice, columns, perRow)) {
    const field = fields.get(column.name) ?? '';
    const operators = getNamedType(offered[field]?.type);
    const like = place.rows[dice(place.rows.length)]?.cells.get(column.name);
    const possible = like?.shown === null || !like ? [] : changesOf(column, now.cells.get(column.name) ?? null, like);
    const changes = possible.filter(({ operator }) => isInputObjectType(operators) && operators.getFields()[operator]);
    const [chosen] = some(dice, changes, 1);
    const mutations = mutationsOf(crawl, place, 'Changes a row');
    const mutation = mutations[dice(Math.max(1, mutations.length))];
    const key = mutation && keyOf(place, mutation, now);
    if (!chosen || !key) continue;
    const { operator, argument, sql } = chosen;
    const statement = `update ${relationSql(model.schema, relation)} set ${id(column.name)} = ${sql} where ${id(relation.mark)} = ${made}`;
    const wanted = await attempt(crawl, place, statement);
    const given = { ...key, change: { [field]: { [operator]: argument } } };
    const { row: changed } = await run(crawl, place, mutation, given, wanted ? [] : ['CONFLICT', 'BAD_USER_INPUT']);
    if (!isDeepStrictEqual(changed && shownIn(changed), wanted && shownIn(wanted)))
      throw new Disagreement(
        `${JSON.stringify(given)}\nmade ${inspect(changed)}\n${statement}\nmakes ${inspect(wanted)}`,
      );
    note(coverage, 'write', `change: ${operator} of ${column.type.family}`);
    now = changed ?? now;
  }
  return now;
}

/** Returns the values of a row as the API shows them, by column. */
export const shownIn = ({ cells }: OracleRow): Readonly<Record<string, unknown>> =>
  Object.fromEntries([...cells].map(([name, cell]) => [name, cell?.shown ?? null]));

/** Returns the made row as it would be after a statement; undefined if PostgreSQL refuses the statement. */
async function attempt(
  { oracle, model }: Crawl,
  { surface }: Place,
  statement: string,
): Promise<OracleRow | undefined> {
  try {
    const [, , rows = []] = await oracle.ask(['begin', statement, rowsStatement(model.schema, surface.relation)]);
    return readRows(rows, surface.relation, surface.labels).find(({ mark }) => mark === made);
  } catch (error) {
    if (error instanceof pg.DatabaseError) return undefined;
    throw error;
  } finally {
    await oracle.ask(['rollback']);
  }
}

async function remove(crawl: Crawl, place: Place, row: OracleRow): Promise<void> {
  const [mutation] = mutationsOf(crawl, place, 'Deletes a row');
  if (!mutation) {
    if (place.surface.relation.keys.length === 0) return;
    throw new Disagreement(`There is no mutation that deletes a row of ${place.surface.relation.name}`);
  }
  const key = keyOf(place, mutation, row);
  if (!key) return;
  const { isDone, row: left, document } = await run(crawl, place, mutation, key);
  if (isDone && left) throw new Disagreement(`${document}\n${JSON.stringify(key)}\nleft the row`);
  if (isDone) note(crawl.coverage, 'write', 'delete');
}
