/** Small random cases of Piper with whole numbers, so that sums in any order are the same. */
import type { PiperCase, PiperChoice, PiperEdge } from "../../../../../agents/exact/stages/piper/problem.ts";
import { createRng, type Rng } from "../../../../../env/model/rng.ts";

export interface CaseShape {
  readonly mostLayers?: number;
  readonly mostDevices?: number;
  /** Choices of each layer and degree, at most. */
  readonly mostChoices?: number;
}

export function randomCase(seed: number, shape: CaseShape = {}): PiperCase {
  const { mostLayers = 6, mostDevices = 4, mostChoices = 2 } = shape;
  const rng = createRng(`piper ${seed}`);
  const from = (least: number, most: number) => least + rng.int(most - least + 1);
  const count = from(1, mostLayers);
  const edges: PiperEdge[] = [];
  for (let to = 1; to < count; to++)
    for (let u = 0; u < to; u++) if (rng.int(count) < 2) edges.push({ from: u, to, bytes: 10 * rng.int(20) });
  const devices = from(1, mostDevices);
  const layers = Array.from({ length: count }, (_, v) => {
    const degrees = [1, 2, 4].filter((t) => t === 1 || rng.int(3) > 0);
    const [time, weight] = [12 * from(1, 10), 10 * rng.int(6)];
    return new Map(
      degrees.map((t) => [t, choicesOf(rng, { v, edges, time: time / t, weight, mostChoices })]),
    );
  });
  return {
    layers,
    edges,
    devices,
    microBatches: [1, 2, 4, 6, 12][rng.int(5)],
    memoryBytes: from(10, 60) * count,
    bytesPerTime: [5, 20, 100][rng.int(3)],
  };
}

interface LayerDraw {
  readonly v: number;
  readonly edges: readonly PiperEdge[];
  readonly time: number;
  readonly weight: number;
  readonly mostChoices: number;
}

function choicesOf(rng: Rng, { v, edges, time, weight, mostChoices }: LayerDraw): PiperChoice[] {
  return Array.from({ length: 1 + rng.int(mostChoices) }, (_, i) => ({
    time: time + i * (1 + rng.int(12)),
    weightBytes: weight,
    bytesInFlight: Math.ceil((4 + rng.int(20)) / (1 + 2 * i)),
    bytesFixed: rng.int(30),
    recomputes: i > 0,
    enteringExtra: new Map(edges.filter(({ to }) => to === v).map((edge) => [edge.from, 5 * rng.int(3)])),
    leavingExtra: new Map(edges.filter(({ from }) => from === v).map((edge) => [edge.to, 5 * rng.int(3)])),
  }));
}
