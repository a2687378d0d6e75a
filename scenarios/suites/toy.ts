/**
 * Toy scenarios. Each is small enough to think through, shows one thing that a placement has to get
 * right, and has a known optimum. A test tries every placement and finds that optimum. `toy/NAME`
 * is their address.
 *
 * Times are us. Each device has one outgoing link, of 10 bytes a us unless said otherwise.
 */
import { InputError } from "../../env/model/errors.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { notKnown } from "../../env/model/suggest.ts";
import { type TestScenarioOptions, testScenario } from "../../env/model/test-scenario.ts";

export interface Toy {
  readonly name: string;
  /** What it shows. */
  readonly summary: string;
  readonly options: TestScenarioOptions;
  /** Value of the best plan, in us. */
  readonly optimum: number;
  /** Where the optimum comes from. */
  readonly why: string;
}

export const toys: readonly Toy[] = [
  {
    name: "chain",
    summary: "a chain has nothing to run in parallel: one device",
    options: { graph: "a 10 400B\nb 10 400B <- a\nc 10 400B <- b\nd 10 <- c" },
    optimum: 40,
    why: "four ops of 10 one after the other, no transfer",
  },
  {
    name: "fork-join",
    summary: "two branches that pay: one of them moves",
    options: { graph: "a 10 40B\nb 100 40B <- a\nc 100 40B <- a\nd 10 <- b c" },
    optimum: 124,
    why: "10, a transfer of 4 to the branch that moved, its 100, and 10 beside it; the other branch's result is there by then",
  },
  {
    name: "dear-branches",
    summary: "two branches that do not pay: to move one costs more than it saves",
    options: { graph: "a 10 1000B\nb 80 1000B <- a\nc 80 1000B <- a\nd 10 <- b c" },
    optimum: 180,
    why: "all on one device; a branch that moved would wait 100 for its input and 100 for its way back",
  },
  {
    name: "memory",
    summary: "one device is best and too small: the cut goes where least crosses",
    options: {
      graph:
        "a 10 200B params=500\nb 10 40B params=500 <- a\nc 10 200B params=500 <- b\nd 10 params=500 <- c",
      memoryBytes: 1300,
    },
    optimum: 44,
    why: "40 and the narrowest transfer, 4: two ops' weights with what lives beside them fit, three do not",
  },
  {
    name: "multicast",
    summary: "many readers on one device cost one transfer",
    options: {
      graph: "a 10 200B\nb 50 8B <- a\nc 30 8B <- a\nd 30 8B <- a\ne 30 8B <- a",
    },
    optimum: 90,
    why: "two readers that take 60 move together behind one transfer of 20; 80 are left for the sender",
  },
  {
    name: "queue",
    summary: "transfers wait for each other on the sender's link",
    options: {
      graph: "a 10 400B,400B,400B\nb 60 8B <- a:0\nc 60 8B <- a:1\nd 60 8B <- a:2",
      devices: 4,
    },
    optimum: 130,
    why: "one reader moves: its input is there at 50; a second would wait until 90 and end at 150",
  },
  {
    name: "heterogeneous",
    summary: "each op where its kind of device is fast",
    options: {
      graph:
        "embed GPU:90|CPU:20 80B\nconv GPU:30|CPU:300 80B <- embed\nlookup GPU:60|CPU:15 40B\njoin GPU:20|CPU:90 <- conv lookup",
      devices: ["GPU", "CPU"],
    },
    optimum: 78,
    why: "the CPU embeds in 20, 8 to send, the GPU convolves in 30 and joins in 20, the lookup ends meanwhile on the CPU",
  },
  {
    name: "host-only",
    summary: "what runs on the host alone is sent once, not more",
    options: {
      graph:
        "read 10 300B kinds=CPU\na GPU:40|CPU:400 300B <- read\nb GPU:40|CPU:400 8B <- a\nc GPU:50|CPU:500 8B <- read\nlog 5 kinds=CPU <- b c",
      devices: ["GPU", "GPU", "CPU"],
    },
    optimum: 125.8,
    why: "the long way is 10, 30 to send, 80, 0.8 and 5; the other branch hides behind it on the host",
  },
  {
    name: "colour-class",
    summary: "forward ops and their backward twins share a device: the cut is paid twice",
    options: {
      graph: `
        a 10 50B group=a
        b 40 50B group=b <- a
        c 40 50B group=c <- a
        d 10 50B group=d <- b c
        gd 10 50B role=backward twin=d group=d <- d
        gb 40 50B role=backward twin=b group=b <- gd b
        gc 40 50B role=backward twin=c group=c <- gd c
        ga 10 role=backward twin=a group=a <- gb gc`,
    },
    optimum: 130,
    why: "10, 5 to send, 40, twice 10 beside that branch, 40, 5 to send, 10; one device takes 200",
  },
  {
    name: "overlap",
    summary: "a second device follows one step behind, its transfers hidden behind the work",
    options: {
      graph:
        "a0 20 100B\na1 20 100B <- a0\na2 20 100B <- a1\na3 20 100B <- a2\nb0 20 8B <- a0\nb1 20 8B <- a1 b0\nb2 20 8B <- a2 b1\nb3 20 <- a3 b2",
    },
    optimum: 110,
    why: "20 for the first step, a transfer of 10, four steps of 20",
  },
  {
    name: "longest-first",
    summary: "largest first is not best: Graham's five jobs",
    options: { graph: "a 30\nb 30\nc 20\nd 20\ne 20" },
    optimum: 60,
    why: "the two long ones together, the three short ones together; largest first ends at 70",
  },
  {
    name: "latency",
    summary: "small tensors, slow handshakes: messages cost what their number is, not their size",
    options: {
      graph: "a 10 1B\nb 60 1B <- a\nc 60 1B <- a\nd 60 1B <- b c\ne 60 1B <- b c\nf 10 <- d e",
      bytesPerUs: 100,
      latencyUs: 25,
    },
    optimum: 190.02,
    why: "10, 60 and 60 on each device with a message of 25.01 before each, 10",
  },
  {
    name: "pipeline",
    summary: "another objective: the busiest device of a full pipeline, not the time of one sample",
    options: {
      graph: "a 30 8B\nb 20 8B <- a\nc 25 8B <- b\nd 35 <- c",
      objective: "max-load",
      devices: 2,
    },
    optimum: 57.4,
    why: "30 + 25 of work and three transfers of 0.8; the best cut into two contiguous stages has 60.8",
  },
];

const PREFIX = "toy/";

/**
 * The toy of an address `toy/NAME`; null for any other address. Throws one sentence where there is
 * no such toy.
 */
export function toyOf(uri: string): Toy | null {
  if (!uri.startsWith(PREFIX)) return null;
  const name = uri.slice(PREFIX.length);
  const toy = toys.find((candidate) => candidate.name === name);
  if (toy !== undefined) return toy;
  const names = toys.map((candidate) => candidate.name);
  throw new InputError(`Scenario "${uri}": ${notKnown("toy", name, names, { also: ", without options" })}`);
}

export const toyUri = ({ name }: Toy): string => `${PREFIX}${name}`;

export function toyScenario(toy: Toy): Scenario {
  const scenario = testScenario({ ...toy.options, name: toyUri(toy) });
  return { ...scenario, meta: { note: `${toy.summary}; optimum ${toy.optimum} us: ${toy.why}` } };
}
