import { and, type Sql } from '../../db/sql/sql.ts';
import { required } from '../../errors.ts';
import type { Builder, InputObjectRef } from '../builder.ts';
import { givenInFilter, type Input, nonEmptyPart } from '../given.ts';
import { leafInput } from '../leafField.ts';
import { type Leaf, leafName, scalarLeaf } from '../leaves.ts';
import { memoised } from '../memoised.ts';
import { namedFields } from '../namedFields.ts';
import { jsonTypes } from './json.ts';
import type { FilterOperand, NestedOperator, Operator, Operators } from './operator.ts';
import { operatorsOf } from './operators.ts';

type Condition = (name: string, operand: FilterOperand, tests: unknown) => Sql;

export interface LeafFilter {
  readonly type: InputObjectRef;
  /**
   * Returns the condition of the operators in the part of the filter named `name`. Throws BAD_USER_INPUT for a null,
   * and if there are no operators.
   */
  readonly condition: Condition;
}

export type FilterOf = (leaf: Leaf) => LeafFilter;

/** Returns the function that defines the input of each leaf when a column first needs it. */
export function createLeafFilters(builder: Builder): FilterOf {
  const jsonType = builder.enumType('JSONType', {
    values: Object.fromEntries(jsonTypes.map((type) => [type.toUpperCase(), { value: type }])),
  });

  let circle: InputObjectRef | undefined;

  const filterOf: FilterOf = memoised((leaf) => define(`${leafName(leaf)}Where`, leaf, operatorsOf(leaf)), leafName);

  const define = (name: string, leaf: Leaf, operators: Operators, hasPath = false): LeafFilter => {
    const fields = new Map(
      Object.entries(operators).map(([field, operator]) => [
        field,
        'nested' in operator ? nestedField(field, operator) : plainField(leaf, operator),
      ]),
    );
    const type = builder.inputType(name, {
      fields: (t) => ({
        ...(hasPath && { path: t.stringList({ required: true, description: pathDescription }) }),
        ...namedFields(fields, ({ mayHaveNulls, description, ...argument }) =>
          t.field({ type: leafInput(t, argument, !mayHaveNulls), description }),
        ),
      }),
    });
    return {
      type,
      condition: (name, operand, tests) =>
        and(
          givenInFilter(nonEmptyPart(name, tests)).map(([field, value]) =>
            required(fields, field).condition(operand, value),
          ),
        ),
    };
  };

  const typeOf = ({ type }: Leaf, argument: Operator['argument']) => {
    switch (argument) {
      case 'value':
      case 'values':
        return type;
      case 'jsonTypes':
        return jsonType;
      case 'box':
        return 'Float';
      case 'circle':
        circle ??= circleInput(builder);
        return circle;
      default:
        return argument;
    }
  };

  const plainField = (leaf: Leaf, { argument, description, condition }: Operator) => ({
    description,
    condition,
    type: typeOf(leaf, argument),
    isList: ['values', 'jsonTypes', 'box'].includes(argument) || (argument === 'value' && leaf.isList),
    // Arrays may contain nulls, and so may the array to compare; other lists contain only values.
    mayHaveNulls: argument === 'value' && leaf.items?.mayBeNull === true,
  });

  const nestedField = (name: string, { nested, description, operand }: NestedOperator) => {
    const { type, condition } = nested === 'path' ? define('JSONPathWhere', json, ofPath, true) : filterOf(nested);
    return {
      description,
      type,
      isList: false,
      mayHaveNulls: false,
      condition: (outer: FilterOperand, argument: unknown) => {
        const { path = [], ...tests } = argument as Input;
        return condition(name, operand(outer, path as readonly string[]), tests);
      },
    };
  };
  return filterOf;
}

const circleInput = (builder: Builder): InputObjectRef =>
  builder.inputType('GeoJSONDistanceWhere', {
    fields: (t) => ({
      from: t.field({ type: 'GeoJSON', required: true, description: 'The geometry to measure from.' }),
      distance: t.float({
        required: true,
        description: 'The distance in metres for a geography, in the units of its coordinates for a geometry.',
      }),
    }),
  });

const pathDescription = 'A path of keys and list positions. Example: ["sensors", "0", "unit"].';

const json = scalarLeaf('JSON');

/** Operators for the value at a JSON path: those of JSON, except `at`. */
const ofPath = withoutPath(operatorsOf(json));

function withoutPath({ at: _, ...rest }: Operators): Operators {
  return rest;
}
