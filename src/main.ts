#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 15)) {
  console.error(`events-graphql needs Node 22.15 or newer; this is ${process.version}.`);
  process.exit(1);
}

// A reader such as `head` may close the pipe before everything is printed.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') console.error(error.message);
  process.exit(1);
});

// Loaded only now, because an older Node may not be able to parse it.
const { run } = await import('./commands/cli.ts');
const code = await run(process.argv.slice(2), process.env);
// Exits once everything is printed, even if something is still pending, such as an export of telemetry.
process.stdout.write('', () => process.exit(code));
