import { isDeepStrictEqual } from 'node:util';
import { getNamedType, isEnumType, isObjectType } from 'graphql';
import { type Crawl, Disagreement, dataOf, type Place } from './check.ts';
import { note } from './coverage.ts';
import { some } from './dice.ts';
import { type OracleRow, readRows, rowsStatement } from './oracle.ts';
import { inputOf, shownIn } from './writes.ts';

/** Number of keys per relation by which an existing row is found. */
const perRelation = 2;

/** Number of columns that a key can have: those that it names, and the mark. */
const longestKey = 4;

/** Creates rows that exist already, found by each kind of key; whether they are ignored or updated, nothing changes. */
export async function checkConflicts(crawl: Crawl): Promise<void> {
  for (const place of crawl.places) await checkExisting(crawl, place);
}

async function checkExisting(crawl: Crawl, place: Place): Promise<void> {
  const { schema, dice, host, oracle, model, coverage } = crawl;
  const { relation, type, fields } = place.surface;
  const keys = schema.getType(`Create${type.name}ConflictKey`);
  // The rows of `heirs` are in another table, whose rows the table's own keys do not know.
  if (!relation.mayInsert || relation.kind === 'heirs' || !isEnumType(keys)) return;
  const mutation = Object.values(schema.getMutationType()?.getFields() ?? {}).find(({ args }) =>
    args.some((one) => getNamedType(one.type).name === `Create${type.name}OnConflict`),
  );
  const payload = getNamedType(mutation?.type);
  const rowsField = isObjectType(payload)
    ? Object.values(payload.getFields()).find((field) => getNamedType(field.type) === type)?.name
    : undefined;
  if (!mutation || rowsField === undefined)
    throw new Disagreement(`There is no mutation that creates rows of ${relation.name}`);
  const inputType = getNamedType(mutation.args.find(({ name }) => name === 'inputs')?.type);
  const statement = rowsStatement(model.schema, relation);
  // A row with a null in it is not `is not null`, the condition of partial keys.
  const isWhole = ({ cells }: OracleRow) =>
    relation.columns.every(({ name, type }) => {
      const cell = cells.get(name);
      return cell && !(type.isRow && /[(,][,)]/.test(cell.text));
    });
  const whole = place.rows.filter(isWhole);
  for (const key of some(dice, keys.getValues(), perRelation)) {
    const [row] = some(dice, whole, 1);
    const columns = relation.columns.filter(({ mayInsert }) => mayInsert);
    const input = row && inputOf(place, columns, row, row.mark);
    if (!row || !input) continue;
    const action = relation.mayDelete && dice(2) === 0 ? 'UPDATE' : 'IGNORE';
    const document = `mutation ($inputs: [${inputType}!]!, $onConflict: Create${type.name}OnConflict) {
      made: ${mutation.name}(inputs: $inputs, onConflict: $onConflict) {
        createdCount updatedCount ignoredCount rows: ${rowsField} { ${[...fields.values()].join(' ')} }
      }
    }`;
    const variables = { inputs: [input], onConflict: { do: action, on: key.name } };
    // As the API shows them, since an input can express neither a negative zero nor the spaces in a document.
    const read = async () => {
      const [texts = []] = await oracle.ask([statement]);
      return readRows(texts, relation, place.surface.labels).map(shownIn);
    };
    const before = await read();
    const answer = await host.ask(document, variables);
    const isOnlyKey = answer.errors?.[0]?.message === 'inputs[0] gives only its key and nothing to update; use IGNORE';
    if (isOnlyKey && action === 'UPDATE' && columns.length <= longestKey) continue;
    const { made } = dataOf(host, answer, document, variables);
    const after = await read();
    const { rows, ...counts } = made as { rows: readonly object[]; [count: string]: unknown };
    const found = [{ ...counts }, rows.map((one) => ({ ...one }))];
    const shown = Object.fromEntries(Object.entries(shownIn(row)).map(([name, value]) => [fields.get(name), value]));
    const isUpdate = action === 'UPDATE';
    const expected = [
      { createdCount: 0, updatedCount: isUpdate ? 1 : 0, ignoredCount: isUpdate ? 0 : 1 },
      isUpdate ? [shown] : [],
    ];
    note(coverage, 'write', `onConflict: ${action}`);
    if (isDeepStrictEqual(found, expected) && isDeepStrictEqual(before, after)) continue;
    throw new Disagreement(
      `${document}\n${JSON.stringify(variables)}\nanswers ${JSON.stringify(found)}, not ${JSON.stringify(expected)}\nbefore ${JSON.stringify(before)}\nafter ${JSON.stringify(after)}`,
    );
  }
}
