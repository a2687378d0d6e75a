/** What the observations of `Sharding/Mesh-v1` may read of a running episode. They never write. */
import type { Divisions } from "../../model/layout/propagation/divisions.ts";
import type { OpAxis } from "../../model/layout/propagation/infer-rest.ts";
import type { Tile } from "../../model/layout/propagation/tiles.ts";

export interface ShardingView {
  readonly tiles: readonly Tile[];
  /** What decisions have come to, before the rest is inferred. */
  readonly divisions: Divisions;
  /** Where propagation is stuck. */
  stuck(): readonly OpAxis[];
}
