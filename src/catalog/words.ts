import pluralize from 'pluralize';

/** Converts a name in the database to that of a field: `camelCase`. */
export const fieldName = (name: string): string => convert(name, (part) => uncapital(pascalCase(part)));

/** Converts a table's name to that of its type: singular, `PascalCase`. */
export const typeName = (table: string): string => typeCase(singular(table));

/** Converts a name to `PascalCase` without making it singular or plural. */
export const typeCase = (name: string): string => convert(name, pascalCase);

/** Converts a label to an enum value: `CONSTANT_CASE`. */
export const enumValue = (label: string): string =>
  convert(label, (part) =>
    part
      .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replaceAll(/\W+/g, '_')
      .toUpperCase(),
  );

/**
 * Converts the ASCII parts of a name and spells every other character as its code point, separated by `_`:
 * `u901A_u77E5`. So names that differ in such characters stay different.
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

/**
 * Splits a name into words at `_` and at characters that GraphQL does not allow. A name in capitals becomes lower-case
 * first: `DEVICE_ID` has the words `device` and `id`.
 */
const words = (name: string): readonly string[] =>
  (/[a-z]/.test(name) ? name : name.toLowerCase()).split(/[^A-Za-z0-9]+/).filter(Boolean);

/** Returns the word with its first letter in lower case. */
export const uncapital = (word: string) => word.charAt(0).toLowerCase() + word.slice(1);
export const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** Makes a name legal: not empty, not beginning with a digit or with introspection's two underscores. */
const legal = (name: string): string => (/^[A-Za-z]|^_[^_]/.test(name) ? name : `_${name.replace(/^_+/, '')}`);

export const singular = (name: string): string => changeLastWord(name, pluralize.singular);
const plural = (name: string): string => changeLastWord(name, pluralize.plural);

/** Changes the last word of a name, unless it is "data", as in `sensor_data`, or contains non-ASCII characters. */
const changeLastWord = (name: string, change: (word: string) => string) =>
  /data$/i.test(name) || /\P{ASCII}[A-Za-z]*$/u.test(name)
    ? name
    : name.replace(/[A-Z]?[a-z]+$|[A-Z]+$/, (word) => change(word));

/** Converts a table's name to that of its list field: plural, or with `List` appended if singular and plural are equal. */
export function listName(table: string): string {
  const name = fieldName(plural(table));
  return name === fieldName(singular(table)) ? `${name}List` : name;
}

/** Returns the plural of a type's name, or the name with `List` appended if the two are equal. */
export const several = (type: string): string => {
  const many = endsInCodePoint.test(type) ? type : plural(type);
  return many === type ? `${type}List` : many;
};

/** Matches type names whose last word contains characters that `convert` spelt. */
const endsInCodePoint = /(?:^|_)u[0-9A-F]{4,6}(?:_[A-Za-z]*)?$/;
