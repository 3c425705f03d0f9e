import { isPreset, move, type Range } from '../state/range';
import type { Go } from '../state/useView';

export interface RangeButtonsProps {
  readonly range: Range;
  readonly go: Go;
}

/** Buttons that change the range, as dragging across a chart does, for the keyboard. */
export function RangeButtons({ range, go }: RangeButtonsProps) {
  const buttons = [
    ['Earlier', '←', () => move(range, { by: -0.5 })],
    ['Later', '→', () => move(range, { by: 0.5 })],
    ['Zoom in', '+', () => move(range, { zoom: 0.5 })],
    ['Zoom out', '−', () => move(range, { zoom: 2 })],
  ] as const;
  return (
    <fieldset class="range-buttons" aria-label="Change the range">
      <small aria-hidden="true">drag over a chart to zoom</small>
      {buttons.map(([name, sign, to]) => (
        <button key={name} type="button" aria-label={name} title={name} onClick={() => go({ range: to() })}>
          <span aria-hidden="true">{sign}</span>
        </button>
      ))}
      {!isPreset(range) && (
        <button type="button" onClick={() => go({ range: '24h' })}>
          Back to now
        </button>
      )}
    </fieldset>
  );
}
