/** The slow twin of Alpa's inter-operator program: it tries every plan. Problems are drawn. */
import type { SubmeshProblem, SubmeshStage } from "../../../../../agents/exact/stages/alpa/submesh-stages.ts";
import { createRng } from "../../../../../env/index.ts";

/** Every ordered list of stages that holds all layers and devices, by depth-first search. */
export function bestLatency({ layers, microBatches, devices, sizes, timeOf, mostAfter }: SubmeshProblem) {
  let best: number | null = null;
  const visit = (stages: readonly SubmeshStage[], left: number): void => {
    const first = stages.length === 0 ? 0 : stages[stages.length - 1].last + 1;
    if (first === layers && left === 0) {
      const isLegal = stages.every(
        (stage, s) => stages.length - 1 - s <= (mostAfter?.(stage.first, stage.last, stage.shape) ?? layers),
      );
      if (!isLegal) return;
      const times = stages.map((stage) => timeOf(stage.first, stage.last, stage.shape)!);
      const latency = times.reduce((sum, time) => sum + time, 0) + (microBatches - 1) * Math.max(...times);
      best = Math.min(best ?? Number.POSITIVE_INFINITY, latency);
      return;
    }
    for (let last = first; last < layers; last++)
      for (let shape = 0; shape < sizes.length; shape++)
        if (sizes[shape] <= left && timeOf(first, last, shape) !== null)
          visit([...stages, { first, last, shape }], left - sizes[shape]);
  };
  visit([], devices);
  return best;
}

/** Times are whole numbers, and some stages are impossible. */
export function drawnProblem(
  seed: number,
  given: Pick<SubmeshProblem, "layers" | "microBatches" | "devices"> & { readonly hasLimit: boolean },
): SubmeshProblem {
  const { hasLimit, ...size } = given;
  const rng = createRng(seed);
  const drawn = new Map<string, number>();
  const at = (name: string, most: number): number => {
    const value = drawn.get(name) ?? rng.child(name).int(most);
    drawn.set(name, value);
    return value;
  };
  return {
    ...size,
    sizes: [1, 2, 4],
    timeOf: (...stage) => (at(`possible ${stage}`, 6) === 0 ? null : 1 + at(`time ${stage}`, 30)),
    ...(hasLimit ? { mostAfter: (...stage) => at(`after ${stage}`, 4) } : {}),
  };
}
