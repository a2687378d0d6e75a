/**
 * Device types: sets of devices on which every op takes the same time. A caller may also require
 * other equal properties, such as the memory limit.
 */

export interface DeviceTypes {
  /** Type of each device; types are numbered by their first device. */
  readonly typeOf: Int32Array;
  /** First device of each type. */
  readonly first: readonly number[];
}

/** Times have the shape [opCount x deviceCount]; `isAlike` compares what else counts. */
export function deviceTypes(
  opUs: Float64Array,
  deviceCount: number,
  isAlike: (a: number, b: number) => boolean = () => true,
): DeviceTypes {
  const takesEqualTimes = (a: number, b: number): boolean => {
    for (let i = 0; i < opUs.length; i += deviceCount) if (opUs[i + a] !== opUs[i + b]) return false;
    return true;
  };
  const first: number[] = [];
  const typeOf = new Int32Array(deviceCount);
  for (let d = 0; d < deviceCount; d++) {
    const known = first.findIndex((other) => isAlike(other, d) && takesEqualTimes(other, d));
    typeOf[d] = known === -1 ? first.push(d) - 1 : known;
  }
  return { typeOf, first };
}
