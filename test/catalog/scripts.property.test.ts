import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyDirectives } from '../../src/catalog/directives.ts';
import { nameCatalog } from '../../src/catalog/naming.ts';
import { catalog, column, enumeration, enumOf, table } from '../support/catalogs.ts';
import { runs } from '../support/property.ts';

const namesOf = (given: ReturnType<typeof catalog>) =>
  nameCatalog(
    applyDirectives(given, () => {}),
    [],
  );

/**
 * Any name in characters that GraphQL does not allow: letters of any script, with precomposed or combining accents, and
 * symbols.
 */
const foreign = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'通知警告температураéèöß\u0301\u0308ｅ\u00a0\u2028🙂ﬁİı'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((character) => /^\P{ASCII}$/u.test(character)),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((characters) => characters.join(''));

const ascii = fc.string({ unit: 'binary-ascii', maxLength: 8 }).filter((text) => !/u[0-9A-F]{4}/.test(text));

const beside = fc.uniqueArray(fc.oneof(foreign, ascii), { maxLength: 6 });

test('a label keeps its name, whatever other labels are added', () => {
  const labelOf = (labels: readonly string[], label: string) => {
    const level = enumeration('level', labels);
    return namesOf(catalog([table('t', [column('c', { type: enumOf(level) })])], [level]))
      .enumValues(level)
      .get(label);
  };
  fc.assert(
    fc.property(foreign, beside, (label, others) => {
      const all = [...new Set([...others, label])];
      expect(labelOf(all, label)).toBe(labelOf([label], label));
    }),
    runs(300),
  );
});

test('a column and a table keep their names, whatever is added', () => {
  const fieldOf = (columns: readonly string[], name: string) => {
    const given = table('t', columns);
    return namesOf(catalog([given])).column(given, column(name));
  };
  const typeOf = (tables: readonly string[], name: string) => {
    const names = namesOf(catalog(tables.map((one) => table(one, ['c']))));
    return [names.type(table(name, [])), names.list(table(name, []))];
  };
  fc.assert(
    fc.property(foreign, beside, (name, others) => {
      const all = [...new Set([...others, name])];
      expect(fieldOf(all, name)).toBe(fieldOf([name], name));
      expect(typeOf(all, name)).toEqual(typeOf([name], name));
    }),
    runs(300),
  );
});
