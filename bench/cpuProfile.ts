import { z } from 'zod';

/** The part of a CPU profile's format that is read here. Source: DevTools protocol, domain Profiler. */
export const profile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/**
 * Returns each package's or file's share of the time, the largest first, without waiting and without loading modules.
 */
export function sharesOf({
  nodes,
  samples,
  timeDeltas,
}: z.infer<typeof profile>): readonly (readonly [string, number])[] {
  const names = new Map<number, string>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const visit = (id: number, above: string) => {
    const node = byId.get(id);
    if (!node) return;
    const name = nameOf(node.callFrame) ?? above;
    names.set(id, name);
    for (const child of node.children ?? []) visit(child, name);
  };
  visit(nodes[0]?.id ?? 0, 'Node.js');
  const times = new Map<string, number>();
  samples.forEach((id, i) => {
    const name = names.get(id) ?? '';
    if (name === '') return;
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[i] ?? 0));
  });
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times].map(([name, time]) => [name, time / total] as const).toSorted((a, b) => b[1] - a[1]);
}

/**
 * Returns the name under which a frame's time counts: '' to leave it out, undefined for a built-in function, which
 * counts for its caller.
 */
function nameOf({ functionName, url }: { functionName: string; url: string }): string | undefined {
  if (/^\((idle|program)\)$/.test(functionName)) return '';
  if (functionName === '(garbage collector)') return 'garbage collector';
  if (/^write(v|Utf8String|Latin1String)$/.test(functionName)) return 'writing to sockets';
  if (/^node:internal\/(modules|deps)/.test(url)) return '';
  if (url.startsWith('node:')) return 'Node.js';
  return /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(url)?.[1] ?? /\/(src\/.*)$/.exec(url)?.[1];
}
