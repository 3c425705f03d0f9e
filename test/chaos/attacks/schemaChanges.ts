import { outcomeOf } from '../../support/outcome.ts';
import { type Attack, repeat } from '../attack.ts';

/** Changes and their reverse, on a table that the attacker reads and on the one that others read. */
const changes = [
  'alter table events.changing add column extra int',
  'alter table events.changing rename column name to title',
  'alter table events.changing rename column title to name',
  'alter table events.changing alter column extra type text',
  'alter table events.changing drop column extra',
  'alter table events.site add column extra int',
  'alter table events.site drop column extra',
  'create view events.passing as select 1 as n',
  'drop view events.passing',
  'revoke select on events.changing from app',
  'grant select on events.changing to app',
];

/** The schema changes continually, and the server is signalled to check each time. */
export const schemaChanges: Attack = {
  name: 'changes of the schema',
  async run({ ask, container, database }, signal) {
    const unexpected = new Set<string>();
    const reading = repeat(signal, 4, async () => {
      const { outcome } = await outcomeOf(ask('{ changings(first: 10) { nodes { changingId name } } }'));
      const isClassified = outcome !== 'INTERNAL_SERVER_ERROR' && outcome !== 'cut off';
      if (!isClassified) unexpected.add(outcome);
      return isClassified;
    });
    let done = 0;
    while (!signal.aborted || done % changes.length > 0) {
      await database.admin(changes[done++ % changes.length] ?? '');
      container().process.kill('SIGHUP');
      await outcomeOf(ask('{ __typename }'));
    }
    const { failed } = await reading;
    return { tried: done, failed, wrong: [...unexpected].map((outcome) => `a read ended with ${outcome}`) };
  },
};
