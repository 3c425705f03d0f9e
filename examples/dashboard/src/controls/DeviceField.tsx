import { useEffect, useState } from 'preact/hooks';
import { useQuery } from '../api/useQuery';
import { type DeviceWhere, FindDevicesDocument } from '../gql/graphql';
import type { Go } from '../state/useView';
import type { View } from '../state/view';

export interface DeviceFieldProps {
  readonly view: View;
  readonly go: Go;
}

/** Finds a device by any part of its serial number. */
export function DeviceField({ view, go }: DeviceFieldProps) {
  const [text, setText] = useState(view.device ?? '');
  useEffect(() => setText(view.device ?? ''), [view.device]);
  const where: DeviceWhere = {
    ...(view.site && { site: { code: { eq: view.site } } }),
    ...(text && { serial: { ilike: `%${text.replaceAll(/[%_\\]/g, '\\$&')}%` } }),
  };
  const { data } = useQuery(FindDevicesDocument, { where });
  const found = data?.devices?.nodes ?? [];
  const exact = (value: string) => found.find(({ serial }) => serial.toLowerCase() === value.toLowerCase())?.serial;
  const type = (value: string) => {
    setText(value);
    const device = exact(value) ?? null;
    if (device || value === '') go({ device });
  };
  const choose = (value: string) => go({ device: exact(value.trim()) ?? (value.trim() || null) });
  return (
    <label>
      <span>Device</span>
      <input
        type="search"
        list="devices"
        placeholder="All devices"
        autocomplete="off"
        spellcheck={false}
        value={text}
        title={text}
        onInput={(event) => type(event.currentTarget.value)}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      <datalist id="devices">
        {found.map(({ id, serial, model, site }) => (
          <option key={id} value={serial}>
            {model} · {site?.name}
          </option>
        ))}
      </datalist>
    </label>
  );
}
