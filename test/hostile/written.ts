import { isDeepStrictEqual } from 'node:util';
import { type Crawl, Disagreement, dataOf } from './check.ts';
import { note } from './coverage.ts';
import { readRows, rowsStatement } from './oracle.ts';
import type { ServedFunction } from './surface.ts';

/**
 * Calls the functions that write rows of a table, and compares the rows that they return with those that SQL reads
 * afterwards. The rows that the crawl knows are then no longer true.
 */
export async function checkWritten(crawl: Crawl, functions: readonly ServedFunction[]): Promise<void> {
  const { host, oracle, model, places, coverage } = crawl;
  for (const { fn, field } of functions.filter(({ fn }) => fn.kind === 'written')) {
    const place = places.find(({ surface }) => surface.relation.name === fn.rows && !surface.relation.from);
    // Row security does not hide rows from a function that has the rights of their owner.
    if (!place || (place.surface.relation.isSecured && !place.surface.relation.mayDelete)) continue;
    const { relation, fields, labels, mark } = place.surface;
    const selected = [...fields.values()];
    const document = `mutation { rows: ${field.name} { ${selected.join(' ')} } }`;
    const { rows } = dataOf(host, await host.ask(document), document, {});
    const [read = []] = await oracle.ask([rowsStatement(model.schema, relation)]);
    const expected = readRows(read, relation, labels)
      .filter((row) => row.mark % 2 === 0)
      .map(({ cells }) =>
        Object.fromEntries([...cells].map(([name, cell]) => [fields.get(name), cell?.shown ?? null])),
      );
    const found = (rows as Readonly<Record<string, unknown>>[]).map((row) => ({ ...row }));
    found.sort((a, b) => Number(a[mark]) - Number(b[mark]));
    note(coverage, 'check', 'written');
    if (!isDeepStrictEqual(found, expected))
      throw new Disagreement(`${document}\nreturns ${JSON.stringify(found)}\nSQL reads ${JSON.stringify(expected)}`);
  }
}
