import { commandLines } from '../../src/commands/commandLines.ts';
import { helpOf, overview } from '../../src/commands/help.ts';
import { section } from './markdown.ts';

export function commandsSection(): string {
  const helps = Object.entries(commandLines).map(([name, line]) => helpOf(name, line));
  return section(
    'Commands',
    '[operator.md](operator.md) explains each command.',
    `\`\`\`text\n${[overview(), ...helps].join('\n')}\`\`\``,
  );
}
