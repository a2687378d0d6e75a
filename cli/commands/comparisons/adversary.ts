/**
 * `adversary`: an instance on which one method looks worst against another. It is found by
 * annealing, written as a scenario file, and checked again from that file.
 */
import { join } from "node:path";
import { InputError } from "../../../env/model/errors.ts";
import { runCell } from "../../../results/cells/cell.ts";
import {
  type AdversaryRequest,
  adversaryFile,
  type Search,
  searchAdversary,
  type Verified,
  verifyAdversary,
} from "../../../results/evaluation/adversary/adversary.ts";
import { writeAtomically } from "../../../results/files/atomic.ts";
import { familyMembers, withMembers } from "../../../scenarios/address.ts";
import { families } from "../../../scenarios/families/index.ts";
import { defineCommand, type Flags, jsonFlag, seedFlag, type Values } from "../../command.ts";
import { inFolder } from "../../files.ts";
import { jsonText } from "../../json.ts";
import { shellWord } from "../../reports/origin.ts";
import { startProgress } from "../../terminal/progress.ts";
import { EXIT, type Terminal } from "../../terminal/terminal.ts";
import { adversaryText } from "./adversary/adversary-text.ts";

/** Ten ops on four devices: small enough to be read whole. */
const SMALL = "layered/train/0-4/4xK80?ops=10&width=3";
/** Members of a family that is given by its name alone. */
const MEMBERS = 5;

const flags = {
  from: {
    type: "list",
    placeholder: "A,B",
    describe: "scenarios to begin with, members of families, or a family's name: its first 5 for training",
    defaultText: `${SMALL}: ten ops on four devices`,
  },
  instances: { type: "integer", min: 1, default: 2_000, placeholder: "N", describe: "instances to try" },
  simulations: {
    type: "integer",
    min: 1,
    default: 50,
    placeholder: "N",
    describe: "budget of each method on each instance, in simulations",
  },
  seed: seedFlag,
  out: {
    type: "text",
    placeholder: "FILE",
    describe: "where the instance goes, as a scenario file",
    defaultText: "instance.json in a new folder in runs/",
  },
  json: jsonFlag,
} as const satisfies Flags;

export const adversary = defineCommand({
  name: "adversary",
  summary:
    "Anneals over instances until METHOD looks worst against OTHER; keeps the instance as a scenario file.",
  positionals: [
    { name: "METHOD", describe: "the method that is to look bad", arity: "one" },
    { name: "OTHER", describe: "the method that it is compared with", arity: "one" },
  ],
  flags,
  examples: [
    "adversary heft best",
    "adversary heft best --instances 300 --out heft.json",
    "adversary mcmc hill-climb --from nmt/test/0/2xK80 --instances 500 --simulations 200",
  ],
  async run({ values, positionals: [method, other] }, terminal) {
    const request = requestOf(method, other, values);
    return inFolder(values.out, "adversary", async (given) => {
      const path = values.out ?? join(given, "instance.json");
      const search = await searched(request, terminal);
      if (search.best === null) {
        terminal.note(`placement-gym: None of ${search.tried} instances has plans of both methods that fit.`);
        return EXIT.failed;
      }
      writeAtomically(path, jsonText(adversaryFile(search)));
      const verified = await checked(path, search, terminal);
      const again = commandOf(path, request);
      terminal.write(
        values.json
          ? jsonText(answerOf(search, verified, path, again))
          : adversaryText({ search, verified, path, again }),
      );
      return EXIT.done;
    });
  },
});

function requestOf(method: string, other: string, values: Values<typeof flags>): AdversaryRequest {
  if (method === other) throw new InputError(`Both methods are "${method}"; name two.`);
  const { from = [SMALL], instances, simulations, seed } = values;
  return { method, other, from: from.flatMap(startsOf), instances, simulations, seed };
}

function startsOf(address: string): string[] {
  const isFamily = families.some(({ name }) => name === address);
  return isFamily ? familyMembers(`${address}/train?take=${MEMBERS}`) : withMembers([address]);
}

async function searched(request: AdversaryRequest, terminal: Terminal): Promise<Search> {
  const progress = startProgress(terminal, request.instances, "instances");
  try {
    return await searchAdversary(request, {
      signal: terminal.signal,
      onInstance: (tried, largest) =>
        progress.update(tried, largest === null ? "no ratio so far" : `largest ratio ${largest.toFixed(3)}`),
    });
  } finally {
    progress.end();
  }
}

const checked = (path: string, search: Search, { seconds, cpuSeconds }: Terminal): Promise<Verified> =>
  verifyAdversary(path, search, async (spec) => {
    const { result } = await runCell(spec, { clock: seconds, cpuClock: cpuSeconds });
    return result;
  });

/** What gives both values again. */
const commandOf = (path: string, { method, other, simulations, seed }: AdversaryRequest): string =>
  [
    "placement-gym compare --scenarios",
    shellWord(path),
    "--methods",
    shellWord(`${method},${other}`),
    `--simulations ${simulations}`,
    ...(seed === 0 ? [] : [`--seed ${seed}`]),
  ].join(" ");

function answerOf(search: Search, verified: Verified, path: string, again: string) {
  const { request, tried, without, spent, startRatios, best } = search;
  const { scenarioHash, ratio, otherSeeds, cells } = verified;
  return {
    ...request,
    ratio,
    otherSeeds,
    values: { method: cells.method.value, other: cells.other.value, unit: cells.method.unit },
    startRatios,
    found: best!.found,
    tried,
    without,
    spent: { ...spent, check: verified.simulations },
    scenario: path,
    scenarioHash,
    again,
  };
}
