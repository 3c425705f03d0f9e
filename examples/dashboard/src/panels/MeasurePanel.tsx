import { useQuery } from '../api/useQuery';
import type { Mark } from '../charts/marks';
import { Percentiles } from '../charts/Percentiles';
import { Readings } from '../charts/Readings';
import { type ChoicesQuery, PercentilesDocument, ReadingsDocument } from '../gql/graphql';
import { timeZone } from '../state/format';
import { bucketOf, spanOf } from '../state/range';
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
  readonly marks: readonly Mark[];
  readonly everyMs: number | null;
}

/** Number of buckets, fewer than for counts, because percentiles need several values in each. */
const mostBuckets = 32;

/** Largest number of values to draw as points; the server returns no more of them. */
const mostReadings = 500;

/** The values of one event type: as points if they are few, as percentiles if they are many. */
export function MeasurePanel(props: MeasurePanelProps) {
  const { view, go, scheme, marks, everyMs } = props;
  const bucket = bucketOf(view.range, mostBuckets);
  const where = measureWhere(view);
  const answer = useQuery(PercentilesDocument, { where, every: bucket.every, timeZone }, everyMs);
  const values = answer.data?.values ?? [];
  const total = values.reduce((sum, { of }) => sum + of.value.count, 0);
  const { name, unit } = measureOf(props);
  if (total > 0 && total < mostReadings) return <ReadingsPanel {...props} />;
  return (
    <Panel
      name="measure"
      title="Percentiles"
      aside={<MeasureChoice {...props} />}
      answer={answer}
      empty={total > 0 ? null : 'No such value in this range.'}
    >
      <Percentiles {...{ values, name, unit, bucket, scheme, marks }} onBrush={(range) => go({ range })} />
    </Panel>
  );
}

function ReadingsPanel(props: MeasurePanelProps) {
  const { view, go, scheme, marks, everyMs } = props;
  const answer = useQuery(ReadingsDocument, { where: measureWhere(view) }, everyMs);
  const readings = answer.data?.readings?.nodes ?? [];
  return (
    <Panel
      name="measure"
      title={readings.length < mostReadings ? 'Values' : `The newest ${mostReadings} values`}
      aside={<MeasureChoice {...props} />}
      answer={answer}
      empty={null}
    >
      <Readings
        {...{ readings, scheme, marks, ...measureOf(props) }}
        span={spanOf(view.range)}
        onBrush={(range) => go({ range })}
      />
    </Panel>
  );
}

const measuresOf = ({ choices }: MeasurePanelProps) => choices?.measures?.nodes ?? [];

function measureOf(props: MeasurePanelProps): { readonly name: string; readonly unit: string | null } {
  const { measure } = props.view;
  return measuresOf(props).find(({ eventTypeId }) => eventTypeId === measure) ?? { name: measure, unit: null };
}

function MeasureChoice(props: MeasurePanelProps) {
  const { view, go } = props;
  return (
    <select aria-label="Value" value={view.measure} onChange={(event) => go({ measure: event.currentTarget.value })}>
      {measuresOf(props).map(({ id, eventTypeId, name }) => (
        <option key={id} value={eventTypeId} selected={eventTypeId === view.measure}>
          {name}
        </option>
      ))}
    </select>
  );
}
