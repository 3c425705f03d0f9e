import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { BicepFiles } from './bicep.ts';
import { check, readAll } from './check.ts';
import { readTemplates, resourceTypes } from './files.ts';
import { createBicepParser } from './parse.ts';
import { typeOf } from './resources.ts';

let templates: BicepFiles;
let problemsOf: (texts: Readonly<Record<string, string>>) => string[];

beforeAll(async () => {
  templates = await readTemplates();
  const parse = await createBicepParser();
  const types = { 'A/b@2025-01-01': ['name!', 'location!', 'properties', 'properties.size', 'properties.rules.kind!'] };
  problemsOf = (texts) => check(readAll(texts, parse), types);
});

describe('the templates', () => {
  test('parse, and nothing is wrong in them', () => {
    expect([...templates.keys()]).toEqual(
      expect.arrayContaining(['main.bicep', 'main.bicepparam', 'modules/app.bicep']),
    );
    expect(check(templates, resourceTypes)).toEqual([]);
  });

  test('use stable versions, one for each type, and every listed type', () => {
    const used = [...templates.values()].flatMap(({ declarations }) =>
      declarations.filter(({ kind }) => kind === 'resource').map(typeOf),
    );
    expect(Object.keys(resourceTypes).sort()).toEqual([...new Set(used)].sort());
    const names = Object.keys(resourceTypes).map((type) => type.split('@')[0]);
    expect(new Set(names).size).toBe(names.length);
    const previews = Object.keys(resourceTypes).filter((type) => type.endsWith('-preview'));
    // Diagnostic settings have no stable version with log categories.
    expect(previews).toEqual(['Microsoft.Insights/diagnosticSettings@2021-05-01-preview']);
  });

  test('are linted without mercy', () => {
    const config = JSON.parse(readFileSync(new URL('../../infra/bicep/bicepconfig.json', import.meta.url), 'utf8'));
    expect(config.experimentalFeaturesEnabled).toBeUndefined();
    const levels = Object.values<{ level: string }>(config.analyzers.core.rules).map(({ level }) => level);
    expect(new Set(levels)).toEqual(new Set(['error']));
  });
});

const resource = "resource r 'A/b@2025-01-01' = {\n name: 'r'\n location: 'global'\n";
const described = "@description('x')\n";
const typed = `${described}type t = { a: string }\n`;
const inner = `${described}param a string\n${described}output o string = a`;

describe('a template is refused', () => {
  test.each([
    [
      'for a name that is not defined',
      { 'main.bicep': `${resource} properties: { size: nowhere }\n}` },
      'nowhere is not defined',
    ],
    [
      'for a function that is not defined',
      { 'main.bicep': `${resource} properties: { size: siez() }\n}` },
      'siez is not defined',
    ],
    ['for a parameter that is not used', { 'main.bicep': `${described}param a string` }, 'a is not used'],
    ['for a variable that is not used', { 'main.bicep': 'var a = 1' }, 'a is not used'],
    [
      'for an existing resource that is not used',
      { 'main.bicep': "resource r 'A/b@2025-01-01' existing = {\n name: 'r'\n}" },
      'r is not used',
    ],
    [
      'for a name that is defined twice',
      { 'main.bicep': `${described}param a string\nvar a = 1\n${described}output o string = a` },
      'a is defined twice',
    ],
    [
      'for an import that is not exported',
      {
        'main.bicep': `import { a } from 'x.bicep'\n${described}output o int = a`,
        'x.bicep': 'var a = 1\nvar b = a\n@export()\nvar c = b',
      },
      'x.bicep exports no a',
    ],
    [
      'for a loop variable outside its loop',
      { 'main.bicep': `var a = [for x in [1]: x]\n${described}output o array = [a, x]` },
      'x is not defined',
    ],
    [
      'for a dependency that is there anyway',
      {
        'main.bicep': `${resource}}\nvar id = r.id\nresource q 'A/b@2025-01-01' = {\n name: id\n location: 'global'\n dependsOn: [r]\n}`,
      },
      'dependsOn need not name r',
    ],
    ['for a missing module', { 'main.bicep': "module m 'x.bicep' = {\n params: {}\n}" }, 'there is no x.bicep'],
    [
      'for a parameter that a module lacks',
      { 'main.bicep': "module m 'x.bicep' = {\n params: { a: '', b: '' }\n}", 'x.bicep': inner },
      'b is no parameter',
    ],
    [
      'for a parameter that a module needs',
      { 'main.bicep': "module m 'x.bicep' = {\n params: {}\n}", 'x.bicep': inner },
      'a is missing',
    ],
    [
      'for an output that a module lacks',
      {
        'main.bicep': `module m 'x.bicep' = {\n params: { a: '' }\n}\n${described}output o string = m.outputs.p`,
        'x.bicep': inner,
      },
      'm.outputs has no p',
    ],
    [
      'for an output of a module that may not be there',
      {
        'main.bicep': `module m 'x.bicep' = if (1 > 2) {\n params: { a: '' }\n}\n${described}output o string = m.outputs.o`,
        'x.bicep': inner,
      },
      'm may not be there: m!.outputs',
    ],
    [
      'for an option that modules lack',
      {
        'main.bicep': "module m 'x.bicep' = {\n param: {}\n}",
        'x.bicep': 'var a = 1\nvar b = a\n@export()\nvar c = b',
      },
      'a module has no param',
    ],
    [
      'for a property of a resource that exists already',
      { 'main.bicep': `resource r 'A/b@2025-01-01' existing = {\n name: 'r'\n location: 'global'\n}\nvar a = r.id` },
      'an existing resource has no location',
    ],
    [
      'for a property that a resource lacks',
      { 'main.bicep': `${resource}}\n${described}output o string = r.properties.sise` },
      'r.properties has no sise',
    ],
    [
      'for a property that the type of a parameter lacks',
      { 'main.bicep': `${typed}${described}param p t\n${described}output o string = p.b` },
      'p has no b',
    ],
    [
      'for a property that the items of a loop lack',
      { 'main.bicep': `var l = [{ a: 1 }, { b: 2 }]\n${described}output o array = [for x in l: x.a]` },
      'x has no a',
    ],
    [
      'for an output that is not of its type',
      { 'main.bicep': `${typed}${described}output o t = { b: 1 }` },
      'o and its type differ in b',
    ],
    [
      'for another version of a type',
      { 'main.bicep': "resource r 'A/b@2024-01-01' = {\n name: 'r'\n}" },
      'A/b@2024-01-01 is not a listed type and version',
    ],
    [
      'for a property that a type lacks',
      { 'main.bicep': `${resource} properties: { sise: 1 }\n}` },
      'A/b@2025-01-01 has no properties.sise',
    ],
    [
      'for one behind a variable',
      { 'main.bicep': `var p = 1 > 2 ? { size: 1 } : { sise: 1 }\n${resource} properties: p\n}` },
      'A/b@2025-01-01 has no properties.sise',
    ],
    [
      'for a property that a type requires',
      { 'main.bicep': "resource r 'A/b@2025-01-01' = {\n name: 'r'\n}" },
      'A/b@2025-01-01 requires location',
    ],
    [
      'for an output that is a key',
      { 'main.bicep': `${resource}}\n${described}output o string = r.listKeys().value` },
      'r.listKeys() is a secret',
    ],
    [
      'for a parameter that is a password',
      {
        'main.bicep': `${described}param adminPassword string\nvar a = adminPassword\n${described}output o string = a`,
      },
      'adminPassword looks like a secret',
    ],
    [
      'for a secure parameter with a default',
      { 'main.bicep': `${described}@secure()\nparam a string = 'x'\nvar b = a\n@export()\nvar c = b` },
      'a is secure: no default',
    ],
    [
      'for a password among properties',
      { 'main.bicep': `${resource} properties: { administratorLoginPassword: 'x' }\n}` },
      'administratorLoginPassword is a secret',
    ],
    [
      'for a parameter without a description',
      { 'main.bicep': `param a string\n${described}output o string = a` },
      'a has no description',
    ],
    [
      'for an unknown parameter in its file',
      { 'main.bicep': inner, 'main.bicepparam': "using './main.bicep'\nparam a = 'x'\nparam b = 'y'" },
      'b is no parameter of main.bicep',
    ],
    [
      'for a parameter that its file lacks',
      { 'main.bicep': inner, 'main.bicepparam': "using './main.bicep'" },
      'a is missing',
    ],
    [
      'for a value that is not allowed',
      {
        'main.bicep': inner.replace('string', "'x' | 'y'"),
        'main.bicepparam': "using './main.bicep'\nparam a = readEnvironmentVariable('A', 'z')",
      },
      'z is none of x, y',
    ],
    [
      'for a default of the environment that is computed',
      {
        'main.bicep': inner,
        'main.bicepparam': "using './main.bicep'\nparam a = readEnvironmentVariable('A', empty('x'))",
      },
      'the default must be a literal',
    ],
  ])('%s', (_, texts, problem) => {
    expect(problemsOf(texts).join('\n')).toContain(problem);
  });

  test('when it does not parse, with the place', () => {
    expect(() => problemsOf({ 'main.bicep': "var a = 1\nresource r 'A/b@2025-01-01' = {\n name 'r'\n}" })).toThrow(
      /^main\.bicep:[23]: not Bicep/,
    );
  });

  test('and one in which nothing is wrong is not', () => {
    const main = `module m 'x.bicep' = if (1 > 2) {\n params: { a: 'x' }\n}\n${described}output o string = 1 > 2 ? m!.outputs.o : ''`;
    expect(problemsOf({ 'main.bicep': main, 'x.bicep': inner })).toEqual([]);
  });
});
