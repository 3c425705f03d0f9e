import {
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
} from 'graphql';
import { type Dice, some } from '../../test/hostile/dice.ts';
import type { Question } from './endpoint.ts';
import { isConnection, type List, leavesOf, ordersOf, rowOf } from './lists.ts';

const deepest = 3;
const directions = ['ASC', 'DESC', 'ASC_NULLS_FIRST', 'DESC_NULLS_LAST'];
const operators = ['eq', 'ne', 'in', 'lt', 'lte', 'gt', 'gte', 'isNull', 'startsWith', 'contains'];
const measures = ['count', 'countDistinct', 'min', 'max', 'sum', 'avg', 'every', 'some'];
const buckets = ['PT1H', 'P1D', 'P1W', 'P1M'];
const times = ['DateTime', 'LocalDateTime', 'Date'];
const zones = ['UTC', 'America/Sao_Paulo', 'Asia/Kathmandu'];

/** Returns the name of a column in enums. */
const enumValueOf = (name: string): string => name.replaceAll(/[A-Z]/g, '_$&').toUpperCase();

/** Makes random documents for everything that the API reads, with existing values. */
export function createQuestions(schema: GraphQLSchema, lists: readonly List[], dice: Dice): () => Question {
  const byType = new Map(lists.map((list) => [list.type.name, list]));
  const pick = <T>(items: readonly T[]): T => items[dice(items.length)] as T;
  const chance = (outOf: number) => dice(outOf) === 0;
  let variables: { readonly name: string; readonly type: string; readonly value: unknown }[] = [];
  const variable = (type: string, value: unknown) => {
    const name = `v${variables.length}`;
    variables.push({ name, type, value });
    return `$${name}`;
  };

  /** Makes a condition on a table; none if it has no rows to take values from. */
  function where(type: GraphQLObjectType, depth: number): object | undefined {
    const input = schema.getType(`${type.name}Where`);
    if (!isInputObjectType(input)) return undefined;
    if (depth < 2 && chance(6)) {
      const parts = [where(type, depth + 1), where(type, depth + 1)].filter((part) => part !== undefined);
      return chance(2) ? { or: parts } : { not: parts[0] };
    }
    const fields = Object.values(input.getFields());
    const related = fields.filter(
      (field) => /Where$/.test(getNamedType(field.type).name) && relationOf(type, field.name),
    );
    if (depth < deepest && related.length > 0 && chance(2)) {
      const field = pick(related);
      const target = relationOf(type, field.name);
      const inner = target && where(target, depth + 1);
      if (!inner) return undefined;
      const isMany = getNamedType(field.type).name.endsWith('ManyWhere');
      return { [field.name]: isMany ? { [pick(['some', 'none', 'every'])]: inner } : inner };
    }
    return columnCondition(type, input);
  }

  function columnCondition(type: GraphQLObjectType, input: GraphQLInputObjectType): object | undefined {
    const { samples = [], leaves = [] } = byType.get(type.name) ?? {};
    const columns = leaves.filter((name) => input.getFields()[name]);
    if (columns.length === 0 || samples.length === 0) return undefined;
    const column = pick(columns);
    const tests = getNamedType(input.getFields()[column]?.type);
    if (!isInputObjectType(tests)) return undefined;
    const operator = pick(operators.filter((name) => tests.getFields()[name]));
    if (operator === 'isNull') return { [column]: { isNull: chance(2) } };
    const values = some(dice, samples, 4)
      .map((row) => row[column])
      .filter((value) => value !== null && value !== undefined);
    const [value] = values;
    if (value === undefined) return { [column]: { isNull: true } };
    if (operator === 'in') return { [column]: { in: values } };
    return {
      [column]: { [operator]: typeof value === 'string' && /With|contains/.test(operator) ? value.slice(0, 2) : value },
    };
  }

  /** Returns the type that a relation leads to, whatever its kind. */
  function relationOf(type: GraphQLObjectType, name: string): GraphQLObjectType | undefined {
    const target = getNamedType(type.getFields()[name]?.type);
    if (isConnection(target)) return rowOf(target);
    return isObjectType(target) && byType.has(target.name) ? target : undefined;
  }

  const argumentsOf = (parts: readonly (string | false | undefined)[]) => {
    const given = parts.filter((part) => typeof part === 'string');
    return given.length > 0 ? `(${given.join(', ')})` : '';
  };

  const filter = (type: GraphQLObjectType, outOf: number) => {
    const condition = chance(outOf) ? where(type, 1) : undefined;
    return condition && `where: ${variable(`${type.name}Where`, condition)}`;
  };

  function order(type: GraphQLObjectType) {
    const columns = some(dice, ordersOf(schema, type), dice(3));
    const items = columns.map((column) => ({ [column]: pick(directions) }));
    return items.length > 0 && `orderBy: ${variable(`[${type.name}OrderBy!]`, items)}`;
  }

  function list(field: GraphQLField<unknown, unknown>, connection: GraphQLObjectType, depth: number): string {
    const row = rowOf(connection);
    const isKeyed = byType.get(row.name)?.isKeyed ?? false;
    const size = `${chance(3) ? 'last' : 'first'}: ${1 + dice(depth === 1 ? 20 : 4)}`;
    const page = argumentsOf([isKeyed && size, isKeyed && order(row), filter(row, 2)]);
    const parts = [isKeyed && `nodes { ${values(row, depth)} }`, (!isKeyed || chance(3)) && 'totalCount'];
    return `${field.name}${page} { ${parts.filter((part) => part !== false).join(' ')} }`;
  }

  function aggregate(field: GraphQLField<unknown, unknown>, type: GraphQLObjectType): string {
    const row = byType.get(type.name.replace(/Aggregate$/, ''))?.type;
    const columns = (getNamedType(type.getFields()['of']?.type) as GraphQLObjectType).getFields();
    const of = some(dice, Object.values(columns), 2).map((column) => {
      const measured = getNamedType(column.type) as GraphQLObjectType;
      const fraction = measured.getFields()['percentile'] && chance(3) ? ' p90: percentile(p: 0.9)' : '';
      return `${column.name} { ${some(
        dice,
        measures.filter((name) => measured.getFields()[name]),
        3,
      ).join(' ')}${fraction} }`;
    });
    const ends = row && type.getFields()['last'] && chance(4) ? endOf(row) : '';
    const isGrouped = field.name.endsWith('GroupedAggregate');
    const given = argumentsOf([isGrouped && row && groupBy(row), isGrouped && 'first: 20', row && filter(row, 2)]);
    const key = isGrouped && keyOf(row);
    return `${field.name}${given} { count of { ${of.join(' ')} } ${ends} ${key || ''} }`;
  }

  const timesOf = (row: GraphQLObjectType) =>
    leavesOf(row).filter((name) => times.includes(getNamedType(row.getFields()[name]?.type)?.name ?? ''));

  function endOf(row: GraphQLObjectType): string {
    const columns = timesOf(row);
    return columns.length > 0 ? `last(by: ${enumValueOf(pick(columns))}) { ${leavesOf(row).join(' ')} }` : '';
  }

  let grouped: readonly string[] = [];
  function groupBy(row: GraphQLObjectType): string {
    const columns = schema.getType(`${row.name}Column`);
    const names = isEnumType(columns) ? columns.getValues().map(({ name }) => name) : [];
    const cut = chance(2) ? some(dice, timesOf(row), 1) : [];
    const bucket = cut.map((column) => `, ${column}: {every: "${pick(buckets)}", timeZone: "${pick(zones)}"}`);
    grouped = some(dice, names, 1 + dice(2)).filter((name) => !cut.map(enumValueOf).includes(name));
    return `groupBy: {columns: [${grouped.join(', ')}]${bucket.join('')}}`;
  }

  const keyOf = (row: GraphQLObjectType | undefined) => {
    const leaves = row ? leavesOf(row).filter((name) => grouped.includes(enumValueOf(name))) : [];
    return leaves.length > 0 ? `key { ${leaves.join(' ')} }` : '';
  };

  function values(type: GraphQLObjectType, depth: number): string {
    const relations = Object.values(type.getFields()).filter((field) => isObjectType(getNamedType(field.type)));
    const chosen = depth < deepest && relations.length > 0 ? some(dice, relations, dice(3)) : [];
    return [...leavesOf(type), ...chosen.map((field) => related(field, depth + 1))].join(' ');
  }

  function related(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type: unknown = getNamedType(field.type);
    if (isConnection(type)) return list(field, type, depth);
    if (isObjectType(type) && type.name.endsWith('Aggregate')) return aggregate(field, type);
    if (!isObjectType(type)) throw new Error(`${field.name} is no relation`);
    return `${field.name} { ${values(type, depth)} }`;
  }

  /** Makes a field that finds one row, by one of its keys or its id. */
  function lookup(): string | undefined {
    const { type, samples } = pick(lists);
    const [row] = some(dice, samples, 1);
    const keys = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(
      (field) => getNamedType(field.type) === type && field.args.length > 0,
    );
    if (!row || keys.length === 0) return undefined;
    if (chance(3)) return `node(id: ${variable('ID!', row['id'])}) { ... on ${type.name} { ${values(type, 1)} } }`;
    const key = pick(keys);
    const given = key.args.map(
      (argument) => `${argument.name}: ${variable(String(argument.type), row[argument.name])}`,
    );
    return `${key.name}(${given.join(', ')}) { ${values(type, 1)} }`;
  }

  const roots = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(({ type }) => {
    const named = getNamedType(type);
    return isConnection(named) || (isObjectType(named) && named.name.endsWith('Aggregate'));
  });
  return () => {
    variables = [];
    const body = (chance(5) && lookup()) || related(pick(roots), 1);
    const declared = variables.map(({ name, type }) => `$${name}: ${type}`).join(', ');
    const query = `query${declared && `(${declared})`} { ${body} }`;
    return { query, variables: Object.fromEntries(variables.map(({ name, value }) => [name, value])) };
  };
}
