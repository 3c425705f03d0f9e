import { type GraphQLSchema, getNamedType, isEnumType, isInputObjectType, isLeafType, isObjectType } from 'graphql';
import { sourceOf } from '../../src/schema/fieldSource.ts';

/** Leaves out the aggregate fields of lists, whose names begin with the list's. */
export const withoutAggregates = (names: readonly string[]): string[] =>
  names.filter((name) => !names.some((list) => [`${list}Aggregate`, `${list}GroupedAggregate`].includes(name)));

/** Returns the fields of an object type; none if there is no such type. */
function fieldsOf(schema: GraphQLSchema, name: string) {
  const type = schema.getType(name);
  return isObjectType(type) ? Object.values(type.getFields()) : [];
}

/** Returns the columns by which a table can be grouped. */
function columnsOf(schema: GraphQLSchema, row: string): readonly string[] {
  const type = schema.getType(`${row}Column`);
  return isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
}

/** Returns the fields of a table's `groupBy` that make buckets of times. */
export function timesOf(schema: GraphQLSchema, row: string): readonly string[] {
  const input = schema.getType(`${row}GroupBy`);
  const fields = isInputObjectType(input) ? Object.values(input.getFields()) : [];
  const hasDays = new Set(['DateTime', 'LocalDateTime', 'Date']);
  const days = fieldsOf(schema, row).flatMap(({ name, type }) => (hasDays.has(getNamedType(type).name) ? [name] : []));
  return fields.flatMap(({ name, type }) =>
    getNamedType(type).name === 'Bucket' && days.includes(name) ? [name] : [],
  );
}

/** Returns the values of a table's column enum for columns that hold times. */
export const timeColumnsOf = (schema: GraphQLSchema, row: string): readonly string[] => {
  const times = timesOf(schema, row);
  const columns = fieldsOf(schema, row).flatMap((field) =>
    times.includes(field.name) ? (sourceOf(field)?.columns ?? []) : [],
  );
  const type = schema.getType(`${row}Column`);
  return isEnumType(type) ? type.getValues().flatMap(({ name, value }) => (columns.includes(value) ? [name] : [])) : [];
};

/** Selects all measures in a type, in all forms, with changes if there are any. */
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

/** Selects all measures of a type's rows, and the first and last row by each time column. */
export function measuresOf(schema: GraphQLSchema, row: string, hasChanges = false): string {
  const columns = fieldsOf(schema, `${row}ColumnAggregates`).map(
    ({ name, type }) => `${name} { ${everyMeasureOf(schema, getNamedType(type).name, hasChanges)} }`,
  );
  const ends = fieldsOf(schema, `${row}Aggregate`)
    .filter(({ name }) => name === 'first' || name === 'last')
    .flatMap(({ name }) => timeColumnsOf(schema, row).map((by) => `${name}_${by}: ${name}(by: ${by}) { __typename }`));
  return `count of { ${columns.join(' ')} } ${ends.join(' ')}`;
}

/** Returns ways to group the rows of a type, each with a selection of the groups' keys. */
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
