import { ViewLink } from '../controls/ViewLink';
import type { OverviewQuery } from '../gql/graphql';
import { count } from '../state/format';

export interface NoisiestProps {
  readonly groups: NonNullable<OverviewQuery['noisiest']>;
}

/** The devices with the most events, each with a link to its page. */
export function Noisiest({ groups }: NoisiestProps) {
  const most = Math.max(1, ...groups.map(({ count }) => count));
  return (
    <ol class="noisiest">
      {groups.map(({ key: { device }, count: events }) => (
        <li key={device?.serial} style={{ '--part': `${(100 * events) / most}%` }}>
          <span class="name" title={device?.serial ?? ''}>
            <ViewLink to={{ device: device?.serial ?? null }}>{device?.serial}</ViewLink>
          </span>
          <span class="about name" title={`${device?.model} · ${device?.site?.name}`}>
            {device?.model} · {device?.site?.name}
          </span>
          <b>{count(events)}</b>
        </li>
      ))}
    </ol>
  );
}
