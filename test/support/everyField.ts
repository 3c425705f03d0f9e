import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isObjectType,
} from 'graphql';

/** A root list, and how to request everything that it has. */
export interface ServedList {
  readonly name: string;
  readonly type: GraphQLObjectType;
  /** The relation in the database, from the type's description. */
  readonly relation: string;
  /** Selection of all values of a row. */
  readonly values: string;
  /** Selection of all values of a row, and of all relations with the values of their rows. */
  readonly everything: string;
  /** Its filters, with the type of the operand of `eq`. */
  readonly filters: ReadonlyMap<string, string>;
  /** Items of `orderBy` for a direction: every column, and one value of each relation. */
  readonly orders: readonly ((direction: string) => string)[];
  /** The fields that look up one row of the list's type, with the types of their arguments. */
  readonly lookups: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** One of many fields in a document, with the values and types of its variables. */
export interface Question {
  /** Writes the field with the names of its variables, by the keys below. */
  readonly field: (variables: Readonly<Record<string, string>>) => string;
  readonly variables: Readonly<Record<string, readonly [type: string, value: unknown]>>;
}

/** Returns all root lists of a schema. */
export function servedLists(schema: GraphQLSchema): readonly ServedList[] {
  const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
  return fields.flatMap((field) => {
    const type = rowsOf(field);
    if (!type) return [];
    const lookups = fields.filter((other) => getNamedType(other.type) === type);
    return [
      {
        name: field.name,
        type,
        relation: /`(.*)`$/s.exec(type.description ?? '')?.[1] ?? type.name,
        values: values(type),
        everything: [values(type), ...relations(type)].join(' '),
        filters: operandsOf(field),
        orders: Object.values(inputFields(field, 'orderBy')).flatMap(itemsOf),
        lookups: new Map(lookups.map(({ name, args }) => [name, new Map(args.map((a) => [a.name, String(a.type)]))])),
      },
    ];
  });
}

/** Makes one document of all the questions; in its result the answers are `q0`, `q1`, ... */
export function documentOf(questions: readonly Question[]): { document: string; variables: Record<string, unknown> } {
  const given = questions.flatMap(({ variables }, i) =>
    Object.entries(variables).map(([key, [type, value]]) => ({ question: i, key, name: `v${i}_${key}`, type, value })),
  );
  const fields = questions.map(({ field }, i) => {
    const own = given.filter(({ question }) => question === i).map(({ key, name }) => [key, `$${name}`]);
    return `q${i}: ${field(Object.fromEntries(own))}`;
  });
  const declared = given.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  return {
    document: `query ${declared && `(${declared})`} { ${fields.join('\n')} }`,
    variables: Object.fromEntries(given.map(({ name, value }) => [name, value])),
  };
}

function values(type: GraphQLObjectType): string {
  const leaves = Object.values(type.getFields()).filter((field) => isLeafType(getNamedType(field.type)));
  return ['__typename', ...leaves.map((field) => field.name)].join(' ');
}

const relations = (type: GraphQLObjectType): readonly string[] =>
  Object.values(type.getFields()).map((field) => {
    const rows = rowsOf(field);
    const row = getNamedType(field.type);
    if (field.name.endsWith('Aggregate')) return '';
    if (rows) return `${field.name} { totalCount pageInfo { hasNextPage } edges { cursor node { ${values(rows)} } } }`;
    return isObjectType(row) ? `${field.name} { ${values(row)} }` : '';
  });

/** Returns the type of a list field's rows. */
function rowsOf({ type }: GraphQLField<unknown, unknown>): GraphQLObjectType | null {
  const connection = getNamedType(type);
  const nodes = isObjectType(connection) ? connection.getFields()['nodes'] : undefined;
  const row = nodes && getNamedType(nodes.type);
  return isObjectType(row) ? row : null;
}

function itemsOf({ name, type }: GraphQLInputField): readonly ((direction: string) => string)[] {
  const below = getNamedType(type);
  if (!isInputObjectType(below)) return [(direction) => `{ ${name}: ${direction} }`];
  const fields = below.getFields();
  if (!below.isOneOf) return []; // what a column is compared with depends on its values
  const column = Object.values(fields).find((field) => isEnumType(getNamedType(field.type)));
  const field = below.name.endsWith('AggregateOrderBy') ? fields['count'] : column;
  return field ? [(direction) => `{ ${name}: { ${field.name}: ${direction} } }`] : [];
}

const operandsOf = (field: GraphQLField<unknown, unknown>): ReadonlyMap<string, string> =>
  new Map(
    Object.values(inputFields(field, 'where')).flatMap(({ name, type }) => {
      const operators = getNamedType(type);
      const fields = isInputObjectType(operators) ? operators.getFields() : {};
      return fields['eq'] && !fields['not'] ? [[name, String(fields['eq'].type)]] : [];
    }),
  );

function inputFields({ args }: GraphQLField<unknown, unknown>, name: string) {
  const argument = args.find((a) => a.name === name);
  const input = argument && getNamedType(argument.type);
  return isInputObjectType(input) ? input.getFields() : {};
}
