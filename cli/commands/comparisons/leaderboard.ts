/**
 * `leaderboard`: a board of methods that anybody can recompute. Its verbs verify, add and show, and
 * refresh the best known plans. Only verbs that run methods may load TensorFlow.
 */
import { InputError } from "../../../env/model/errors.ts";
import { notKnown } from "../../../env/model/suggest.ts";
import { defineCommand, jsonFlag, objectiveFlag, seedFlag } from "../../command.ts";
import { bestKnownFlag, boardFlag } from "./leaderboard/folders.ts";

const verbs = ["verify", "add", "show", "build", "best-known"] as const;

export const leaderboard = defineCommand({
  name: "leaderboard",
  summary:
    "Verifies the leaderboard or a submission, adds evaluations and new best plans to it, and shows its rows.",
  positionals: [
    {
      name: "VERB",
      describe:
        "verify (recompute all), add (an evaluation, or a plan), show (rows), build (the site) or best-known (refresh plans)",
      arity: "one",
    },
    {
      name: "PATH",
      describe: "verify: a board, an entry or a run; add, best-known: a run; build: where the site goes",
      arity: "optional",
    },
  ],
  flags: {
    track: {
      type: "text",
      placeholder: "ID",
      describe: "track, where the run names none; show, build --picture, best-known: this one alone",
      defaultText: "that of the run, or all",
    },
    method: { type: "text", placeholder: "M", describe: "verify, add: one method of the run" },
    replace: { type: "switch", describe: "add: takes the place of an entry of the same id" },
    plan: { type: "text", placeholder: "FILE", describe: "add: a plan that is a new best" },
    scenario: { type: "text", placeholder: "URI", describe: "add, best-known: the plan's scenario" },
    objective: objectiveFlag,
    by: { type: "text", placeholder: "NAME", describe: "add: who or what found the plan" },
    sample: {
      type: "integer",
      min: 0,
      default: 20,
      placeholder: "N",
      describe: "verify: cells of other than top rows that the slow simulator scores too",
    },
    replay: {
      type: "text",
      placeholder: "SCENARIO#SEED",
      describe: "verify: runs this cell of an entry again and compares all of it",
    },
    entry: { type: "text", placeholder: "ID", describe: "verify --replay: an entry of the board" },
    methods: {
      type: "list",
      placeholder: "X,Y",
      describe: "best-known: methods to run",
      defaultText: "best",
    },
    simulations: {
      type: "integer",
      min: 1,
      default: 10_000,
      placeholder: "N",
      describe: "best-known: budget of each run in simulations",
    },
    seed: seedFlag,
    picture: {
      type: "text",
      placeholder: "FILE",
      describe: "build: write the top rows of --track here as SVG; without PATH no site is written",
      defaultText: "none",
    },
    top: { type: "integer", min: 1, default: 10, placeholder: "N", describe: "show: rows of each table" },
    markdown: { type: "switch", describe: "show: tables for Markdown" },
    board: boardFlag,
    "best-known": bestKnownFlag,
    json: jsonFlag,
  },
  examples: [
    "leaderboard verify",
    "leaderboard verify runs/mine",
    "leaderboard verify --entry makespan-best-100-simulations --replay nmt/test/2/4xP100#0",
    "leaderboard add runs/mine --board boards/mine",
    "leaderboard add --plan plan.json --scenario nmt/test/2/4xP100 --by Jane",
    "leaderboard show --track makespan",
    "leaderboard build site",
  ],
  async run({ values, positionals: [verb, path] }, terminal) {
    switch (verb) {
      case "verify":
        return (await import("./leaderboard/verify.ts")).verify(path, values, terminal);
      case "add":
        return (await import("./leaderboard/add.ts")).add(path, values, terminal);
      case "show":
        return (await import("./leaderboard/show.ts")).show(path, values, terminal);
      case "build":
        return (await import("./leaderboard/build.ts")).build(path, values, terminal);
      case "best-known":
        return (await import("./leaderboard/best-known.ts")).bestKnown(path, values, terminal);
      default:
        throw new InputError(notKnown("Verb of leaderboard", verb, verbs));
    }
  },
});
