import { useQuery } from '../api/useQuery';
import { DeviceDocument } from '../gql/graphql';
import { DeviceFacts } from './DeviceFacts';
import { Panel } from './Panel';

export interface DevicePanelProps {
  readonly serial: string;
  readonly everyMs: number | null;
}

/** The selected device. */
export function DevicePanel({ serial, everyMs }: DevicePanelProps) {
  const answer = useQuery(DeviceDocument, { serial }, everyMs);
  const device = answer.data?.device;
  return (
    <Panel name="device" title={`Device ${serial}`} answer={answer} empty={device ? null : 'There is no such device.'}>
      {device && <DeviceFacts device={device} />}
    </Panel>
  );
}
