/** Returns a function that names objects: each keeps the name that `nameOf` first returned, or else a number. */
export function createNames(): (thing: object, nameOf?: () => string) => string {
  const names = new WeakMap<object, string>();
  let last = 0;
  return (thing, nameOf = () => `${++last}`) => {
    const known = names.get(thing);
    if (known !== undefined) return known;
    const name = nameOf();
    names.set(thing, name);
    return name;
  };
}

/** Creates a cache of values made from objects, several per object by name; they are freed with the object. */
export function createKept<T extends object>() {
  const kept = new WeakMap<object, Map<string, T>>();
  return {
    of(thing: object, name: string, make: () => T): T {
      const known = kept.get(thing) ?? new Map<string, T>();
      const found = known.get(name);
      if (found) return found;
      const made = make();
      kept.set(thing, known.set(name, made));
      return made;
    },
  };
}
