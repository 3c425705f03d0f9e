/** The bars of one question. */
export interface Group {
  readonly name: string;
  readonly asks: string;
  /** The goal for the first bar, if there is one. */
  readonly goal?: number;
  readonly bars: readonly { readonly name: string; readonly value: number }[];
}

const [width, left, right, top] = [760, 24, 60, 84];
const [barHeight, pitch, headHeight, gap] = [13, 16, 20, 14];

const style = `
  svg { --page: #fff; --text: #24292f; --faint: #6e7781; --line: #d0d7de; --s0: #c2187f; --s1: #3b7dd8; --s2: #8c959f; --s3: #b8c0c8 }
  @media (prefers-color-scheme: dark) {
    svg { --page: #0d1117; --text: #e6edf3; --faint: #8b949e; --line: #30363d; --s0: #f06bb9; --s1: #6cb0ff; --s2: #6e7681; --s3: #484f58 }
  }
  text { font: 12px system-ui, sans-serif; fill: var(--text); stroke: var(--page); stroke-width: 3px; paint-order: stroke }
  .faint { fill: var(--faint) } .name { font-weight: 600 } .line { stroke: var(--line) } .one { stroke: var(--text) }
  .goal { stroke: var(--text); stroke-width: 2 }`;

/** Draws ratios as bars that start at 1, on a logarithmic scale, with a mark at each goal. */
export function drawRatios(groups: readonly Group[], base: string): string {
  const values = groups.flatMap(({ bars, goal = 1 }) => [goal, ...bars.map(({ value }) => value)]);
  const [low, high] = [Math.floor(Math.log2(Math.min(0.5, ...values))), Math.ceil(Math.log2(Math.max(2, ...values)))];
  const x = (value: number) => left + ((Math.log2(value) - low) / (high - low)) * (width - left - right);
  const names = [...new Set(groups.flatMap(({ bars }) => bars.map(({ name }) => name)))];
  let bottom = top;
  const drawn = groups.map((group) => {
    const start = bottom;
    bottom += headHeight + group.bars.length * pitch + gap;
    return drawGroup(group, start, x, names);
  });
  const ticks = Array.from({ length: high - low + 1 }, (_, n) => 2 ** (low + n));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 8}" width="${width}" height="${bottom + 8}" role="img">
<title>Throughput as a ratio to ${base}</title>
<style>${style}
</style>
<rect width="100%" height="100%" rx="8" fill="var(--page)"/>
<text x="${left}" y="24" class="name">Throughput at 32 connections, ${base} = 1 (right is faster; the mark is the goal)</text>
${names.map((name, n) => legend(name, n)).join('\n')}
${ticks.map((tick) => axis(x(tick), tick, bottom)).join('\n')}
${drawn.join('\n')}
</svg>
`;
}

const legend = (name: string, n: number): string =>
  `<rect x="${left + n * 170}" y="36" width="11" height="11" rx="2" fill="var(--s${n})"/><text x="${left + 17 + n * 170}" y="46">${name}</text>`;

const axis = (at: number, tick: number, bottom: number): string =>
  `<line x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${top - 8}" y2="${bottom}" class="${tick === 1 ? 'one' : 'line'}"/>` +
  `<text x="${at.toFixed(1)}" y="${top - 14}" text-anchor="middle" class="faint">${tick}</text>`;

function drawGroup(
  { name, asks, goal, bars }: Group,
  start: number,
  x: (value: number) => number,
  names: readonly string[],
): string {
  const head = `<text x="${left}" y="${start + 13}"><tspan class="name">${name}</tspan> <tspan class="faint">${asks}</tspan></text>`;
  const rows = bars.map(({ name: bar, value }, n) => {
    const y = start + headHeight + n * pitch;
    const [from, to] = [Math.min(x(1), x(value)), Math.max(x(1), x(value))];
    const wanted = n === 0 ? goal : undefined;
    const beyond = Math.max(to, wanted === undefined ? 0 : x(wanted));
    return (
      `<rect x="${from.toFixed(1)}" y="${y}" width="${Math.max(1, to - from).toFixed(1)}" height="${barHeight}" rx="2" fill="var(--s${names.indexOf(bar)})"/>` +
      `${wanted === undefined ? '' : mark(x(wanted), y)}<text x="${(beyond + 6).toFixed(1)}" y="${y + 11}">${value.toFixed(2)}</text>`
    );
  });
  return [head, ...rows].join('');
}

const mark = (at: number, y: number): string =>
  `<line x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${y - 2}" y2="${y + barHeight + 2}" class="goal"/>`;
