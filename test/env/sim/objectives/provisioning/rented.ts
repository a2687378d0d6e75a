/**
 * Random chains on rented devices, for tests and benches of the objective cost. The first kind is
 * slow and cheap. The floor is a share of the best throughput of some random plans, so that limits
 * bind and a plan exists.
 */
import { egressCluster } from "../../../../../env/model/cluster/cluster.ts";
import { colocationGrouping } from "../../../../../env/model/coarsen/grouping.ts";
import { createScenario } from "../../../../../env/model/create-scenario.ts";
import { defaultFidelity } from "../../../../../env/model/fidelity/fidelity.ts";
import { graphBuilder } from "../../../../../env/model/graph/builder.ts";
import { createRng, type Rng } from "../../../../../env/model/rng.ts";
import type { Scenario } from "../../../../../env/model/scenario.ts";
import { pricedChain } from "../../../../../env/sim/objectives/provisioning/priced-chain.ts";
import { stagesOf } from "../../../../../env/sim/objectives/provisioning/problem.ts";
import { shortestTime } from "../../../../../env/sim/objectives/provisioning/provision.ts";
import { typeChoices } from "../../../../../env/sim/objectives/provisioning/type-choices.ts";

export interface RentedSize {
  readonly layers: number;
  readonly kinds: number;
  /** Most devices of the slow kind and of each other one. */
  readonly limits?: readonly [number, number];
  /** Share of the best known throughput that is demanded; drawn where it is not given. */
  readonly floor?: number;
}

const one = <T>(rng: Rng, of: readonly T[]): T => of[rng.int(of.length)];
const between = (rng: Rng, least: number, most: number) => least + rng.int(most - least + 1);
const PLANS = 60;

export function rentedScenario(
  seed: string,
  { layers, kinds, limits = [6, 3], floor }: RentedSize,
): Scenario {
  const rng = createRng(seed);
  const names = Array.from({ length: kinds }, (_, k) => (k === 0 ? "CPU" : `GPU${k}`));
  const cluster = rentedCluster(rng, names, limits);
  const graph = rentedGraph(rng, layers, names);
  const scenario = createScenario({
    name: seed,
    graph,
    grouping: colocationGrouping(graph),
    cluster,
    objective: "cost",
    fidelity: defaultFidelity,
    demand: { samples: 1e9, samplesPerSecond: 1e-9 },
  });
  const share = floor ?? one(rng, [0.3, 0.6, 0.9]);
  return { ...scenario, demand: { samples: 1e9, samplesPerSecond: share * throughput(scenario, rng) } };
}

function rentedGraph(rng: Rng, layers: number, kinds: readonly string[]) {
  const builder = graphBuilder({ batch: 100 });
  for (let layer = 0; layer < layers; layer++) {
    // Sparse layers cost little on slow devices, dense ones much.
    const isSparse = rng.next() < 0.4;
    const work = between(rng, 20, 200);
    const measuredUs = Object.fromEntries(
      kinds.map((kind, k) => [
        kind,
        k === 0 ? work * (isSparse ? 1 : 20) : work * between(rng, 1, isSparse ? 6 : 3),
      ]),
    );
    builder.op({
      name: `l${layer}`,
      type: isSparse ? "Embedding" : "MatMul",
      parameterBytes: between(rng, 1, 1000),
      outputs: layer + 1 < layers ? [between(rng, 10, 400)] : [],
      measuredUs,
    });
    if (layer > 0) builder.edge({ from: `l${layer - 1}`, to: `l${layer}` });
  }
  return builder.build();
}

function rentedCluster(rng: Rng, kinds: readonly string[], [slow, fast]: readonly [number, number]) {
  const devices = kinds.flatMap((kind, k) => {
    const rent = {
      usdPerHour: k === 0 ? one(rng, [0.4, 0.6, 0.8]) : one(rng, [1.5, 2.5, 4]),
      computeShare: one(rng, [0.9, 0.95, 1]),
      transferShare: one(rng, [0.7, 0.9, 1]),
    };
    return Array.from({ length: between(rng, k === 0 ? 2 : 1, k === 0 ? slow : fast) }, (_, d) => ({
      name: `${kind}:${d}`,
      kind,
      flopsPerUs: { float32: 1 },
      memoryBytesPerUs: 1,
      memoryBytes: Number.POSITIVE_INFINITY,
      launchUs: 0,
      ...rent,
    }));
  });
  return egressCluster("rented", devices, { bytesPerUs: 2, latencyUs: 0 });
}

/** Of the fastest of some random plans, samples per second. */
function throughput(scenario: Scenario, rng: Rng): number {
  const { problem } = pricedChain(scenario);
  const choices = typeChoices(problem);
  let time = Number.POSITIVE_INFINITY;
  for (let i = 0; i < PLANS; i++) {
    const stay = rng.next();
    let type = 0;
    const wishes = Array.from({ length: problem.layers }, () => {
      if (rng.next() > stay) type = rng.int(problem.types);
      return type;
    });
    time = Math.min(time, shortestTime(problem, stagesOf(problem, choices.nearest(wishes))));
  }
  return 1e6 / time;
}
