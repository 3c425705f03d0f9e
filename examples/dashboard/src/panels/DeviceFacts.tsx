import type { DeviceQuery } from '../gql/graphql';
import { date, dayAndClock, measured, share } from '../state/format';

export interface DeviceFactsProps {
  readonly device: NonNullable<DeviceQuery['device']>;
}

/** A device's properties, and its latest events. */
export function DeviceFacts({ device }: DeviceFactsProps) {
  const facts: readonly (readonly [name: string, value: string | null])[] = [
    ['Model', device.model],
    ['Status', device.status.toLowerCase()],
    ['Site', device.site?.name ?? null],
    ['Battery', device.batteryLevel === null ? 'on mains' : share(device.batteryLevel)],
    ['Installed', device.installedOn && date(device.installedOn)],
    ['Tags', device.tags.join(', ') || null],
  ];
  return (
    <>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value ?? '–'}</dd>
          </div>
        ))}
      </dl>
      <h3>Last readings</h3>
      <dl class="facts readings">
        {device.readings?.map(({ key, last }) => (
          <div key={key.eventTypeId}>
            <dt>{key.eventType?.name}</dt>
            <dd>
              {measured(last?.value ?? null, key.eventType?.unit)} <small>{last && dayAndClock(last.occurredAt)}</small>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
