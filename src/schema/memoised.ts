/** Returns a function that makes each thing once, when it is first asked for; things with equal keys are the same. */
export function memoised<Of, Made>(make: (of: Of) => Made, keyOf: (of: Of) => unknown = (of) => of): (of: Of) => Made {
  const made = new Map<unknown, Made>();
  return (of) => {
    const key = keyOf(of);
    const found = made.get(key) ?? make(of);
    made.set(key, found);
    return found;
  };
}
