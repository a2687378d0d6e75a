/** A `SplitProblem` device by device, for searches that move single elements. */
import type { SplitProblem } from "./split-problem.ts";

export interface DeviceTimes {
  readonly deviceCount: number;
  /**
   * Run time of each element on each device in us, shape [elements x deviceCount]; `Infinity` where
   * it cannot run.
   */
  readonly timeUs: Float64Array;
  /** Memory limit of each device. */
  readonly limitBytes: Float64Array;
  /** 1 where the device pays for transfers. */
  readonly pays: Uint8Array;
}

export function deviceTimes({ scenario, elements, types, timeUs }: SplitProblem): DeviceTimes {
  const deviceCount = scenario.cluster.devices.length;
  const typeOf = new Int32Array(deviceCount);
  for (const [t, { devices }] of types.entries()) for (const d of devices) typeOf[d] = t;
  return {
    deviceCount,
    timeUs: Float64Array.from({ length: elements.count * deviceCount }, (_, i) => {
      const v = Math.floor(i / deviceCount);
      return timeUs[v * types.length + typeOf[i % deviceCount]];
    }),
    limitBytes: Float64Array.from(typeOf, (t) => types[t].memoryBytes),
    pays: Uint8Array.from(typeOf, (t) => Number(types[t].paysTransfers)),
  };
}
