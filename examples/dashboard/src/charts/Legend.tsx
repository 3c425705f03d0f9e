export interface LegendItem {
  readonly name: string;
  /** Name of the custom property with its colour, if it has one. */
  readonly color?: string;
  readonly value: string;
  /** The choice of a series that can be chosen: whether it is, and the function that changes that. */
  readonly choice?: { readonly isPressed: boolean; readonly toggle: () => void };
}

export interface LegendProps {
  /** Title of the values: those of the whole chart, or of the bucket under the pointer. */
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
