import { z } from 'zod';

/** The part of a profile's format that is read here. Source: DevTools protocol, domain Profiler. */
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

/** What has used the most of the time comes first; waiting is left out, and so is the loading of modules. */
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

/** Nothing for what does not count; undefined for a built-in function, which is on its caller's account. */
function nameOf({ functionName, url }: { functionName: string; url: string }): string | undefined {
  if (/^\((idle|program)\)$/.test(functionName)) return '';
  if (functionName === '(garbage collector)') return 'garbage collector';
  if (/^write(v|Utf8String|Latin1String)$/.test(functionName)) return 'writing to sockets';
  if (/^node:internal\/(modules|deps)/.test(url)) return '';
  if (url.startsWith('node:')) return 'Node.js';
  return /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(url)?.[1] ?? /\/(src\/.*)$/.exec(url)?.[1];
}
