import { describe, expect, test } from "vitest";
import { planFromJson, planToJson } from "../../../../env/index.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { shardingKind } from "../../../../env/model/plan/sharding-kind.ts";
import { machines } from "../../sim/lower/machines.ts";
import { mlp } from "../../sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../sim/lower/sharding/sharded.ts";

const numbered = mlp({ b: 4, k: 3, h: 6, n: 4 });
const scenario = shardedScenario(numbered, machines([2, 2]));
const { names } = numbered.graph;
/** z has the dimensions b, k and h. */
const z = names.indexOf("z");
const plan: ShardingPlan = {
  kind: "sharding",
  mesh: {
    axes: [
      { name: "data", size: 2 },
      { name: "model", size: 2 },
    ],
    devices: [0, 2, 1, 3],
  },
  split: names.map((_, v) => (v === z ? [[0], [], [1]] : null)),
  ratios: [{ op: z, dimension: 0, parts: [3, 1] }],
  layouts: [{ op: names.indexOf("a"), output: 0, axes: [[0], [1]] }],
  collective: "rails",
  reductions: [
    { axes: [0], levels: [2], steps: [{ collective: "all-reduce", from: 0, to: 1, leadersOnly: false }] },
  ],
  memory: { zero: 1 },
  recompute: Uint8Array.from(names, (_, v) => Number(v === z)),
  sync: "exposed",
};
const json = () => JSON.parse(JSON.stringify(planToJson(plan)));
const refusal = (change: object): string => {
  try {
    planFromJson(scenario, { ...json(), ...change }, "File");
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
};

test("a sharding is written and read as the same plan, all fields included", () => {
  expect(Object.keys(json())).toEqual([
    "kind",
    "mesh",
    "split",
    "ratios",
    "layouts",
    "collective",
    "reductions",
    "memory",
    "recompute",
    "sync",
  ]);
  const read = planFromJson(scenario, json(), "File");
  expect(read).toEqual(plan);
  expect(shardingKind.equal(plan, read as ShardingPlan)).toBe(true);
});

test("absent fields stay absent; devices, axes and ops may have names", () => {
  const { ratios, layouts, collective, reductions, memory, recompute, sync, ...short } = json();
  const read = planFromJson(
    scenario,
    {
      ...short,
      mesh: { ...short.mesh, devices: ["gpu:0", "gpu:2", "gpu:1", "gpu:3"] },
      split: plan.split.map((own) => (own === null ? null : [["data"], [], ["model"]])),
      layouts: [{ op: "a", axes: [["data"], ["model"]] }],
    },
    "",
  );
  expect(Object.keys(read).sort()).toEqual(["kind", "layouts", "mesh", "split"]);
  expect(read).toMatchObject({ mesh: plan.mesh, split: plan.split, layouts: plan.layouts });
  expect([layouts.length, collective, memory.zero, sync]).toEqual([1, "rails", 1, "exposed"]);
  expect(ratios).toEqual(plan.ratios);
  const byName = { ...short, ratios: [{ ...ratios[0], op: "z" }] };
  expect(planFromJson(scenario, byName, "")).toMatchObject({ ratios: plan.ratios });
  expect(recompute).toEqual(Array.from(plan.recompute!));
  const named = [{ ...reductions[0], axes: ["data"] }];
  expect(planFromJson(scenario, { ...short, reductions: named }, "")).toMatchObject({
    reductions: plan.reductions,
  });
});

test("a copy shares no array, and a change makes plans unequal", () => {
  const copy = shardingKind.copy(plan);
  expect(copy).toEqual(plan);
  for (const field of ["mesh", "split", "ratios", "layouts", "reductions", "memory", "recompute"] as const)
    expect(copy[field]).not.toBe(plan[field]);
  expect(copy.split[z]).not.toBe(plan.split[z]);
  for (const change of [
    { sync: undefined },
    { collective: "ring" as const },
    { reductions: undefined },
    { memory: { zero: 2 as const } },
    { recompute: undefined },
    { ratios: [{ op: z, dimension: 0, parts: [1, 3] }] },
  ])
    expect(shardingKind.equal(plan, { ...plan, ...change })).toBe(false);
});

describe("files that are no sharding", () => {
  test.each([
    [{ extra: 1 }, 'File: a sharding has no field "extra", expected kind, mesh, split'],
    [{ mesh: [] }, "File: mesh is [], expected an object with lists of axes and devices."],
    [{ split: 3 }, "File: split is 3, expected a list."],
    [{ split: names.map(() => 7) }, "File: split 0 is 7, expected a list of lists of mesh axes, or null."],
    [{ owners: 5 }, "File: owners is 5, expected a list of ops and ranks."],
    [{ owners: [{ op: "z", rank: 0 }] }, 'Op "z" has an owner and a split; give null for the split.'],
    [{ owners: [{ op: "no", rank: 0 }] }, "File: An owner of the sharding has op -1"],
    [{ reductions: 5 }, "File: reductions is 5, expected a list of programs."],
    [
      { reductions: [{}] },
      "File: reduction 0 is {}, expected an object with lists of axes, levels and steps.",
    ],
    [{ ratios: {} }, "File: ratios is {}, expected a list of ops, dimensions and parts."],
    [{ ratios: [{ op: 1 }] }, "expected an object with a list of parts."],
    [{ recompute: [1] }, "File: recompute"],
    [{ layouts: {} }, "File: layouts is {}, expected a list of layouts."],
    [{ layouts: [{ op: "w", axes: [] }] }, "File: A layout of the sharding names op -1, expected 0..11."],
    [{ collective: "star" }, 'File: The sharding\'s collective is "star", expected ring, tree'],
  ])("%j", (change, sentence) => {
    expect(refusal(change)).toContain(sentence);
  });
});

describe("offload", () => {
  const hosted = shardedScenario(numbered, {
    ...machines([2, 2, 1]),
    devices: machines([2, 2, 1]).devices.map((device, d) => (d === 4 ? { ...device, kind: "cpu" } : device)),
  });
  const { recompute: _, ...kept } = plan;
  const flags = (...of: string[]) => names.map((name) => Number(of.includes(name)));
  const given = {
    ...(planToJson(kept) as object),
    offload: { optimizer: true, activations: flags("z", "a") },
  };
  const refused = (change: object, on = hosted): string => {
    try {
      planFromJson(on, { ...given, ...change } as Parameters<typeof planFromJson>[1], "File");
    } catch (error) {
      return (error as Error).message;
    }
    return "none";
  };

  test("is written and read as it was", () => {
    const read = planFromJson(hosted, given as Parameters<typeof planFromJson>[1], "File") as ShardingPlan;
    expect(read.offload).toEqual({ optimizer: true, activations: Uint8Array.from(flags("z", "a")) });
    expect(planToJson(read)).toMatchObject({ offload: given.offload });
  });

  test.each([
    [{ offload: 3 }, "File: offload is 3, expected an object with optimizer, weights, activations."],
    [{ offload: { disk: true } }, 'File: The sharding\'s offload has no field "disk"'],
    [{ offload: { optimizer: 1 } }, "File: The sharding's offload.optimizer is 1, expected true or false."],
    [{ offload: { weights: true } }, "File: The sharding offloads weights, which takes stage 3 of ZeRO and"],
    [{ offload: { activations: [1] } }, `File: offload.activations is not a list of ${names.length} whole`],
    [
      { offload: { activations: flags("dy") } },
      'offload.activations of op "dy" is 1, expected 0, or 1 for a forward op.',
    ],
    [
      { recompute: flags("z"), offload: { activations: flags("z") } },
      'offload.activations of op "z" is 1, but the op is computed again; what it makes is not kept.',
    ],
    [
      { owners: [{ op: "y", rank: 0 }], offload: { optimizer: true } },
      "File: The sharding offloads the optimizer's state and has owners, whose ranks",
    ],
    [
      { owners: [{ op: "y", rank: 0 }], offload: { activations: flags("y") } },
      'offload.activations of op "y" is 1, but one rank owns the op',
    ],
    [{ memory: { zero: 3 }, offload: { optimizer: true, weights: true } }, "none"],
  ])("%#", (change, sentence) => {
    expect(refused(change)).toContain(sentence);
  });

  test("takes a CPU", () => {
    expect(refused({}, scenario)).toMatch(
      /^File: The sharding offloads to the host's memory, but cluster "machines of 2, 2" has no CPU\.$/,
    );
    expect(refused({ offload: { optimizer: false } }, scenario)).toBe("none");
  });
});
