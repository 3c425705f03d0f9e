import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEmptyDatabase } from '../../support/database.ts';
import { patience, runs } from '../../support/property.ts';
import { setUp } from '../../support/setUp.ts';

/** Triggers that discard rows, change their keys or values, or prevent updates. */
const tables = `
  create schema events;
  create function events.meddle() returns trigger language plpgsql as $$ begin
    if new.body = 'drop' then return null; end if;
    if new.body = 'move' then new.note_id := new.note_id + 100; end if;
    new.body := upper(new.body);
    return new;
  end $$;
  create function events.protect() returns trigger language plpgsql as $$ begin
    if old.body = 'fixed' then return null; end if;
    return new;
  end $$;
  create table events.note (note_id int primary key, body text not null default 'plain', prio int default 1);
  create trigger meddle before insert on events.note for each row execute function events.meddle();
  create trigger protect before update on events.note for each row execute function events.protect();
  create table events.part (note_id int primary key, body text not null default 'plain', prio int default 1)
    partition by range (note_id);
  create table events.part_low partition of events.part for values from (0) to (10);
  create table events.part_high partition of events.part for values from (10) to (1000);
  create trigger meddle before insert on events.part_high for each row when (new.body <> 'move')
    execute function events.meddle();
  create trigger protect before update on events.part for each row execute function events.protect();`;

const { database, api } = await setUp({ database: createEmptyDatabase, prepare: tables });

interface Note {
  readonly noteId: number;
  readonly body: string;
  readonly prio: number;
}

type Input = Pick<Note, 'noteId'> & Partial<Note>;

type Outcome = { readonly row: Note; readonly as: 'created' | 'updated' } | null;

/** By table, the row that the triggers make of an input; null if they discard it. */
const meddled = {
  note: (row: Note): Note | null =>
    row.body === 'drop'
      ? null
      : { ...row, noteId: row.noteId + (row.body === 'move' ? 100 : 0), body: row.body.toUpperCase() },
  part: (row: Note): Note | null => (row.noteId < 10 || row.body === 'move' ? row : meddled.note(row)),
};

type Action = 'IGNORE' | 'UPDATE' | null;

/** Computes the outcome of an input, given the existing rows. */
function expected(
  table: keyof typeof meddled,
  input: Input,
  there: ReadonlyMap<number, Note>,
  action: Action,
): Outcome {
  const row = meddled[table]({ body: 'plain', prio: 1, ...input });
  if (!row) return null;
  const old = there.get(row.noteId);
  if (!old) return { row, as: 'created' };
  if (action !== 'UPDATE' || old.body === 'fixed') return null;
  const given = {
    ...(input.body !== undefined && { body: row.body }),
    ...(input.prio !== undefined && { prio: row.prio }),
  };
  return { row: { ...old, ...given }, as: 'updated' };
}

const body = fc.constantFrom('drop', 'move', 'one', 'two');
const inputs = fc
  .uniqueArray(fc.integer({ min: 1, max: 20 }), { maxLength: 12 })
  .chain((keys) =>
    fc.tuple(
      ...keys.map((noteId) =>
        fc
          .record({ body, prio: fc.integer({ min: 2, max: 9 }) }, { requiredKeys: [] })
          .map((given): Input => ({ noteId, ...given })),
      ),
    ),
  );
const there = fc
  .uniqueArray(fc.constantFrom(...[...Array(20).keys()].flatMap((n) => [n + 1, n + 101])), { maxLength: 10 })
  .chain((keys) =>
    fc.tuple(...keys.map((noteId) => fc.constantFrom('fixed', 'old').map((old) => ({ noteId, body: old, prio: 0 })))),
  );

test.each([
  ['note', 'Note', 'Notes'],
  ['part', 'Part', 'Parts'],
] as const)(
  'whatever triggers of a %s drop and change, the payload has the written rows in the order of the inputs',
  async (table, one, many) => {
    const document = `mutation ($inputs: [Create${one}Input!]!, $onConflict: Create${one}OnConflict) {
      made: create${many}(inputs: $inputs, onConflict: $onConflict) {
        createdCount updatedCount ignoredCount rows: ${table}s { noteId body prio }
      }
    }`;
    await fc.assert(
      fc.asyncProperty(
        inputs,
        there,
        fc.constantFrom<Action>('IGNORE', 'UPDATE', null),
        async (given, rows, action) => {
          const taken = new Map(action ? rows.map((row) => [row.noteId, row]) : []);
          const sent = action === 'UPDATE' ? given.filter((input) => Object.keys(input).length > 1) : given;
          await database.admin(`truncate events.${table}; set session_replication_role = replica`);
          await database.admin(
            `insert into events.${table} select * from json_to_recordset($1) as x (note_id int, body text, prio int)`,
            [JSON.stringify([...taken.values()].map(({ noteId, ...row }) => ({ note_id: noteId, ...row })))],
          );
          const { made } = await api.query(document, {
            inputs: sent,
            ...(action && { onConflict: { do: action, on: 'NOTE_ID' } }),
          });
          const outcomes = sent.map((input) => expected(table, input, taken, action));
          const written = outcomes.flatMap((outcome) => outcome ?? []);
          const count = (as: string) => written.filter((outcome) => outcome.as === as).length;
          expect(made).toEqual({
            rows: written.map(({ row }) => row),
            createdCount: count('created'),
            updatedCount: count('updated'),
            ignoredCount: sent.length - written.length,
          });
        },
      ),
      runs(60),
    );
  },
  patience,
);
