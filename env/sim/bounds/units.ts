/**
 * What the bounds on all objectives see of a scenario. A *unit* is a co-location class or a single
 * op: no plan may split it. A device *type* is a set of devices with the same label, the same
 * memory and the same time for every op.
 */
import { deviceTypes } from "../../model/cluster/device-types.ts";
import type { Scenario } from "../../model/scenario.ts";

export interface Units {
  readonly opCount: number;
  readonly unitCount: number;
  /** Unit of each op. */
  readonly unitOf: Int32Array;
  readonly typeCount: number;
  /** Type of each device, and how many devices each type has. */
  readonly typeOf: Int32Array;
  readonly machines: Int32Array;
  /** One device of each type. */
  readonly deviceOf: Int32Array;
  /**
   * Time for which an op occupies a device, shape [opCount x typeCount]; `Infinity` where the type
   * cannot take the op's unit.
   */
  readonly opUs: Float64Array;
  /** The same for all ops of a unit, shape [unitCount x typeCount]. */
  readonly unitUs: Float64Array;
  /** Bytes that a unit keeps, and bytes that one device of a type can keep. */
  readonly unitBytes: Float64Array;
  readonly typeBytes: Float64Array;
}

export interface UnitParts {
  /** Shape [opCount x deviceCount], `Infinity` where a device cannot run an op. */
  readonly occupiedUs: Float64Array;
  /** Shape [opCount] and [deviceCount]. */
  readonly opBytes: Float64Array;
  readonly limitBytes: Float64Array;
  /** Devices that the objective treats differently have different labels, shape [deviceCount]. */
  readonly label: ArrayLike<unknown>;
}

export function unitsOf({ graph, cluster }: Scenario, parts: UnitParts): Units {
  const { occupiedUs, opBytes, limitBytes, label } = parts;
  const { opCount } = graph;
  const deviceCount = cluster.devices.length;
  const unitOf = Int32Array.from(graph.colocation);
  let unitCount = graph.colocationCount;
  for (let v = 0; v < opCount; v++) if (unitOf[v] === -1) unitOf[v] = unitCount++;

  const { typeOf, first } = deviceTypes(deviceCount, [limitBytes, label, occupiedUs]);
  const typeCount = first.length;
  const machines = new Int32Array(typeCount);
  for (const type of typeOf) machines[type]++;

  const opUs = new Float64Array(opCount * typeCount);
  const unitUs = new Float64Array(unitCount * typeCount);
  const unitBytes = new Float64Array(unitCount);
  for (let v = 0; v < opCount; v++) {
    unitBytes[unitOf[v]] += opBytes[v];
    for (let type = 0; type < typeCount; type++) {
      opUs[v * typeCount + type] = occupiedUs[v * deviceCount + first[type]];
      unitUs[unitOf[v] * typeCount + type] += opUs[v * typeCount + type];
    }
  }
  const typeBytes = Float64Array.from(first, (d) => limitBytes[d]);
  barTooLarge(unitUs, unitBytes, typeBytes);
  for (let v = 0; v < opCount; v++)
    for (let type = 0; type < typeCount; type++)
      if (unitUs[unitOf[v] * typeCount + type] === Number.POSITIVE_INFINITY)
        opUs[v * typeCount + type] = Number.POSITIVE_INFINITY;
  const deviceOf = Int32Array.from(first);
  return {
    opCount,
    unitCount,
    unitOf,
    typeCount,
    typeOf,
    machines,
    deviceOf,
    opUs,
    unitUs,
    unitBytes,
    typeBytes,
  };
}

/** The units with those of each pair of ops joined. */
export function mergedUnits(units: Units, pairs: readonly (readonly [number, number])[]): Units {
  const { unitCount, typeCount, opCount } = units;
  const parent = Int32Array.from({ length: unitCount }, (_, unit) => unit);
  const root = (unit: number): number => {
    let top = unit;
    while (parent[top] !== top) top = parent[top] = parent[parent[top]];
    return top;
  };
  for (const [u, v] of pairs) parent[root(units.unitOf[u])] = root(units.unitOf[v]);
  const numberOf = new Int32Array(unitCount).fill(-1);
  let count = 0;
  for (let unit = 0; unit < unitCount; unit++) if (root(unit) === unit) numberOf[unit] = count++;
  const unitOf = units.unitOf.map((unit) => numberOf[root(unit)]);
  const unitUs = new Float64Array(count * typeCount);
  const unitBytes = new Float64Array(count);
  for (let unit = 0; unit < unitCount; unit++) {
    const into = numberOf[root(unit)];
    unitBytes[into] += units.unitBytes[unit];
    for (let type = 0; type < typeCount; type++)
      unitUs[into * typeCount + type] += units.unitUs[unit * typeCount + type];
  }
  barTooLarge(unitUs, unitBytes, units.typeBytes);
  const opUs = units.opUs.slice();
  for (let v = 0; v < opCount; v++)
    for (let type = 0; type < typeCount; type++)
      if (unitUs[unitOf[v] * typeCount + type] === Number.POSITIVE_INFINITY)
        opUs[v * typeCount + type] = Number.POSITIVE_INFINITY;
  return { ...units, unitCount: count, unitOf, unitUs, unitBytes, opUs };
}

/**
 * Excludes units from types that cannot hold them. A unit that no type can hold has no plan to
 * bound and stays as it is.
 */
function barTooLarge(unitUs: Float64Array, unitBytes: Float64Array, typeBytes: Float64Array): void {
  const typeCount = typeBytes.length;
  unitBytes.forEach((bytes, unit) => {
    const canHold = (type: number) =>
      bytes <= typeBytes[type] && unitUs[unit * typeCount + type] !== Number.POSITIVE_INFINITY;
    const types = Array.from(typeBytes, (_, type) => type);
    if (!types.some(canHold)) return;
    for (const type of types) if (!canHold(type)) unitUs[unit * typeCount + type] = Number.POSITIVE_INFINITY;
  });
}

/** The least time of the unit that takes longest on its fastest type. */
export function largestUnitUs({ unitUs, typeCount }: Units): number {
  let largest = 0;
  for (let i = 0; i < unitUs.length; i += typeCount) {
    let fastest = Number.POSITIVE_INFINITY;
    for (let type = 0; type < typeCount; type++) fastest = Math.min(fastest, unitUs[i + type]);
    largest = Math.max(largest, fastest);
  }
  return largest;
}
