/** The mesh of a cluster's accelerators: one axis of all of them, or axes of given sizes. */
import { acceleratorsOrAll, type Cluster } from "../cluster/cluster.ts";
import { InputError } from "../errors.ts";
import { type Mesh, rankCount } from "./mesh.ts";

const AXIS_NAMES = ["x", "y", "z", "u", "v", "w"] as const;

/** `sizes` is a text such as `2x4`, whose axes are x and y; by default one axis of all. */
export function meshOf(cluster: Cluster, sizes?: string): Mesh {
  const devices = acceleratorsOrAll(cluster);
  const lengths = sizes === undefined ? [devices.length] : sizes.split("x").map(Number);
  const isMesh =
    lengths.every((length) => Number.isInteger(length) && length >= 1) && lengths.length <= AXIS_NAMES.length;
  if (!isMesh || rankCount(lengths) > devices.length)
    throw new InputError(
      `The mesh is "${sizes}", expected at most ${AXIS_NAMES.length} sizes such as 2x4, for at most ${devices.length} devices.`,
    );
  return {
    axes: lengths.map((size, axis) => ({ name: AXIS_NAMES[axis], size })),
    devices: devices.slice(0, rankCount(lengths)),
  };
}
