#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 15)) {
  console.error(`events-graphql needs Node 22.15 or newer; this is ${process.version}.`);
  process.exit(1);
}

// Loaded only now: what it imports may not even parse on an older Node.
const { run } = await import('./commands/cli.ts');
const code = await run(process.argv.slice(2), process.env);
// Ends also what still waits for others, such as telemetry for its collector, once all is printed.
process.stdout.write('', () => process.exit(code));
