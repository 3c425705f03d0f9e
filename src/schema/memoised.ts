/** Returns a function that calls `make` once for each key and keeps the result. */
export function memoised<Of, Made>(make: (of: Of) => Made, keyOf: (of: Of) => unknown = (of) => of): (of: Of) => Made {
  const made = new Map<unknown, Made>();
  return (of) => {
    const key = keyOf(of);
    const found = made.get(key) ?? make(of);
    made.set(key, found);
    return found;
  };
}
