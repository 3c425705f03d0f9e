import { useState } from 'preact/hooks';

export interface AsTableProps {
  readonly caption: string;
  readonly head: readonly string[];
  /** Computed when the table is opened. */
  readonly rows: () => readonly (readonly string[])[];
}

/** The numbers of a chart as a table, for users who cannot see the chart or want to copy them. */
export function AsTable({ caption, head, rows }: AsTableProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="as-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section class="scroll" aria-label={caption} tabIndex={0}>
          <table>
            <caption class="hidden">{caption}</caption>
            <thead>
              <tr>
                {head.map((name) => (
                  <th scope="col" key={name}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows().map(([first, ...rest]) => (
                <tr key={first}>
                  <th scope="row">{first}</th>
                  {rest.map((cell, i) => (
                    <td key={head[i + 1]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
