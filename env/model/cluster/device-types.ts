/**
 * Device types: sets of devices that are equal in all that a caller names. That may be the run
 * times of every op and the memory limit.
 */

export interface DeviceTypes {
  /** Type of each device; types are numbered by their first device. */
  readonly typeOf: Int32Array;
  /** First device of each type. */
  readonly first: readonly number[];
}

/**
 * The devices of a type have equal columns in all tables of shape [rows x deviceCount]. So they are
 * interchangeable for everything that depends on these tables only.
 */
export function deviceTypes(deviceCount: number, tables: readonly ArrayLike<unknown>[]): DeviceTypes {
  const isEqual = (a: number, b: number): boolean => {
    for (const table of tables)
      for (let i = 0; i < table.length; i += deviceCount) if (table[i + a] !== table[i + b]) return false;
    return true;
  };
  const first: number[] = [];
  const typeOf = new Int32Array(deviceCount);
  for (let d = 0; d < deviceCount; d++) {
    const known = first.findIndex((other) => isEqual(other, d));
    typeOf[d] = known === -1 ? first.push(d) - 1 : known;
  }
  return { typeOf, first };
}
