import { globSync, readFileSync } from 'node:fs';
import { parseSync, Visitor } from 'rolldown/utils';
import { expect, it } from 'vitest';

/** Finds the sentences in a source file's strings: literals of three words or more, with `…` for what is filled in. */
function sentencesIn(file: string): readonly string[] {
  const found = new Map<number, string>();
  const code = new Set<number>();
  const visitor = new Visitor({
    TaggedTemplateExpression: ({ quasi }) => void code.add(quasi.start),
    Literal: ({ start, value }) => void (typeof value === 'string' && found.set(start, value)),
    TemplateLiteral: ({ start, quasis }) => void found.set(start, quasis.map(({ value }) => value.cooked).join('…')),
  });
  visitor.visit(parseSync(file, readFileSync(file, 'utf8')).program);
  return [...found]
    .filter(([start, text]) => !code.has(start) && isSentence(text))
    .sort(([a], [b]) => a - b)
    .map(([, text]) => text.trim().replaceAll(/\s+/g, ' '));
}

/** Tells sentences from SQL, documents, headers and markup. */
const isSentence = (text: string): boolean =>
  /[a-z]+[,:;]? [^\s|]+ \S*[a-z]/i.test(text) &&
  !/^(<!|select\s|SELECT |(… )?SET |(create|alter|drop) (database|role)\b|(query|mutation) \w+\(|[a-z]+-src |public, |Bearer |cat;|00 )/.test(
    text,
  );

it('everything that people can read stands on one page', async () => {
  const files = globSync('src/**/*.ts').sort();
  const parts = files
    .map((file) => ({ file, sentences: sentencesIn(file) }))
    .filter((part) => part.sentences.length > 0);
  const page = parts.map(({ file, sentences }) => `## ${file}\n\n${sentences.map((text) => `- ${text}\n`).join('')}`);
  await expect(`# Messages\n\n${page.join('\n')}`).toMatchFileSnapshot('messages.md');
});
