/** Formats of pipelines: what each says of a plan, what it cannot hold, and what comes back. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { placement, planToJson, testScenario } from "../../../../env/index.ts";
import { type LayerChain, layerChain } from "../../../../env/model/layers/layer-chain.ts";
import { stagePlan } from "../../../../env/model/layers/stage-plan.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import {
  exporters,
  exportFormatOf,
  exportFormats,
  exportScenario,
  pipelineExporters,
} from "../../../../results/export/index.ts";
import { readPlanFile, resolveScenario } from "../../../../scenarios/index.ts";

const scenario = await resolveScenario("gpt2-124m/4xP100?granularity=layer&layers=6", {
  objective: "iteration",
});
const chain = layerChain(scenario) as LayerChain;

/** Embeddings are two layers, then six, the head and the loss. */
const ENDS = [3, 5, 7, 10];
const staged = (ends: readonly number[], change: Partial<PipelinePlan> = {}): PipelinePlan => ({
  ...stagePlan(chain, {
    stages: ends.map((to, k) => ({ from: ends[k - 1] ?? 0, to, devices: [k], share: "split" })),
    microBatches: 4,
    schedule: { name: "1f1b" },
  }),
  ...change,
});
const written = (name: string, plan: PipelinePlan) => exportScenario(exportFormatOf(name), scenario, plan);
const json = (name: string, plan: PipelinePlan) => JSON.parse(written(name, plan).text);

describe("the layers of a pipeline", () => {
  test("are a balance list for torchgpipe", () => {
    const plan = staged(ENDS, { schedule: { name: "gpipe" } });
    expect(json("torchgpipe", plan)).toEqual({
      balance: [3, 2, 2, 3],
      devices: ["cuda:0", "cuda:1", "cuda:2", "cuda:3"],
      chunks: 4,
      checkpoint: "never",
      layers: ["tokens", "positions", ...[0, 1, 2, 3, 4, 5].map((layer) => `layer_${layer}`), "head", "loss"],
    });
    expect(written("torchgpipe", plan).notes).toEqual([]);
  });

  test("are split points by module for PyTorch", () => {
    expect(json("torch-pipelining", staged(ENDS))).toMatchObject({
      split_spec: { layer_1: "BEGINNING", layer_3: "BEGINNING", layer_5: "BEGINNING" },
      schedule: "Schedule1F1B",
      n_microbatches: 4,
    });
  });

  test("are parts and sizes of batches for DeepSpeed", () => {
    expect(json("deepspeed", staged(ENDS))).toEqual({
      train_batch_size: 8,
      train_micro_batch_size_per_gpu: 2,
      gradient_accumulation_steps: 4,
      pipeline: {
        stages: 4,
        partition: "uniform",
        activation_checkpoint_interval: 0,
        parts: [0, 3, 5, 7, 10],
      },
    });
    expect(written("deepspeed", staged(ENDS)).notes.join()).toContain("set PipelineModule.parts");
    expect(written("deepspeed", staged([3, 6, 8, 10])).notes).toEqual([]);
  });

  test("are flags for Megatron, whose end stages may have other numbers of layers", () => {
    const { text, notes } = written("megatron", staged(ENDS));
    expect(text.split("\n")).toEqual([
      "--tensor-model-parallel-size 1",
      "--pipeline-model-parallel-size 4",
      "--decoder-first-pipeline-num-layers 1",
      "--decoder-last-pipeline-num-layers 1",
      "--num-layers 6",
      "--micro-batch-size 2",
      "--global-batch-size 8",
      "",
    ]);
    expect(notes).toEqual([]);
    expect(written("megatron", staged([3, 4, 7, 10])).notes.join()).toContain("the plan 1, 1, 3, 1.");
  });

  test("are virtual stages for Megatron where devices hold several", () => {
    const plan = stagePlan(chain, {
      stages: [3, 4, 5, 6, 7, 10].map((to, k, ends) => ({
        from: ends[k - 1] ?? 0,
        to,
        devices: [k % 3],
        share: "split",
      })),
      microBatches: 6,
      schedule: { name: "interleaved-1f1b" },
    });
    const { text, notes } = written("megatron", plan);
    expect(text).toContain("--pipeline-model-parallel-size 3\n--num-layers-per-virtual-pipeline-stage 1\n");
    expect(notes.join()).toContain("does not divide into 6 micro-batches");
  });

  test("are devices of the first replicas in a device map", () => {
    const { text, notes } = written("accelerate", staged(ENDS));
    expect(JSON.parse(text)).toMatchObject({ tokens: 0, layer_1: 1, layer_4: 2, head: 3, token_ids: "cpu" });
    expect(notes).toEqual([
      "The format accelerate holds devices alone: not the 4 micro-batches nor the schedule 1f1b.",
    ]);
  });
});

describe("what a format cannot hold", () => {
  const replicated = stagePlan(chain, {
    stages: [
      { from: 0, to: 5, devices: [0, 1, 2], share: "split" },
      { from: 5, to: 10, devices: [3], share: "split", recompute: true },
    ],
    microBatches: 2,
    schedule: { name: "pipedream" },
    swappedLayers: Uint8Array.from({ length: 10 }, (_, layer) => (layer === 2 ? 1 : 0)),
  });

  test.each(pipelineExporters.map(({ name }) => name))("is said by %s, each in one sentence", (name) => {
    const { notes } = written(name, replicated);
    const text = notes.join("\n");
    expect(text).toMatch(/replica/);
    expect(text).toMatch(new RegExp(`The format ${name} cannot hold the schedule pipedream: it runs `));
    expect(text).toMatch(/in the host's memory, as \d+ ops? of the plan do/);
    expect(text).toMatch(/recomputes all layers or none|what is computed again/);
    for (const note of notes) expect(note).toMatch(/^The .*\.$/);
  });

  test.each(exporters.map(({ name }) => name))("is said by %s, which holds devices", (name) => {
    const text = written(name, replicated).notes.join("\n");
    expect(text).toContain("such as stage 0 with 3, the first replica is written.");
    expect(text).toContain(`The format ${name} holds devices alone: not the 2 micro-batches`);
  });

  test("is a placement, for formats of pipelines", () => {
    const plan = placement(new Int32Array(scenario.graph.opCount));
    expect(() => exportScenario(exportFormatOf("megatron"), scenario, plan)).toThrow(
      "The format megatron writes pipelines, and the plan is a placement.",
    );
  });

  test("is recomputation of every layer only where the plan has it so", () => {
    const all = staged(ENDS).stageOf.map((stage, v) => (stage >= 0 && scenario.graph.role[v] === 0 ? 1 : 0));
    const plan = staged(ENDS, { recompute: Uint8Array.from(all) });
    expect(json("torchgpipe", plan).checkpoint).toBe("always");
    expect(json("deepspeed", plan).pipeline.activation_checkpoint_interval).toBe(1);
    expect(written("megatron", plan).text).toContain("--recompute-granularity full");
  });
});

describe("every format", () => {
  const strange = testScenario({
    graph: "<&\"'> 10 4B\nb\u0001 20 8B <- <&\"'>\nc 5 <- b\u0001",
    devices: 2,
  });
  const plan: PipelinePlan = {
    kind: "pipeline",
    stages: [0, 1].map((d) => ({ devices: [d], share: "split" })),
    stageOf: Int32Array.of(0, 1, 1),
    microBatches: 2,
    schedule: { name: "gpipe" },
  };

  const holding = exportFormats.filter(({ subject }) => subject !== "sharding");
  test.each(holding.map(({ name }) => name))("%s writes odd names, and the same twice", (name) => {
    const once = exportScenario(exportFormatOf(name), strange, plan);
    expect(exportScenario(exportFormatOf(name), strange, plan)).toEqual(once);
    expect(once.text).not.toContain("\u0001");
    expect(once.notes.join()).not.toContain("\u0001");
  });
});

describe("a written pipeline", () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 });

  test.each([
    ["torchgpipe", "gpipe"],
    ["torch-pipelining", "1f1b"],
  ])("of %s is read back as the same plan where no note says otherwise", (name, schedule) => {
    fc.assert(
      fc.property(cuts, fc.integer({ min: 1, max: 8 }), (inner, microBatches) => {
        const plan = staged([...inner.sort((a, b) => a - b), 10], {
          schedule: { name: schedule },
          microBatches,
        });
        const { text, notes } = written(name, plan);
        expect(notes).toEqual([]);
        const back = readPlanFile(scenario, { content: text, name: "plan.json" });
        expect(back.format).toBe(name);
        expect(planToJson(back.plan)).toEqual(planToJson(plan));
      }),
      { numRuns: 25 },
    );
  });

  test("of torchgpipe comes back from a graph of ops too, which it names where a cut is inside a layer", async () => {
    const ops = await resolveScenario("t5-small/4xP100?layers=2", { objective: "iteration" });
    const opChain = layerChain(ops) as LayerChain;
    const third = Math.floor(opChain.count / 3);
    const plan = stagePlan(opChain, {
      stages: [third, 2 * third, opChain.count].map((to, k) => ({
        from: k * third,
        to,
        devices: [k],
        share: "split",
      })),
      microBatches: 2,
      schedule: { name: "gpipe" },
    });
    const { text } = exportScenario(exportFormatOf("torchgpipe"), ops, plan);
    expect(planToJson(readPlanFile(ops, { content: text, name: "plan.json" }).plan)).toEqual(
      planToJson(plan),
    );
  });
});
