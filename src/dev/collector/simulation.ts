/** An event as `createEvents` takes it. */
export interface Reading {
  readonly deviceId: string;
  readonly eventTypeId: string;
  readonly occurredAt: string;
  readonly severity: string;
  readonly value: string | null;
}

/** What happened since the last look. */
export interface Moment {
  readonly readings: readonly Reading[];
  /** Trouble that began. */
  readonly begun: Trouble | null;
  /** Trouble that ended. */
  readonly ended: Trouble | null;
}

export interface Trouble {
  readonly deviceId: string;
  readonly severity: string;
  readonly title: string;
}

/** Kinds of events, drawn from a hundred: the value at rest, by chance, and what trouble adds. */
const kinds = [
  { id: 'temperature', upTo: 32, base: 24, spread: 6, fault: 20 },
  { id: 'power', upTo: 52, base: 550, spread: 300, fault: 1400 },
  { id: 'humidity', upTo: 67, base: 38, spread: 20, fault: 30 },
  { id: 'vibration', upTo: 80, base: 2, spread: 1.5, fault: 6 },
  { id: 'pressure', upTo: 89, base: 1003, spread: 20, fault: -60 },
  { id: 'heartbeat', upTo: 97 },
  { id: 'door', upTo: 100 },
] as const;

const titles = ['No contact', 'Readings out of range', 'Restarts again and again', 'Power lost', 'Sensor frozen'];

/** One look in so many begins trouble: with a look every five seconds, every eight minutes. */
const troubleEvery = 100;

/**
 * Devices that report now and then. Sometimes one of them is in trouble: it reports far more, and nothing good. Each
 * call gives what happened since the one before.
 */
export function createSimulation(devices: readonly string[]): () => Moment {
  const whole = (from: number, to: number) => from + Math.floor(Math.random() * (to - from + 1));
  const pick = <T>(items: readonly T[]): T => items[whole(0, items.length - 1)] as T;
  let trouble: Trouble | null = null;
  let left = 0;

  const reading = (deviceId: string, severity: string | null): Reading => {
    const kind = kindAt(Math.random());
    const fault = severity && 'fault' in kind ? kind.fault : 0;
    return {
      deviceId,
      eventTypeId: kind.id,
      occurredAt: new Date().toISOString(),
      severity: severity ?? (kind.id === 'heartbeat' ? 'DEBUG' : usualSeverity(Math.random())),
      value: 'base' in kind ? (kind.base + (Math.random() - 0.5) * 2 * kind.spread + fault).toFixed(3) : null,
    };
  };

  function turn(): Pick<Moment, 'begun' | 'ended'> {
    if (trouble && left-- > 0) return { begun: null, ended: null };
    const ended = trouble;
    trouble = null;
    if (ended || Math.random() >= 1 / troubleEvery) return { begun: null, ended };
    left = whole(6, 15);
    trouble = { deviceId: pick(devices), severity: pick(['WARNING', 'ERROR', 'CRITICAL']), title: pick(titles) };
    return { begun: trouble, ended: null };
  }

  return () => {
    const turned = turn();
    const readings = Array.from({ length: whole(1, 2) }, () => reading(pick(devices), null));
    const { deviceId, severity } = trouble ?? {};
    if (deviceId && severity) readings.push(...Array.from({ length: whole(3, 8) }, () => reading(deviceId, severity)));
    return { ...turned, readings };
  };
}

const kindAt = (draw: number) => kinds.find(({ upTo }) => draw * 100 < upTo) ?? kinds[0];

const usualSeverity = (draw: number) =>
  draw < 0.004 ? 'CRITICAL' : draw < 0.024 ? 'ERROR' : draw < 0.1 ? 'WARNING' : 'INFO';
