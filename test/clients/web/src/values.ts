// #region times
/** Orders two values of a DateTime field, to the microsecond. */
export const compareTimes = (a: string, b: string): number => {
  const [x, y] = [a.replace('Z', ''), b.replace('Z', '')];
  return x < y ? -1 : Number(x > y);
};
// #endregion
