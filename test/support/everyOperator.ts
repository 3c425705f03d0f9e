import { type GraphQLInputType, type GraphQLSchema, getNamedType, isInputObjectType, isListType } from 'graphql';
import { timesOf } from './aggregates.ts';
import type { Question, ServedList } from './everyField.ts';

/** Returns the first value of each field in the rows. */
export const samplesOf = (rows: readonly Readonly<Record<string, unknown>>[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    rows
      .flatMap((row) => Object.entries(row).filter(([, value]) => JSON.stringify(value) !== 'null' && !hasNull(value)))
      .reverse(),
  );

const hasNull = (value: unknown): boolean => Array.isArray(value) && value.includes(null);

/** Arguments of operators that do not take a value of their column, by the name of the argument's type. */
const ownArguments: Readonly<Record<string, unknown>> = {
  Boolean: true,
  Duration: 'P1D',
  JSONPathWhere: { path: ['a'], number: { gt: '1' }, type: ['NUMBER'], length: { lt: 2 }, instant: { within: 'P1D' } },
  JSONType: ['NULL'],
  DecimalWhere: { lt: '1' },
  StringWhere: { containsInsensitive: 'a', search: 'a' },
  BooleanWhere: { eq: true },
  DateTimeWhere: { within: 'P1D' },
  IntWhere: { gt: 1 },
  SafeInt: 1,
  Float: 1.5,
  Decimal: '1',
  BigInt: '1',
};

/** Makes questions with every operator of every column of a list; `samples` are values of its columns. */
export function everyFilter(schema: GraphQLSchema, list: ServedList, samples: Readonly<Record<string, unknown>>) {
  return fieldsOf(schema.getType(`${list.type.name}Where`)).flatMap(([column, type]): readonly Question[] => {
    const operators = fieldsOf(type);
    if (operators.some(([name]) => ['and', 'some'].includes(name))) return [];
    return operators.flatMap(([operator, of]) => {
      const argument = argumentOf(of, operator, samples[column]);
      if (argument === undefined) return [];
      return [
        {
          field: ({ where = '' }) => `${list.name}(first: 1, where: ${where}) { nodes { __typename } totalCount }`,
          variables: { where: [`${list.type.name}Where`, { [column]: { [operator]: argument } }] },
        },
      ];
    });
  });
}

/** Makes questions that filter by some, none and every related row. */
export const everyRelation = (schema: GraphQLSchema, list: ServedList): readonly Question[] =>
  fieldsOf(schema.getType(`${list.type.name}Where`)).flatMap(([relation, type]) => {
    const fields = fieldsOf(type);
    const [, many] = fields.find(([name]) => name === 'some') ?? [];
    if (isListType(type) || relation === 'not' || !(many || fields.some(([name]) => name === 'and'))) return [];
    const where = anyValue(many ? fieldsOf(many) : fields);
    const wheres = many ? ['some', 'none', 'every'].map((name) => ({ [name]: where })) : [where];
    return wheres.map((where) => ({
      field: ({ where: given = '' }) => `${list.name}(where: ${given}) { totalCount }`,
      variables: { where: [`${list.type.name}Where`, { [relation]: where }] as const },
    }));
  });

/** Makes the condition that the first column is not null. */
const anyValue = (fields: ReturnType<typeof fieldsOf>): object =>
  Object.fromEntries(
    fields
      .filter(([, type]) => fieldsOf(type).some(([name]) => name === 'isNull'))
      .slice(0, 1)
      .map(([name]) => [name, { isNull: false }]),
  );

/** Makes questions for a list's groups, in every order and with every condition on a measure. */
export function everyMeasure(schema: GraphQLSchema, list: ServedList): readonly Question[] {
  const row = list.type.name;
  // graphql-js would read a field named like an inherited property, such as `constructor`, as given.
  if (fieldsOf(schema.getType(`${row}Having`)).some(([name]) => name in {})) return [];
  const [, by] = fieldsOf(schema.getType(`${row}GroupBy`)).find(([name]) => name === 'columns') ?? [];
  if (!by) return [];
  /** Returns the fields of an input that stand for columns; the others have other types. */
  const of = (suffix: 'Having' | 'GroupedOrderBy') =>
    fieldsOf(schema.getType(row + suffix)).filter(([, type]) => forColumns.test(`${type}`));
  const [time] = timesOf(schema, row);
  const groupBy = time === undefined ? 'columns: []' : `${time}: { every: "P1D" }`;
  const ask = (argument: string, value: unknown): Question => ({
    field: ({ given = '' }) => `${list.name}GroupedAggregate(groupBy: { ${groupBy} }, ${argument}: ${given}) { count }`,
    variables: { given: [argument === 'having' ? `${row}Having` : `[${row}GroupedOrderBy!]`, value] },
  });
  /** Makes an argument for each measure in an input, and for each change of one if there are buckets. */
  const measuresIn = (
    type: GraphQLInputType,
    argumentFor: (name: string, type: GraphQLInputType) => unknown,
  ): object[] =>
    fieldsOf(type).flatMap(([name, of]) => {
      if (name === 'key') return []; // of which there is none
      if (name !== 'difference' && name !== 'rate') return [{ [name]: argumentFor(name, of) }];
      return time === undefined ? [] : measuresIn(of, argumentFor).map((value) => ({ [name]: value }));
    });
  const having = of('Having').flatMap(([column, type]) =>
    measuresIn(type, (name, tests) => (name === 'percentile' ? { p: 0.5, is: { isNull: false } } : testsOf(tests))).map(
      (value) => ask('having', { [column]: value }),
    ),
  );
  const orders = of('GroupedOrderBy').flatMap(([column, type]) =>
    measuresIn(type, (name) => (name === 'percentile' ? { p: 0.5, direction: 'DESC' } : 'DESC')).map((value) =>
      ask('orderBy', [{ [column]: value }]),
    ),
  );
  return [...having, ...orders, ask('having', { count: { gt: 0 } })];
}

/** Names of the types of fields that stand for columns. */
const forColumns = /(AggregateHaving|KeyOrderBy|MeasureOrderBy)$/;

/** Makes a test of a measure with all operators that need no value of a column. */
const testsOf = (type: GraphQLInputType): object =>
  Object.fromEntries(
    fieldsOf(type).flatMap(([operator, of]) => {
      const argument = operator === 'isNull' ? false : argumentOf(of, operator, undefined);
      return argument === undefined || operator === 'at' ? [] : [[operator, argument]];
    }),
  );

function argumentOf(type: GraphQLInputType, operator: string, sample: unknown): unknown {
  const { name } = getNamedType(type);
  if (/^(i?like|hasKey|search|\w+Insensitive|(starts|ends)With)$/.test(operator)) return 'a';
  if (operator === 'matches') return 'a.*';
  if (isInputObjectType(getNamedType(type)) || name === 'JSONType') return ownArguments[name];
  // An operator of text may take a number, such as a length.
  const value = name === 'Int' && typeof sample === 'string' ? 1 : (sample ?? ownArguments[name]);
  if (operator === 'in' || operator === 'notIn') return value === undefined ? undefined : [value];
  if (operator === 'isNull' || operator === 'within') return ownArguments[name];
  return value !== undefined && isListType(type) && !Array.isArray(value) ? [value] : value;
}

const fieldsOf = (type: unknown): readonly (readonly [string, GraphQLInputType])[] => {
  const named = type === undefined ? undefined : getNamedType(type as GraphQLInputType);
  return isInputObjectType(named) ? Object.values(named.getFields()).map((field) => [field.name, field.type]) : [];
};
