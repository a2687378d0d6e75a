/**
 * Command lines as a hurried or hostile user types them: any command, with arguments of the right
 * and the wrong kind. Flags come twice, without values or misspelt. Scenarios are small and budgets
 * tiny, so that every line ends soon. The same generator gives the same lines.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { methods } from "../../agents/registry/registry.ts";
import type { Command, Flag } from "../../cli/command.ts";
import { commands } from "../../cli/commands/index.ts";
import { envIds, type Rng } from "../../env/index.ts";

/** These build programs or run for minutes by design. */
const LEFT_OUT = new Set(["bench", "setup-native"]);
/** Flags that would make a legal line long, and what they are always set to. */
const SHORT = {
  simulations: "4",
  evaluations: "4",
  "cpu-seconds": "1",
  seconds: "1",
  updates: "1",
  seeds: "1",
};

const ODD = [
  "", " ", "-", "--", "---", "=", "?", "&", "a=b", "%", "%zz", "\u0000", "\u202e", "é", "🙂", "\u001b[31m", "<b>",
  "../..", "/", ".", "./none.json", "~", "NaN", "Infinity", "-1", "0", "1e999", "1e-9", "9007199254740993",
  "0x10", "1,2", ",", "null", "true", "[]", "{}", "__proto__", "constructor", "toString", "a".repeat(300),
]; // biome-ignore format: a table of words
const SCENARIOS = [
  "toy/chain", "toy/pipeline", "toy/longest-first", "toy/none", "generator:layered/3?ops=12", "nmt/test/0/2xK80?groups=3",
  "inception-v3", "inception-v3/2xP1000", "toy/pipeline?network=fair", "toy/pipeline?network=fiar", "toy/pipeline?x",
  "toy/*", "regal/train", "layered/test/0/2xP100?comm=50",
]; // biome-ignore format: a table of words
const OPTIONS = [
  "groups=2",
  "granularity=op",
  "coarsen=chain",
  "dispatch=ready",
  "network=half-duplex",
  "cluster=2xP100",
  "batch=2",
  "groups=0",
];

export interface FuzzFiles {
  readonly scenario: string;
  readonly plan: string;
  readonly broken: string;
  readonly folder: string;
}

/** Small files that lines may name: a scenario, a plan of it, and a file that is neither. */
export function writeFuzzFiles(folder: string): FuzzFiles {
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  return {
    folder,
    scenario: write("graph.dot", "digraph { a [time=3]; b [time=4]; a -> b [bytes=8] }"),
    plan: write("plan.json", "[0, 1]"),
    broken: write("broken.json", '{"schema": "placement-gym/scenario-1", "graph": {'),
  };
}

export async function fuzzedLine(rng: Rng, files: FuzzFiles): Promise<string[]> {
  const known = commands.filter(({ name }) => !LEFT_OUT.has(name));
  if (rng.int(25) === 0) return [pick(rng, [...ODD, "sovle", "help", "--version"]), pick(rng, ODD)];
  const { name, load } = pick(rng, known);
  const command = await load();
  const words = command.positionals.flatMap(({ arity }) =>
    arity === "one" || rng.int(2) === 0
      ? Array.from({ length: arity === "many" ? rng.int(3) : 1 }, () => argument(rng, files))
      : [],
  );
  if (rng.int(6) === 0) words.push(argument(rng, files));
  const flags = Object.entries(command.flags).filter(
    ([, flag]) => flag.placeholder !== "S" || rng.int(3) === 0,
  );
  for (let i = rng.int(4); i > 0; i--) words.push(...flagWords(rng, flags, files));
  return [name, ...words, ...shortened(command, words, join(files.folder, `run-${rng.int(1e6)}`))];
}

/** What keeps a legal line short; a flag that the line already has is left to it. */
function shortened({ name, flags }: Command, words: readonly string[], newFolder: string): string[] {
  const given = (flag: string) => words.some((word) => word === `--${flag}` || word.startsWith(`--${flag}=`));
  const short = Object.entries(SHORT).flatMap(([flag, value]) =>
    Object.hasOwn(flags, flag) && !given(flag) ? [`--${flag}`, value] : [],
  );
  if (name === "compare" && !given("suite") && !given("scenarios")) short.push("--scenarios", "toy/pipeline");
  if (name === "compare" && !given("methods")) short.push("--methods", "heft,random");
  if (name === "compare" && !given("out")) short.push("--json");
  if (name === "train" && !given("out")) short.push("--out", newFolder);
  if (name === "check" && !given("scenario")) short.push("--scenario", "toy/pipeline");
  return short;
}

function argument(rng: Rng, files: FuzzFiles): string {
  const from = rng.int(10);
  if (from < 4) return pick(rng, SCENARIOS);
  if (from < 6) return pick(rng, [files.scenario, files.plan, files.broken, files.folder]);
  if (from === 6) return `${pick(rng, SCENARIOS)}?${pick(rng, OPTIONS)}&${pick(rng, OPTIONS)}`;
  if (from === 7) return pick(rng, [...envIds(), "scenarios", "planners", "clusters", "methods"]);
  return pick(rng, ODD);
}

function flagWords(rng: Rng, flags: readonly [string, Flag][], files: FuzzFiles): string[] {
  if (flags.length === 0 || rng.int(12) === 0)
    return [pick(rng, ["--nope", "--jsn", "-x", "--json=1", "--seed", "--=", "-"])];
  const [name, flag] = pick(rng, flags);
  if (flag.type === "switch") return [rng.int(8) === 0 ? `--${name}=yes` : `--${name}`];
  const value = valueFor(rng, name, flag, files);
  if (rng.int(10) === 0) return [`--${name}`];
  return rng.int(3) === 0 ? [`--${name}=${value}`] : [`--${name}`, value];
}

function valueFor(rng: Rng, name: string, flag: Flag, files: FuzzFiles): string {
  if (rng.int(4) === 0) return pick(rng, ODD);
  if (flag.type === "integer" || flag.type === "number")
    return pick(rng, ["1", "2", "3", "4", "0.5", "-3", "x"]);
  if (flag.type === "text" && flag.choices !== undefined) return pick(rng, flag.choices);
  if (name === "output" || name === "out")
    return join(files.folder, pick(rng, ["out", "out.json", "a/b", "graph.dot"]));
  if (name === "planner" || name === "agent" || name === "methods")
    return `${pick(rng, methods).card.id}${pick(rng, ["", "?pool=all", "?x=1", ",heft", "@none"])}`;
  return pick(rng, [files.plan, files.scenario, files.broken, "none", "toy/pipeline", "2xP100", "makespan"]);
}

const pick = <T>(rng: Rng, list: readonly T[]): T => list[rng.int(list.length)];
