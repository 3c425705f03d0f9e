import { useEffect, useMemo } from 'preact/hooks';
import { useQuery } from './api/useQuery';
import { marksOf } from './charts/marks';
import { Severities } from './charts/Severities';
import { Filters } from './controls/Filters';
import { Header } from './controls/Header';
import { Notices } from './controls/Notices';
import { RangeButtons } from './controls/RangeButtons';
import { ChoicesDocument, IncidentsDocument, OverviewDocument } from './gql/graphql';
import { DevicePanel } from './panels/DevicePanel';
import { Figures } from './panels/Figures';
import { Incidents } from './panels/Incidents';
import { MeasurePanel } from './panels/MeasurePanel';
import { Noisiest } from './panels/Noisiest';
import { Panel } from './panels/Panel';
import { timeZone } from './state/format';
import { type Between, bucketOf, isPreset, pollMs } from './state/range';
import type { Scheme } from './state/useScheme';
import type { Go } from './state/useView';
import { useVisible } from './state/useVisible';
import type { View } from './state/view';
import { eventWhere, incidentWhere, markedWhere, openIncidentWhere, overviewWhere } from './state/where';
import { TailPanel } from './tail/TailPanel';
import { useTail } from './tail/useTail';

export interface DashboardProps {
  readonly view: View;
  /** Faults of the address. */
  readonly faults: readonly string[];
  readonly go: Go;
  readonly scheme: Scheme;
  readonly toggleScheme: () => void;
}

/** One page for all devices, for those of a site, and for one: the same questions, of what the filters let through. */
export function Dashboard({ view, faults, go, scheme, toggleScheme }: DashboardProps) {
  const isWatched = useVisible() && view.live;
  const everyMs = isWatched ? pollMs(view.range) : null;
  const bucket = bucketOf(view.range);
  const { data: choices } = useQuery(ChoicesDocument, {});
  const overview = useQuery(OverviewDocument, { where: overviewWhere(view), every: bucket.every, timeZone }, everyMs);
  const incidents = useQuery(
    IncidentsDocument,
    { where: incidentWhere(view), open: openIncidentWhere(view), marked: markedWhere(view) },
    isWatched ? 10_000 : null,
  );
  const tail = useTail(eventWhere(view), view.live);
  const nothing = overview.data?.totals?.count === 0 ? 'No events here. Choose a longer range or other devices.' : null;
  const marked = incidents.data?.marked?.nodes;
  const marks = useMemo(() => marksOf(marked ?? []), [marked]);
  const nodes = incidents.data?.incidents?.nodes ?? [];

  useEffect(() => {
    document.title = view.device ? `${view.device} – Telemetry` : 'Telemetry';
  }, [view.device]);

  return (
    <>
      <Header {...{ view, go, scheme, toggleScheme }} />
      <Filters {...{ view, go, choices }} answer={overview} />
      <Notices {...{ view, faults, choices }} />
      <main>
        <Figures isOne={view.device !== null} {...{ overview, incidents }} />
        <div class="column">
          <Panel
            name="events"
            title={`Events per ${bucket.name}`}
            aside={<RangeButtons range={view.range} go={go} />}
            answer={overview}
            empty={nothing}
          >
            <Severities
              groups={overview.data?.bySeverity ?? []}
              {...{ bucket, scheme, marks }}
              chosen={view.severities}
              onChoose={(severities) => go({ severities })}
              onBrush={(range: Between) => go({ range })}
            />
          </Panel>
          <MeasurePanel {...{ view, go, choices, scheme, marks, everyMs }} />
          <Panel
            name="incidents"
            title={view.device ? 'Incidents' : 'Open incidents'}
            aside={!view.device && !isPreset(view.range) && <small>those of now, whatever the range</small>}
            answer={incidents}
            empty={nodes.length === 0 ? 'No incidents.' : null}
          >
            <Incidents incidents={nodes} refresh={incidents.refresh} />
          </Panel>
        </div>
        <div class="column">
          {view.device ? (
            <DevicePanel serial={view.device} everyMs={isWatched ? 15_000 : null} />
          ) : (
            <Panel name="noisiest" title="Noisiest devices" answer={overview} empty={nothing}>
              <Noisiest groups={overview.data?.noisiest ?? []} />
            </Panel>
          )}
          <TailPanel {...{ tail, view, go }} />
        </div>
      </main>
    </>
  );
}
