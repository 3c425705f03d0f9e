import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { findBreakingChanges } from 'graphql';
import { createDice } from '../test/hostile/dice.ts';
import { difference } from './battery/compare.ts';
import { type Answer, openEndpoint } from './battery/endpoint.ts';
import { readLists } from './battery/lists.ts';
import { createQuestions } from './battery/questions.ts';
import { walk, walksOf } from './battery/walks.ts';

/**
 * Sends the same documents to two servers with the same rows, and reports where their answers differ. The documents are
 * random, made from the first server's schema and values; it also pages through all lists. Exits with 1 if an answer
 * differs, or if only one server rejects a document.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    documents: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    show: { type: 'string', default: '5' },
  },
});
const [left, right] = positionals.map((url) => openEndpoint(url, process.env['AUTHORIZATION']));
if (!left || !right)
  throw new Error('npm run battery -- <url of GraphQL> <url of GraphQL> [--documents 500] [--seed 1]');

const print = (line: string) => process.stdout.write(`${line}\n`);
const digest = createHash('sha256');
let shown = 0;
/** The first server's reasons, for documents that both reject. */
const refusals = new Map<string, number>();
const counts = { equal: 0, different: 0, refused: 0, 'refused by both': 0 };

function judge(what: string, first: unknown, second: unknown, question: unknown): void {
  const found = difference(first, second);
  const [isRefused, isOther] = [first, second].map((answer) => JSON.stringify(answer).startsWith('{"errors"'));
  digest.update(JSON.stringify(first));
  const kind =
    found === null ? (isRefused ? 'refused by both' : 'equal') : isOther || isRefused ? 'refused' : 'different';
  counts[kind]++;
  for (const { message } of isRefused ? ((first as Answer).errors ?? []) : [])
    refusals.set(message, (refusals.get(message) ?? 0) + 1);
  if (found === null || shown++ >= Number(values.show)) return;
  print(`\n${what} ${kind}: ${found.slice(0, 600)}\n${JSON.stringify(question)}`);
}

const schema = await left.schema();
const changes = findBreakingChanges(schema, await right.schema());
const missing = changes.map(({ description }) => description.replace(/ was removed.*/s, ''));
if (missing.length > 0) print(`missing on the right: ${missing.join(', ')}`);
const dice = createDice(Number(values.seed));
const lists = await readLists(schema, left);
const next = createQuestions(schema, lists, dice);
for (let i = 0; i < Number(values.documents); i++) {
  const question = next();
  const [first, second] = await Promise.all([left.ask(question), right.ask(question)]);
  judge('document', answerOf(first), answerOf(second), question);
}
for (const steps of walksOf(lists, dice)) {
  const [first, second] = await Promise.all([walk(left, steps), walk(right, steps)]);
  judge('walk', first, second, { ...steps, list: steps.list.name });
}
for (const [message, count] of refusals) print(`refused ${count} times: ${message}`);
print(
  `\n${Object.entries(counts)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ')}; seed ${values.seed}, digest ${digest.digest('hex').slice(0, 16)}`,
);
process.exitCode = counts.different + counts.refused > 0 ? 1 : 0;

/** Removes what may differ: the ids of requests, and the paths of errors, which the nulls in the data already show. */
function answerOf({ data, errors }: Answer): unknown {
  const told = errors?.map(({ message, extensions }) => ({ message, code: extensions?.code }));
  return told ? { errors: told, data } : { data };
}
