import { type GraphQLSchema, getNamedType, isEnumType, isInputObjectType, isLeafType, isObjectType } from 'graphql';
import { sourceOf } from '../../src/schema/fieldSource.ts';

/** Names of fields without those that aggregate a list, which are called as the list is and go on. */
export const withoutAggregates = (names: readonly string[]): string[] =>
  names.filter((name) => !names.some((list) => [`${list}Aggregate`, `${list}GroupedAggregate`].includes(name)));

/** The fields of an object type; none where there is no such type. */
function fieldsOf(schema: GraphQLSchema, name: string) {
  const type = schema.getType(name);
  return isObjectType(type) ? Object.values(type.getFields()) : [];
}

/** A table's columns in its enum of those to group by. */
function columnsOf(schema: GraphQLSchema, row: string): readonly string[] {
  const type = schema.getType(`${row}Column`);
  return isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
}

/** What holds times: the fields of a table's `groupBy` that make buckets. */
function timesOf(schema: GraphQLSchema, row: string): readonly string[] {
  const input = schema.getType(`${row}GroupBy`);
  const fields = isInputObjectType(input) ? Object.values(input.getFields()) : [];
  const hasDays = new Set(['DateTime', 'LocalDateTime', 'Date']);
  const days = fieldsOf(schema, row).flatMap(({ name, type }) => (hasDays.has(getNamedType(type).name) ? [name] : []));
  return fields.flatMap(({ name, type }) =>
    getNamedType(type).name === 'Bucket' && days.includes(name) ? [name] : [],
  );
}

/** The values of a table's enum of columns that hold times. */
export const timeColumnsOf = (schema: GraphQLSchema, row: string): readonly string[] => {
  const times = timesOf(schema, row);
  const columns = fieldsOf(schema, row).flatMap((field) =>
    times.includes(field.name) ? (sourceOf(field)?.columns ?? []) : [],
  );
  const type = schema.getType(`${row}Column`);
  return isEnumType(type) ? type.getValues().flatMap(({ name, value }) => (columns.includes(value) ? [name] : [])) : [];
};

/** A selection of all measures in a type, in all forms; of changes where there are any. */
function everyMeasureOf(schema: GraphQLSchema, type: string, hasChanges: boolean): string {
  const measures = fieldsOf(schema, type).flatMap(({ name, type }) => {
    if (name === 'percentile') return ['p50: percentile(p: 0.5)', 'p90: percentile(p: 0.9)'];
    const inner = getNamedType(type);
    if (!isObjectType(inner)) return [name];
    return inner.name === 'ChangeAggregate' && !hasChanges
      ? []
      : [`${name} { ${everyMeasureOf(schema, inner.name, false)} }`];
  });
  return measures.join(' ');
}

/** A selection of all measures of rows of a type, and of the first and last of them by each time. */
export function measuresOf(schema: GraphQLSchema, row: string, hasChanges = false): string {
  const columns = fieldsOf(schema, `${row}ColumnAggregates`).map(
    ({ name, type }) => `${name} { ${everyMeasureOf(schema, getNamedType(type).name, hasChanges)} }`,
  );
  const ends = fieldsOf(schema, `${row}Aggregate`)
    .filter(({ name }) => name === 'first' || name === 'last')
    .flatMap(({ name }) => timeColumnsOf(schema, row).map((by) => `${name}_${by}: ${name}(by: ${by}) { __typename }`));
  return `count of { ${columns.join(' ')} } ${ends.join(' ')}`;
}

/** Ways to group the rows of a type, each with a selection of what the groups have in common. */
export function groupingsOf(schema: GraphQLSchema, row: string) {
  const input = schema.getType(`${row}GroupBy`);
  const inputs = isInputObjectType(input) ? Object.keys(input.getFields()) : [];
  const keys = fieldsOf(schema, `${row}GroupKey`);
  const values = keys.filter(({ type }) => isLeafType(getNamedType(type)));
  const own = columnsOf(schema, row).map((column) => ({
    groupBy: `columns: [${column}]`,
    selected: `key { ${values.map(({ name }) => name).join(' ')} }`,
  }));
  const related = keys.flatMap(({ name, type }) => {
    const to = getNamedType(type).name.replace(/GroupKey$/, '');
    const [column] = columnsOf(schema, to);
    return inputs.includes(name) && isObjectType(getNamedType(type))
      ? [{ groupBy: `${name}: { columns: [${column}] }`, selected: `key { ${name} { __typename } }` }]
      : [];
  });
  const times = timesOf(schema, row).flatMap((column) =>
    ['P1D', 'P2W', 'P5Y'].map((every) => ({
      groupBy: `${column}: { every: "${every}", timeZone: "America/New_York" }`,
      selected: `bucket bucketEpochMs countChange { difference rate } changes: ${measuresOf(schema, row, true).replace(/^count of/, 'of')}
        previous(shift: "P1DT1H") { bucket ${measuresOf(schema, row)} }`,
    })),
  );
  const parts = timesOf(schema, row).map((column) => ({
    groupBy: `${column}: { parts: [WEEKDAY, MONTH, YEAR, ISO_YEAR], timeZone: "America/New_York" }`,
    selected: 'parts { weekday month year isoYear }',
  }));
  return [...own, ...related, ...times, ...parts];
}
