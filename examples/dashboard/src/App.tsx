import { ConnectionContext, useConnectionState } from './api/connection';
import { Banner } from './controls/Banner';
import { Unfit } from './controls/Unfit';
import { Dashboard } from './Dashboard';
import { useScheme } from './state/useScheme';
import { useView } from './state/useView';
import { ViewContext } from './state/ViewContext';

export function App() {
  const connection = useConnectionState();
  const [{ view, faults }, go] = useView();
  const [scheme, toggleScheme] = useScheme();
  return (
    <ConnectionContext.Provider value={connection}>
      <ViewContext.Provider value={{ view, go }}>
        <Banner />
        {connection.status === 'unfit' ? <Unfit /> : <Dashboard {...{ view, faults, go, scheme, toggleScheme }} />}
      </ViewContext.Provider>
    </ConnectionContext.Provider>
  );
}
