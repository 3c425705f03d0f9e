import { useQuery } from '../api/useQuery';
import { Percentiles } from '../charts/Percentiles';
import { type ChoicesQuery, PercentilesDocument } from '../gql/graphql';
import { timeZone } from '../state/format';
import { bucketOf } from '../state/range';
import type { Scheme } from '../state/useScheme';
import type { Go } from '../state/useView';
import type { View } from '../state/view';
import { measureWhere } from '../state/where';
import { Panel } from './Panel';

export interface MeasurePanelProps {
  readonly view: View;
  readonly go: Go;
  readonly choices: ChoicesQuery | null;
  readonly scheme: Scheme;
  readonly everyMs: number | null;
}

/** The percentiles of one kind of value. */
export function MeasurePanel({ view, go, choices, scheme, everyMs }: MeasurePanelProps) {
  const bucket = bucketOf(view.range);
  const answer = useQuery(PercentilesDocument, { where: measureWhere(view), every: bucket.every, timeZone }, everyMs);
  const measures = choices?.measures?.nodes ?? [];
  const measure = measures.find(({ eventTypeId }) => eventTypeId === view.measure);
  const values = answer.data?.values ?? [];
  const aside = (
    <select aria-label="Value" value={view.measure} onChange={(event) => go({ measure: event.currentTarget.value })}>
      {measures.map(({ id, eventTypeId, name }) => (
        <option key={id} value={eventTypeId} selected={eventTypeId === view.measure}>
          {name}
        </option>
      ))}
    </select>
  );
  return (
    <Panel
      name="measure"
      title="Percentiles"
      {...{ aside, answer }}
      empty={values.some(({ of }) => of.value.count > 0) ? null : 'No such value in this range.'}
    >
      <Percentiles
        {...{ values, bucket, scheme }}
        name={measure?.name ?? view.measure}
        unit={measure?.unit ?? null}
        onBrush={(range) => go({ range })}
      />
    </Panel>
  );
}
