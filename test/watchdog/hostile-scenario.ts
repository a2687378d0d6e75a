/**
 * Tiny scenarios that a file may hold and that nobody would make. They have ops without time, ops
 * that one kind of device runs, updates alone, several outputs or no memory. Numbers are tiny or
 * huge, and every network and objective occurs. They are parsed JSON, legal or refused when read.
 */
import fc from "fast-check";
import { fidelities, networkModels, objectives } from "../../env/index.ts";

export interface HostileScenario {
  /** A scenario file as parsed JSON. */
  readonly file: Record<string, unknown>;
  /** Options of the address: `network=fair`, or nothing. */
  readonly options: string;
}

const KINDS = ["cpu", "gpu", "tpu"];
/** Few ops share a class, so that most scenarios are legal. */
const CLASSES = ["a", "b", "c", "d", "e"];
const MOST_OPS = 7;
const MOST_DEVICES = 4;

const amount = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 50 }) },
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(1e-9, 0.1, 1e6, 1e12) },
);
/** Most ops run anywhere; the others on one or two of the devices' kinds. */
const kindsOf = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 2 }) },
);

const times = fc.oneof(
  fc.record({ "*": amount }),
  fc.record({ cpu: amount, gpu: amount, tpu: amount }),
  fc.record({ gpu: amount }),
);

const op = fc.record(
  {
    role: fc.constantFrom("forward", "forward", "backward", "update"),
    flops: amount,
    bytesTouched: amount,
    parameterBytes: amount,
    workspaceBytes: amount,
    outputs: fc.array(amount, { maxLength: 2 }),
    measuredUs: times,
    transferUs: amount,
    colocation: fc.constantFrom(...CLASSES),
    kindNumbers: kindsOf,
    sources: fc.array(
      fc.record({ back: fc.integer({ min: 1, max: 4 }), port: fc.integer({ min: -1, max: 1 }) }),
      {
        maxLength: 3,
      },
    ),
  },
  { requiredKeys: ["sources", "outputs", "kindNumbers"] },
);

const device = fc.record({
  kind: fc.constantFrom(...KINDS),
  speed: fc.constantFrom(1, 1024),
  memoryBytes: fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 200 }) },
  ),
  launchUs: fc.constantFrom(0, 0, 1),
});

export const hostileScenario: fc.Arbitrary<HostileScenario> = fc
  .record({
    ops: fc.array(op, { minLength: 1, maxLength: MOST_OPS }),
    onlyUpdates: fc.constantFrom(false, false, false, false, true),
    devices: fc.array(device, { minLength: 1, maxLength: MOST_DEVICES }),
    bytesPerUs: fc.constantFrom(1, 8, 1e-6, 1e9),
    latencyUs: fc.constantFrom(0, 0, 2),
    objective: fc.constantFrom(...objectives),
    fidelity: fc.constantFrom(undefined, ...fidelities.map(({ name }) => name)),
    network: fc.constantFrom("", "", ...networkModels.map(({ name }) => `network=${name}`)),
  })
  .map(({ ops, onlyUpdates, devices, bytesPerUs, latencyUs, objective, fidelity, network }) => ({
    file: {
      schema: "placement-gym/scenario-1",
      graph: { ops: ops.map((drawn, v) => opFile(drawn, v, ops, devices, onlyUpdates)) },
      cluster: clusterFile(devices, bytesPerUs, latencyUs),
      objective,
      ...(fidelity !== undefined && { fidelity }),
    },
    options: network,
  }));

type Op = typeof op extends fc.Arbitrary<infer T> ? T : never;
type Device = typeof device extends fc.Arbitrary<infer T> ? T : never;

function opFile(
  { sources, kindNumbers, ...fields }: Op,
  v: number,
  ops: readonly Op[],
  devices: readonly Device[],
  onlyUpdates: boolean,
) {
  const kinds = kindNumbers?.map((number) => devices[number % devices.length].kind);
  const inputs = sources.flatMap(({ back, port }) => {
    const u = v - back;
    if (u < 0) return [];
    const ports = ops[u].outputs.length;
    return [[`o${u}`, port < 0 || ports === 0 ? -1 : port % ports]];
  });
  return {
    name: `o${v}`,
    ...fields,
    ...(kinds !== undefined && { supportedKinds: [...new Set(kinds)] }),
    ...(onlyUpdates && { role: "update" }),
    ...(inputs.length > 0 && { inputs }),
  };
}

/** One link out of each device. */
function clusterFile(devices: readonly Device[], bytesPerUs: number, latencyUs: number) {
  return {
    name: "hostile",
    devices: devices.map(({ kind, speed, memoryBytes, launchUs }, d) => ({
      name: `d${d}`,
      kind,
      flopsPerUs: { float32: speed },
      memoryBytesPerUs: 8,
      memoryBytes,
      launchUs,
    })),
    links: devices.map((_, d) => ({ name: `l${d}`, bytesPerUs, latencyUs })),
    routes: devices.map((_, from) => devices.map((_, to) => (from === to ? [] : [from]))),
  };
}
