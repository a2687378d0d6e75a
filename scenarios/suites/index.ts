/**
 * Named sets of scenarios. A suite is data; adding one is an entry here. `suiteMembers` gives the
 * addresses that commands take; those of files begin with the user's folder.
 */
import { InputError } from "../../env/model/errors.ts";
import { notKnown } from "../../env/model/suggest.ts";
import { board } from "./board.ts";
import { headroomSuites } from "./headroom.ts";
import { paperSuites } from "./papers.ts";
import { pipelineSuites } from "./pipelines.ts";
import { shardingSuites } from "./shardings.ts";
import type { Suite } from "./suite.ts";
import { toys, toyUri } from "./toy.ts";

const start: Suite = {
  name: "start",
  summary: "quick to simulate: three kinds of graph, and one to cut into a pipeline",
  members: [
    "inception-v3/4xK80?groups=64",
    "nmt-2/4xP100?steps=10&groups=64",
    "bert-base/4xK80?tokens=384&groups=40",
    "inception-v3/4xP100?groups=40&objective=iteration",
  ],
  why: "A network of parallel branches, one of a time grid, and one that no accelerator holds alone. On the last, pipelines meet placements of the network of branches. Hardly two methods find the same value.",
};

const usual: Suite = {
  name: "default",
  summary: "four networks on all kinds of GPU cluster",
  members: [
    "inception-v3/2xP100",
    "inception-v3/8xK80",
    "resnet-50/4xP100",
    "resnet-50/2xP100-10gbe",
    "nmt-2/2xK80",
    "nmt-2/4xP100",
    "nmt-4/4xK80",
    "nmt-4/8xA100-switch",
    "bert-base/4xK80?tokens=384",
    "bert-base/8xV100-nvlink",
  ],
  why: "resnet-50/2xP100-10gbe is best left on one device, and resnet-50/4xP100 nearly so; bert-base/4xK80?tokens=384 (the SQuAD setting of its paper: 32 sequences of 384 tokens) is the tightest in memory.",
};

const toy: Suite = {
  name: "toy",
  summary: "tiny scenarios, each about one thing, each with its optimum known",
  members: toys.map(toyUri),
  why: "What a method does wrong here can be seen by eye; every optimum is found again by trying all placements in a test.",
};

const large: Suite = {
  name: "large",
  summary: "10,000 to 100,000 ops",
  members: [
    "amoebanet-d/8xA100-switch?layers=72&filters=64",
    "gnmt-8/8xA100-switch?steps=20&fused=0",
    "wavenet/8xA100-switch?stacks=16&layers=20",
    "gshard-moe/8xH100-nvswitch?layers=48&experts=16",
    "amoebanet-d/8xA100-switch?layers=144&filters=64&batch=16",
    "rnnlm/8xV100-nvlink?steps=200&layers=8&width=512&fused=0",
    "gnmt-8/8xA100-switch?steps=100&fused=0",
    "gnmt-8/8xH100-nvswitch?steps=160&fused=0",
  ],
  why: "Deep networks, and recurrent ones unrolled op by op as frameworks see them: what a method's time and memory grow with.",
};

export const suiteCatalog: readonly Suite[] = [
  start,
  usual,
  toy,
  ...paperSuites,
  ...pipelineSuites,
  ...shardingSuites,
  board,
  ...headroomSuites,
  large,
];

/** Members by suite. */
export const suites: Readonly<Record<string, readonly string[]>> & {
  readonly start: readonly string[];
  readonly default: readonly string[];
} = {
  start: start.members,
  ...Object.fromEntries(suiteCatalog.map(({ name, members }) => [name, members])),
  default: usual.members,
};

export function suiteNamed(name: string): Suite {
  const suite = suiteCatalog.find((candidate) => candidate.name === name);
  if (suite !== undefined) return suite;
  const names = suiteCatalog.map((candidate) => candidate.name);
  throw new InputError(notKnown("Suite", name, names));
}

/**
 * The address of each member. A suite of files needs the folder that holds them; any other takes
 * none.
 */
export function suiteMembers({ name, members, files }: Suite, folder?: string): readonly string[] {
  if (files === undefined && folder !== undefined)
    throw new InputError(
      `Suite "${name}" is built in and reads no files, but the folder "${folder}" is given.`,
    );
  if (files === undefined) return members;
  if (folder === undefined)
    throw new InputError(
      `Suite "${name}" is made of files, ${files}: give the folder that holds them (--files FOLDER).`,
    );
  return members.map((member) => `${folder.replace(/[/\\]+$/, "")}/${member}`);
}
