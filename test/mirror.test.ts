/**
 * A test bears the path of what it tests: of a file (`sim/engine/compile.test.ts`), or of a folder,
 * from beside it or from within (`model/coarsen.test.ts`, `sim/bounds/bounds.test.ts`). A bundle
 * tests several files by one theme; it is named here and is in the folder of what it tests.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

const BUNDLES: Readonly<Record<string, string>> = {
  "agents/exact/programs/relaxation": "linear relaxations of the programs of all objectives",
  "agents/learned/contract": "what every learned agent keeps to",
  "agents/learned/memory": "the memory of every agent over 10,000 updates",
  "agents/learned/published-faults": "faults of published code, each with a twin that has it",
  "agents/nets/parts": "small parts of the networks",
  "agents/planners/pipeline/pipelines": "the planners of pipelines on one chain",
  "agents/planners/sharding/sharding-planners": "every planner of shardings on small networks",
  "agents/planners/placement/baselines/constructive": "baselines that build one plan",
  "agents/planners/placement/baselines/partition-planners": "baselines that cut the graph",
  "agents/planners/placement/exact/planners": "exact methods as planners",
  "agents/planners/placement/lists/baechi": "m-ETF, m-SCT and m-TOPO",
  "agents/planners/placement/lists/memory-repair": "Baechi's planners on tight memories",
  "agents/planners/placement/lists/list-planners": "list schedules as planners",
  "agents/planners/placement/lists/list-schedule": "laws and golden schedules of all lists",
  "agents/planners/placement/search/local-search": "searches by single moves",
  "agents/planners/placement/search/objective-searches": "searches made for one objective",
  "agents/registry/agents": "every agent of the registry on tiny scenarios",
  "agents/registry/pipeline-planners": "every planner of pipelines on tiny scenarios",
  "agents/registry/planners": "every planner of the registry on tiny scenarios",
  "agents/registry/simulations": "every method's count of simulations",
  "agents/run/interruption": "every planner, interrupted",
  "agents/tensors/cpu": "the fused operations on a backend whose memory the kernel does not share",
  "agents/tensors/memory": "tensors and the kernel's heap over many updates",
  "agents/training/parts": "small parts of training",
  "cli/evil-names": "names of files on the terminal, by every command",
  "cli/commands/pipeline-plans": "every command on a pipeline plan",
  "cli/commands/sharding-plans": "every command on a sharding plan",
  "cli/commands/scenario-commands": "describe, coarsen, export and list scenarios",
  "cli/commands/unknown-work": "what every command says of unknown work",
  "env/envs/life-cycle": "every env from reset to close",
  "env/model/schedule/closed-forms": "schedules of equal stages against the closed forms",
  "env/sim/lower/collectives/algorithms": "every algorithm of collectives: messages, and who hears whom",
  "env/sim/lower/sharding/megatron": "which collectives Megatron's splits of a block take",
  "env/sim/lower/closed-forms": "bubbles of all sizes on the engine",
  "env/sim/lower/memory": "memory of pipelines to the byte",
  "env/sim/engine/plan-order": "what an order of ops means to simulator and evaluator",
  "results/export/exporters": "every exporter",
  "results/export/pipeline/formats": "every format of pipelines",
  "results/export/round-trip": "exported files, imported again",
  "results/evaluation/kill": "evaluations in processes that are killed",
  "results/page/board/browser": "the board's site in a real browser, and the page of a comparison",
  "results/page/drawn-values": "charts, traces and captions against the scores",
  "results/training/damaged-runs": "damaged files of training runs",
  "results/training/kill": "training of every agent in processes that are killed",
  "results/page/extreme-values": "values of 0, equal, tiny and huge in pages, tables and pictures",
  "results/leaderboard/rigged-claims": "submissions to the leaderboard with rigged claims",
  "results/leaderboard/rigged-forms": "submissions to the leaderboard of rigged or damaged form",
  "results/pictures": "committed pictures of drawings and charts",
  "scenarios/families/address": "addresses of the members of families",
  "scenarios/families/calibration": "published figures of the families",
  "scenarios/import/every-importer": "every importer on damaged files",
  "scenarios/import/memory": "the memory of importers on hostile files",
  "scenarios/import/onnx/cases": "the shared small ONNX files",
  "scenarios/import/own-formats": "formats of dnn-partitioning and placeto-sim",
  "scenarios/import/profiles/layer-profiles": "profiles of layers in JSON",
  "scenarios/import/protobuf/damaged-messages": "messages with wrong content",
  "scenarios/import/protobuf/readers": "both readers of protocol buffers",
  "scenarios/import/real-files": "published files of other projects",
  "scenarios/import/tensorflow/unknown-sizes": "sizes that a graph does not tell",
  "scenarios/import/shared-cases": "small inputs with the right answers",
  "scenarios/plans/pipeline/pipelines": "pipelines of other programs",
  "scenarios/workloads/large": "unrolled networks of 50,000 ops",
  "scenarios/workloads/sequence-profiles": "profiles of the sequence networks",
  "scenarios/workloads/vision-profiles": "profiles of the vision networks",
  "scenarios/workloads/vision/parts/vision-layers": "layers of the vision networks",
};

const tested = ["env", "agents", "scenarios", "results", "cli"].flatMap((room) =>
  readdirSync(join(root, "test", room), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `${room}/${name.replace(/(\.slow)?\.test\.ts$/, "")}`),
);
const isFolder = (path: string) => existsSync(join(root, path)) && statSync(join(root, path)).isDirectory();
const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);

function mirrorsSource(path: string): boolean {
  const folder = dirname(path);
  return (
    existsSync(join(root, `${path}.ts`)) ||
    isFolder(path) ||
    (nameOf(path) === nameOf(folder) && isFolder(folder))
  );
}

test("every test bears the path of a source or is a bundle named here", () => {
  expect(tested.length).toBeGreaterThan(100);
  expect([...new Set(tested)].filter((path) => !mirrorsSource(path) && !(path in BUNDLES))).toEqual([]);
});

test("every bundle named here exists, mirrors no source, and lies in a folder of sources", () => {
  for (const path of Object.keys(BUNDLES)) {
    expect(tested, path).toContain(path);
    expect(mirrorsSource(path), path).toBe(false);
    expect(isFolder(dirname(path)), path).toBe(true);
  }
});

test("tests are called `test` everywhere", () => {
  const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".test.ts"),
  );
  const named = /import \{[^}]*\bit\b[^}]*\} from "vitest"/;
  expect(files.filter((name) => named.test(readFileSync(join(root, "test", name), "utf8")))).toEqual([]);
});
