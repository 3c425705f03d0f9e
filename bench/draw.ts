export interface Group {
  readonly name: string;
  readonly bars: readonly { readonly name: string; readonly value: number | null }[];
}

const colours = ['#d6249f', '#8a8f98', '#b9bec6', '#dde0e4'];
const [left, barHeight, gap, width] = [60, 14, 14, 640];

/** A picture of ratios: a group of bars for each name, and a line at 1, which is the base. */
export function drawBars(groups: readonly Group[], base: string): string {
  const largest = Math.max(1, ...groups.flatMap(({ bars }) => bars.map(({ value }) => value ?? 0)));
  const scale = (value: number) => left + (value / largest) * (width - left - 60);
  let y = 40;
  const drawn = groups.map(({ name, bars }) => {
    const top = y;
    y += bars.length * barHeight + gap;
    const rows = bars.map(({ value }, n) =>
      value === null
        ? ''
        : `<rect x="${left}" y="${top + n * barHeight}" width="${(scale(value) - left).toFixed(1)}" height="${barHeight - 2}" fill="${colours[n]}"/>` +
          `<text x="${(scale(value) + 4).toFixed(1)}" y="${top + n * barHeight + 10}">${value.toFixed(2)}</text>`,
    );
    return `<text x="8" y="${top + 11}" font-weight="bold">${name}</text>${rows.join('')}`;
  });
  const legend = (groups[0]?.bars ?? []).map(
    ({ name }, n) =>
      `<rect x="${left + n * 150}" y="10" width="10" height="10" fill="${colours[n]}"/><text x="${left + 15 + n * 150}" y="19">${name}</text>`,
  );
  const one = scale(1).toFixed(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y + 20}" font-family="sans-serif" font-size="11" fill="#444">
<rect width="100%" height="100%" fill="#fff"/>
${legend.join('')}
${drawn.join('\n')}
<line x1="${one}" x2="${one}" y1="32" y2="${y}" stroke="#444" stroke-dasharray="3 3"/>
<text x="${one}" y="${y + 12}" text-anchor="middle">${base} = 1</text>
</svg>
`;
}
