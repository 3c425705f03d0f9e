/** An instruction of a Dockerfile: `COPY --from=build /a ./b`. */
export interface Instruction {
  readonly name: string;
  /** The flags with their values: `--from=build`. */
  readonly flags: readonly string[];
  readonly rest: string;
}

/** Returns the instructions of a Dockerfile, with continued lines joined and without comments. */
export function parseDockerfile(text: string): readonly Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  return lines
    .join('\n')
    .replace(/\\\s*\n/g, ' ')
    .split('\n')
    .map((line) => {
      const [, name = '', flags = '', rest = ''] = /^\s*(\w+)((?:\s+--\S+)*)\s*(.*)$/.exec(line) ?? [];
      return { name: name.toUpperCase(), flags: flags.match(/--\S+/g) ?? [], rest };
    });
}

/** The flags that Docker's classic builder knows. All later ones (`--mount`, `--link`, `--chmod`) need BuildKit. */
const classicFlags: Readonly<Record<string, readonly string[]>> = {
  FROM: ['--platform'],
  COPY: ['--from', '--chown'],
  ADD: ['--chown'],
  HEALTHCHECK: ['--interval', '--timeout', '--start-period', '--retries'],
};

/** Build arguments that only BuildKit sets; in the classic builder they are empty or an error. */
const buildKitArgument = /\$\{?(BUILD|TARGET)(PLATFORM|OS|ARCH|VARIANT)\b/;

/** Lists what the classic builder would reject or ignore in a Dockerfile, one sentence each. */
export function beyondClassicBuilder(text: string): readonly string[] {
  const directives = text.match(/^#\s*(syntax|check)\s*=.*$/gim) ?? [];
  const instructions = parseDockerfile(text).flatMap(({ name, flags, rest }) => [
    ...flags
      .map((flag) => flag.replace(/=.*/, ''))
      .filter((flag) => !classicFlags[name]?.includes(flag))
      .map((flag) => `${name} ${flag}`),
    ...(['RUN', 'COPY', 'ADD'].includes(name) && /<<-?["']?\w/.test(rest) ? [`${name} with a heredoc`] : []),
    ...(buildKitArgument.test(`${flags} ${rest}`) ? [`${name} with an argument that BuildKit sets`] : []),
  ]);
  return [...directives, ...instructions];
}
