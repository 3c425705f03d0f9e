import { useRef, useState } from 'preact/hooks';
import { SeverityTag } from '../panels/SeverityTag';
import { measured, moment } from '../state/format';
import { EventDetails } from './EventDetails';
import type { TailRow } from './rows';

export interface TailRowsProps {
  readonly rows: readonly TailRow[];
  /** True if all rows belong to one device, which then is not named. */
  readonly isOne: boolean;
}

/** Number of rows by which a key moves. */
const steps: Readonly<Record<string, number>> = {
  ...{ ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 },
  ...{ Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY },
};

/** Rows that can be opened. Together they are a single tab stop; arrow keys move between them. */
export function TailRows({ rows, isOne }: TailRowsProps) {
  const list = useRef<HTMLOListElement>(null);
  const [opened, setOpened] = useState<string | null>(null);
  const [visited, setVisited] = useState<string | null>(null);
  const stop = Math.max(
    0,
    rows.findIndex(({ id }) => id === visited),
  );
  const onKeyDown = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (step === undefined || !(event.target as Element).matches('.row')) return;
    event.preventDefault();
    const next = Math.min(rows.length - 1, Math.max(0, stop + step));
    list.current?.querySelectorAll<HTMLElement>('.row')[next]?.focus();
  };
  return (
    <div class="scroll">
      <p class="hidden" id="tail-keys">
        Arrow keys lead from row to row, Enter opens one.
      </p>
      <ol ref={list} aria-label="Newest events" aria-describedby="tail-keys" onKeyDown={onKeyDown}>
        {rows.map((row, i) => (
          <li key={row.id}>
            <button
              type="button"
              class="row"
              tabIndex={i === stop ? 0 : -1}
              aria-expanded={row.id === opened}
              onFocus={() => setVisited(row.id)}
              onClick={() => setOpened(row.id === opened ? null : row.id)}
            >
              <Summary {...{ row, isOne }} />
            </button>
            {row.id === opened && <EventDetails row={row} />}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** The value is never cut off; names get the remaining room. */
function Summary({ row: { occurredAt, severity, device, eventType, value }, isOne }: { row: TailRow; isOne: boolean }) {
  const names = isOne ? [eventType?.name] : [device?.serial, eventType?.name];
  const [first, second] = names.map((name) => (
    <span key={name} class="name" title={name}>
      {name}
    </span>
  ));
  return (
    <>
      {first}
      <span class="value">{value === null ? '' : measured(value, eventType?.unit)}</span>
      <span class="line">
        <span class="time">{moment(occurredAt)}</span>
        <SeverityTag severity={severity} />
        {second}
      </span>
    </>
  );
}
