export interface LegendItem {
  readonly name: string;
  /** Name of the custom property with its colour, if it has one. */
  readonly color?: string;
  readonly value: string;
  /** For a series that can be chosen: whether it is chosen, and what a click does. */
  readonly choice?: { readonly isPressed: boolean; readonly toggle: () => void };
}

export interface LegendProps {
  /** What the values describe: the whole chart, or the bucket under the pointer. */
  readonly title: string;
  readonly items: readonly LegendItem[];
}

/** Names the series, with their values at the pointer. */
export function Legend({ title, items }: LegendProps) {
  return (
    <div class="legend">
      <span class="legend-title">{title}</span>
      {items.map((item) => (
        <LegendEntry key={item.name} item={item} />
      ))}
    </div>
  );
}

function LegendEntry({ item: { name, color, value, choice } }: { readonly item: LegendItem }) {
  const content = (
    <>
      {color && <i style={{ background: `var(--${color})` }} aria-hidden="true" />}
      {name} <b>{value}</b>
    </>
  );
  if (!choice) return <span class="legend-item">{content}</span>;
  return (
    <button type="button" class="legend-item" aria-pressed={choice.isPressed} onClick={choice.toggle}>
      {content}
    </button>
  );
}
