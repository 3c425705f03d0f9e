import pluralize from 'pluralize';

/** A name of the database as that of a field: `camelCase`. */
export const fieldName = (name: string): string => convert(name, (part) => uncapital(pascalCase(part)));

/** The name of a table as that of the type of its rows: in the singular, `PascalCase`. */
export const typeName = (table: string): string => typeCase(singular(table));

/** The same without a change of number. */
export const typeCase = (name: string): string => convert(name, pascalCase);

/** A label as that of an enum's value: `CONSTANT_CASE`. */
export const enumValue = (label: string): string =>
  convert(label, (part) =>
    part
      .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replaceAll(/\W+/g, '_')
      .toUpperCase(),
  );

/**
 * Converts the ASCII parts of a name and spells each other character as its code point, set apart by `_`: `u901A_u77E5`.
 * So names that differ in such characters stay apart, whatever stands beside them.
 */
const convert = (name: string, part: (ascii: string) => string): string =>
  legal(
    name
      .split(/(\P{ASCII})/u)
      .map((text, i) => (i % 2 === 0 ? part(text) : codePoint(text)))
      .filter(Boolean)
      .join('_'),
  );

const codePoint = (character: string): string =>
  `u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

const pascalCase = (ascii: string): string => words(ascii).map(capital).join('');

/** Characters that GraphQL does not allow part words, as `_` does; a name without lower case is taken as spelt in capitals. */
const words = (name: string): readonly string[] =>
  (/[a-z]/.test(name) ? name : name.toLowerCase()).split(/[^A-Za-z0-9]+/).filter(Boolean);

/** The same word with a small, or a large, first letter. */
export const uncapital = (word: string) => word.charAt(0).toLowerCase() + word.slice(1);
export const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** No name begins with a digit, is empty, or begins with the two underscores of introspection. */
const legal = (name: string): string => (/^[A-Za-z]|^_[^_]/.test(name) ? name : `_${name.replace(/^_+/, '')}`);

/** "data" is its own singular, as in `sensor_data`. */
export const singular = (name: string): string => (/data$/i.test(name) ? name : lastWord(name, pluralize.singular));
const plural = (name: string): string => (/data$/i.test(name) ? name : lastWord(name, pluralize.plural));

/** Changes the last word, unless it has letters that are not English. */
const lastWord = (name: string, change: (word: string) => string) =>
  /\P{ASCII}[A-Za-z]*$/u.test(name) ? name : name.replace(/[A-Z]?[a-z]+$|[A-Z]+$/, (word) => change(word));

/** The name of a table as that of the field which lists its rows: in the plural. */
export function listName(table: string): string {
  const name = fieldName(plural(table));
  return name === fieldName(singular(table)) ? `${name}List` : name;
}

/** A type's name in the plural. */
export const several = (type: string): string => {
  const many = endsInCodePoint.test(type) ? type : plural(type);
  return many === type ? `${type}List` : many;
};

/** Of a type's name: its last word has characters that `convert` spelt. */
const endsInCodePoint = /(?:^|_)u[0-9A-F]{4,6}(?:_[A-Za-z]*)?$/;
