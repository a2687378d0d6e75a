/**
 * Measurements by op: times by device kind, and the bytes of outputs. They come from the step
 * statistics in a `RunMetadata`, or from a cost graph, whose costs are also in us.
 *
 * Streams of a GPU hold the times of kernels. Where a device has them (`/stream:all`), they replace
 * the times at which the host launched. Kernels of one op add up. Copies between devices
 * (`/memcpy`) belong to no op.
 */
import type { CostGraph, StepStats } from "../messages/stats-schema.ts";

export interface Measured {
  /** By op, then by device kind, such as `GPU`. */
  readonly us: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly outputBytes: ReadonlyMap<string, readonly number[]>;
  readonly kinds: readonly string[];
}

/** `/job:x/device:GPU:0/stream:all` and `/gpu:0` are both GPUs. */
export const kindOf = (device: string): string =>
  /(?:^|[/:])(gpu|cpu|tpu|xla_gpu|xla_cpu):[\d*]+/i.exec(device)?.[1].toUpperCase() ?? "OTHER";

const STREAM = /\/stream:/i;
const ALL_STREAMS = /\/stream:all$/i;

export function fromStepStats({ dev_stats }: StepStats): Measured {
  const us = new Map<string, Map<string, number>>();
  const outputBytes = new Map<string, number[]>();
  const streamed = new Set(
    dev_stats.filter(({ device }) => ALL_STREAMS.test(device)).map(({ device }) => kindOf(device)),
  );
  for (const { device, node_stats } of dev_stats) {
    const kind = kindOf(device);
    const isTimed =
      !/memcpy/i.test(device) && (streamed.has(kind) ? ALL_STREAMS.test(device) : !STREAM.test(device));
    for (const stats of node_stats) {
      // Streams name their kernels OP:TYPE.
      const [name] = stats.node_name.split(":");
      if (isTimed) {
        const took = stats.op_end_rel_micros - stats.op_start_rel_micros;
        const times = us.get(name) ?? new Map<string, number>();
        us.set(name, times.set(kind, (times.get(kind) ?? 0) + Math.max(0, took)));
      }
      for (const { slot, tensor_description } of stats.output) {
        const bytes = tensor_description?.allocation_description?.requested_bytes ?? 0;
        if (!(bytes > 0) || slot < 0 || slot > MOST_SLOTS) continue;
        const known = outputBytes.get(name) ?? [];
        while (known.length <= slot) known.push(0);
        known[slot] = bytes;
        outputBytes.set(name, known);
      }
    }
  }
  return { us, outputBytes, kinds: kindsIn(us) };
}

const MOST_SLOTS = 4096;

export function fromCostGraph({ node }: CostGraph): Measured {
  const us = new Map<string, Map<string, number>>();
  const outputBytes = new Map<string, number[]>();
  for (const { name, device, compute_cost, output_info } of node) {
    us.set(name, new Map([[kindOf(device), Math.max(0, compute_cost)]]));
    outputBytes.set(
      name,
      output_info.map(({ size }) => Math.max(0, size)),
    );
  }
  return { us, outputBytes, kinds: kindsIn(us) };
}

const kindsIn = (us: ReadonlyMap<string, ReadonlyMap<string, number>>): readonly string[] =>
  [...new Set([...us.values()].flatMap((times) => [...times.keys()]))].sort();
