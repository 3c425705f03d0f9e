export interface LegendItem {
  readonly name: string;
  /** Of the custom property that has its colour. */
  readonly color: string;
  readonly value: string;
}

export interface LegendProps {
  /** What the values are of: the whole chart, or the bucket under the pointer. */
  readonly title: string;
  readonly items: readonly LegendItem[];
}

/** Names the series, with their values where the pointer is. */
export function Legend({ title, items }: LegendProps) {
  return (
    <div class="legend">
      <span class="legend-title">{title}</span>
      {items.map(({ name, color, value }) => (
        <span class="legend-item" key={name}>
          <i style={{ background: `var(--${color})` }} aria-hidden="true" />
          {name} <b>{value}</b>
        </span>
      ))}
    </div>
  );
}
