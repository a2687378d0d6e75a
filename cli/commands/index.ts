/**
 * The table of contents of the command line: every command, by topic. A topic is a folder beside
 * this file. A command is loaded when it is called.
 */
import type { Command } from "../command.ts";

export interface Entry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

export interface Topic {
  readonly title: string;
  readonly commands: readonly Entry[];
}

export const topics: readonly Topic[] = [
  {
    title: "Scenarios, and all that has a name",
    commands: [
      {
        name: "list",
        summary: "all that has a name, by kind or by a word",
        load: async () => (await import("./scenarios/list.ts")).list,
      },
      {
        name: "describe",
        summary: "the card of a scenario, method, cluster, or anything else with a name",
        load: async () => (await import("./scenarios/describe.ts")).describe,
      },
      {
        name: "import",
        summary: "a file of another program as a scenario, with what is assumed and dropped",
        load: async () => (await import("./scenarios/import.ts")).importCommand,
      },
      {
        name: "coarsen",
        summary: "groups of one scenario by each rule of coarsening",
        load: async () => (await import("./scenarios/coarsen.ts")).coarsenCommand,
      },
      {
        name: "bounds",
        summary: "proven lower bounds of one scenario, each with its argument",
        load: async () => (await import("./scenarios/bounds.ts")).bounds,
      },
    ],
  },
  {
    title: "Plans",
    commands: [
      {
        name: "simulate",
        summary: "time and memory of given placements",
        load: async () => (await import("./plans/simulate.ts")).simulate,
      },
      {
        name: "explain",
        summary: "what bounds the step of a placement, as text, trace or picture",
        load: async () => (await import("./plans/explain.ts")).explain,
      },
      {
        name: "diff",
        summary: "two placements of one scenario compared",
        load: async () => (await import("./plans/diff.ts")).diff,
      },
      {
        name: "export",
        summary: "a plan for a framework, or a graph for another program",
        load: async () => (await import("./plans/export.ts")).exportCommand,
      },
    ],
  },
  {
    title: "Methods",
    commands: [
      {
        name: "solve",
        summary: "one planner or agent on one scenario",
        load: async () => (await import("./methods/solve.ts")).solve,
      },
      {
        name: "train",
        summary: "one agent on one scenario or several, with checkpoints and resume",
        load: async () => (await import("./methods/train.ts")).train,
      },
      {
        name: "curves",
        summary: "training runs side by side over simulations, as numbers, page or picture",
        load: async () => (await import("./methods/curves.ts")).curves,
      },
      {
        name: "tune",
        summary: "options of one method tried under one budget; the best as a spec",
        load: async () => (await import("./methods/tune.ts")).tune,
      },
    ],
  },
  {
    title: "Comparisons",
    commands: [
      {
        name: "compare",
        summary: "many methods on many scenarios at one budget: a table and a page",
        load: async () => (await import("./comparisons/compare.ts")).compare,
      },
      {
        name: "evaluate",
        summary: "methods at several budgets and seeds: scores with intervals, ranks and a page",
        load: async () => (await import("./comparisons/evaluate.ts")).evaluate,
      },
      {
        name: "merge",
        summary: "the shards of an evaluation, run on several machines, as one",
        load: async () => (await import("./comparisons/merge.ts")).merge,
      },
      {
        name: "worker",
        summary: "runs cells that evaluations of other machines give to a queue",
        load: async () => (await import("./comparisons/worker.ts")).worker,
      },
      {
        name: "report",
        summary: "curves, Gantt charts and tables of a run's folder as SVG, PNG, LaTeX and CSV",
        load: async () => (await import("./comparisons/report.ts")).report,
      },
      {
        name: "reproduce",
        summary: "a published paper's claims, measured here, each with a verdict",
        load: async () => (await import("./comparisons/reproduce.ts")).reproduce,
      },
      {
        name: "adversary",
        summary: "an instance on which one method looks worst against another",
        load: async () => (await import("./comparisons/adversary.ts")).adversary,
      },
      {
        name: "leaderboard",
        summary: "a board that anybody can recompute: verify, add, show, build",
        load: async () => (await import("./comparisons/leaderboard.ts")).leaderboard,
      },
    ],
  },
  {
    title: "Environments, and the program itself",
    commands: [
      {
        name: "serve",
        summary: "environments and simulator for other programs: frames, a socket, or HTTP",
        load: async () => (await import("./tools/serve.ts")).serve,
      },
      {
        name: "check",
        summary: "checks environments against their contract",
        load: async () => (await import("./tools/check.ts")).check,
      },
      {
        name: "bench",
        summary: "speed of the simulator on case files, or of the exact program on workloads",
        load: async () => (await import("./tools/bench.ts")).bench,
      },
      {
        name: "setup-native",
        summary: "builds the native TensorFlow backend without its download",
        load: async () => (await import("./tools/native.ts")).setupNative,
      },
    ],
  },
];

export const commands: readonly Entry[] = topics.flatMap((topic) => topic.commands);
