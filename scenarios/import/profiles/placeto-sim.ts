/**
 * Case files of the published Placeto simulator (Addanki et al., "Learning Generalizable Device
 * Placement Algorithms for Distributed Machine Learning", NeurIPS 2019). The schema is
 * `placeto-sim/1`: a graph with times and bytes, and the simulator's four parameters. Placements
 * come with the results that the simulator gave for them.
 *
 * The network is one outgoing link for each device; memory is counted and has no limit. Inputs keep
 * their declared order, which decides the order of transfers. An output that is used but not
 * declared has 0 bytes.
 */
import { z } from "zod";
import { egressCluster } from "../../../env/model/cluster/cluster.ts";
import { colocationGrouping } from "../../../env/model/coarsen/grouping.ts";
import { createScenario } from "../../../env/model/create-scenario.ts";
import { InputError } from "../../../env/model/errors.ts";
import { placetoFidelity } from "../../../env/model/fidelity/fidelity.ts";
import { graphBuilder } from "../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import {
  checkSize,
  MOST_EDGES,
  MOST_OPS,
  MOST_OUTPUTS,
  MOST_PORTS,
} from "../../../env/model/graph/limits.ts";
import { listOf } from "../../../env/model/graph/list-schema.ts";
import { placement } from "../../../env/model/plan/placement.ts";
import { validatePlan } from "../../../env/model/plan/plan.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { ImportedRun, Importer } from "../contract.ts";
import { parseWith } from "../sentences.ts";

export const PLACETO_SCHEMA = "placeto-sim/1";

const CONTROL_INPUT = -1;
const MOST_DEVICES = 1024;
const MOST_RUNS = 100_000;

const us = z.number().min(0);
const bytes = z.number().min(0);

const schema = z.object({
  schema: z.literal(PLACETO_SCHEMA),
  params: z.object({ delta1: us, delta2: us, initOffset: us, transferSpeed: z.number().positive() }),
  devices: z.array(z.string()).max(MOST_DEVICES),
  ops: listOf(z.string(), MOST_OPS),
  cost: listOf(us, MOST_OPS),
  outputs: listOf(listOf(bytes, MOST_PORTS), MOST_OPS),
  inputs: listOf(
    listOf(
      z.tuple([
        z.int().min(0),
        z
          .int()
          .min(CONTROL_INPUT)
          .max(MOST_PORTS - 1),
      ]),
      MOST_EDGES,
    ),
    MOST_OPS,
  ),
  runs: listOf(
    z.object({
      kind: z.string().default("given"),
      place: listOf(z.int().min(0), MOST_OPS),
      makespan: us.optional(),
      start: listOf(us, MOST_OPS).optional(),
      peak: listOf(bytes, MOST_DEVICES).optional(),
    }),
    MOST_RUNS,
  ).default([]),
});

type File = z.infer<typeof schema>;

export const placetoSim: Importer = {
  name: "placeto-sim",
  summary: "case files of the simulator published with Placeto, with placements and their results",
  extensions: [".json"],
  recognises: (file) => file.jsonObject()?.schema === PLACETO_SCHEMA,
  read(source) {
    const file = parseWith(schema, source.json());
    checkLengths(file);
    const graph = readGraph(file);
    const scenario = createScenario({
      name: source.name,
      graph,
      grouping: colocationGrouping(graph),
      cluster: readCluster(file),
      objective: "makespan",
      fidelity: {
        ...placetoFidelity,
        opGapUs: file.params.delta1,
        transferGapUs: file.params.delta2,
        startUs: file.params.initOffset,
      },
    });
    return {
      ...scenario,
      runs: file.runs.map((run, i) => readRun(scenario, run, i)),
      report: {
        recognised: `Placeto simulator case, ${PLACETO_SCHEMA}, ${file.runs.length} placements`,
        assumed: ["Times are us, sizes bytes; memory of a device has no limit."],
        dropped: [],
      },
    };
  },
};

function checkLengths({ ops, cost, outputs, inputs }: File): void {
  for (const [field, list] of Object.entries({ cost, outputs, inputs }))
    if (list.length !== ops.length)
      throw new InputError(
        `${field}: has ${list.length} entries for ${ops.length} ops, expected one for each.`,
      );
}

function readGraph({ ops, cost, outputs, inputs }: File): OpGraph {
  const sourceName = (consumer: number, source: number): string => {
    if (source >= ops.length)
      throw new InputError(`inputs[${consumer}]: names op number ${source}, expected 0..${ops.length - 1}.`);
    return ops[source];
  };
  const ports = outputs.map((declared) => [...declared]);
  let padded = 0;
  inputs.forEach((declared, consumer) => {
    for (const [source, output] of declared) {
      sourceName(consumer, source);
      padded += Math.max(0, output + 1 - ports[source].length);
      checkSize("outputs", padded, MOST_OUTPUTS);
      while (ports[source].length <= output) ports[source].push(0);
    }
  });
  const builder = graphBuilder();
  ops.forEach((name, v) => {
    builder.op({ name, measuredUs: { "*": cost[v] }, outputs: ports[v] });
  });
  inputs.forEach((declared, consumer) => {
    for (const [source, output] of declared) {
      const from = sourceName(consumer, source);
      if (output === CONTROL_INPUT) builder.control(from, ops[consumer]);
      else builder.edge({ from, output, to: ops[consumer] });
    }
  });
  return builder.build();
}

function readCluster({ devices, params }: File) {
  return egressCluster(
    `${devices.length} devices`,
    devices.map((name) => ({
      name,
      kind: "device",
      flopsPerUs: {},
      memoryBytesPerUs: 1,
      memoryBytes: Number.POSITIVE_INFINITY,
      launchUs: 0,
    })),
    { bytesPerUs: params.transferSpeed, latencyUs: 0 },
  );
}

function readRun(scenario: Scenario, run: File["runs"][number], index: number): ImportedRun {
  const plan = placement(run.place);
  try {
    validatePlan(scenario, plan);
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`runs[${index}].place: ${error.message}`);
    throw error;
  }
  return {
    kind: run.kind,
    plan,
    expected: { makespanUs: run.makespan, startUs: run.start, peakBytes: run.peak },
  };
}
