/**
 * Networks on images against the profiles of the same networks that PipeDream's authors measured.
 * They are independent evidence for every convolution and every product, with its weights and the
 * size of its result.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Role, runTimesUs } from "../../../env/index.ts";
import { buildWorkload, deviceOf, workloadCatalog } from "../../../scenarios/index.ts";
import { sharedPath } from "../../shared-folder.ts";

/** Profile, workload, options of the profiled run. */
const profiles = [
  ["alexnet", "alexnet-owt", { batch: 256 }],
  ["vgg16", "vgg-16", { batch: 128 }],
  ["resnet18", "resnet-18", { batch: 256 }],
  ["resnet50", "resnet-50", { batch: 128 }],
  ["resnet101", "resnet-101", { batch: 64 }],
  ["densenet121", "densenet-121", { batch: 64 }],
  ["squeezenet1_0", "squeezenet", { batch: 256 }],
  ["inception_v3", "inception-v3", { batch: 128, aux: 1 }],
  ["nasnetalarge", "nasnet-a-large", { batch: 16, aux: 1, pixels: 224 }],
  ["nasnetamobile", "nasnet-a-mobile", { batch: 128, aux: 1 }],
] as const;

interface WeightedLayer {
  readonly weightBytes: number;
  readonly resultBytes: number;
}

interface Profile {
  readonly weightBytes: number;
  /** Forward and backward of all layers. */
  readonly computeUs: number;
  readonly products: readonly WeightedLayer[];
}

/**
 * Node lines read `node1 -- Conv2d(...) -- forward_compute_time=.., .., activation_size=..,
 * parameter_size=..`.
 */
function readProfile(path: string): Profile {
  const nodes = readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      const found =
        / -- (.*) -- forward_compute_time=([\d.]+), backward_compute_time=([\d.]+), activation_size=([\d.]+), parameter_size=([\d.]+)/.exec(
          line,
        );
      // The time of the input is that of reading images.
      if (found === null || found[1].startsWith("Input")) return [];
      const [forwardMs, backwardMs, resultBytes, weightBytes] = found.slice(2).map(Number);
      return [{ layer: found[1], ms: forwardMs + backwardMs, resultBytes, weightBytes }];
    });
  return {
    computeUs: nodes.reduce((sum, { ms }) => sum + 1000 * ms, 0),
    weightBytes: nodes.reduce((sum, { weightBytes }) => sum + weightBytes, 0),
    products: nodes.filter(({ layer }) => /^(Conv2d|Linear)\(/.test(layer)),
  };
}

/** Convolutions and products of our workload, each with the bias that follows it. */
function readWorkload(name: string, given: Readonly<Record<string, number>>): Omit<Profile, "computeUs"> {
  const { workload, values } = withOptions(name, given);
  const { ops } = workload.forward(values);
  const products = ops
    .filter(({ type }) => /^(Conv2D|DepthwiseConv2dNative|MatMul)$/.test(type))
    .map(({ parameterBytes, outputs: [result] }) => {
      const bias = ops.find(({ type, inputs }) => type === "BiasAdd" && inputs[0] === result);
      return { weightBytes: parameterBytes + (bias?.parameterBytes ?? 0), resultBytes: result.bytes };
    });
  return { weightBytes: ops.reduce((sum, { parameterBytes }) => sum + parameterBytes, 0), products };
}

/** Forward and backward times of all ops, one after the other, on a V100. */
function rooflineUs(name: string, given: Readonly<Record<string, number>>): number {
  const { workload, values } = withOptions(name, given);
  const graph = buildWorkload(workload, values);
  const device = deviceOf("V100", "gpu:0");
  const times = runTimesUs(graph, { name: "one V100", devices: [device], links: [], routes: [[[]]] });
  return times.reduce(
    (sum, us, v) => (graph.role[v] === Role.update || graph.types[v] === "Feed" ? sum : sum + us),
    0,
  );
}

function withOptions(name: string, given: Readonly<Record<string, number>>) {
  const workload = workloadCatalog.find((entry) => entry.name === name)!;
  const defaults = Object.entries(workload.options).map(([key, option]) => [key, option.default]);
  return { workload, values: { ...Object.fromEntries(defaults), ...given } as Record<string, number> };
}

const sorted = (products: readonly WeightedLayer[]): string[] =>
  products.map(({ weightBytes, resultBytes }) => `${weightBytes} -> ${resultBytes}`).sort();

const folder = sharedPath("data", "pipedream");

describe.skipIf(folder === null)("profiles of PipeDream", () => {
  test.each(profiles)("%s has the convolutions, products and weights of %s", (file, name, given) => {
    const path = join(folder!, `${file}.graph.txt`);
    const [profile, ours] = [readProfile(path), readWorkload(name, given)];
    expect(profile.products.length).toBeGreaterThan(5);
    expect(sorted(ours.products)).toEqual(sorted(profile.products));
    expect(ours.weightBytes).toBe(profile.weightBytes);
  });

  // Winograd convolutions run VGG's windows of 3x3 above the peak, which no share of the peak can
  // model. NASNet's many small kernels wait for their launches.
  test.each(profiles)(
    "%s takes the roofline of a V100 for %s within a factor of 2.5",
    (file, name, given) => {
      const path = join(folder!, `${file}.graph.txt`);
      const ratio = rooflineUs(name, given) / readProfile(path).computeUs;
      console.log(`${name}: roofline ${ratio.toFixed(2)} of the profile`);
      expect(ratio).toBeGreaterThan(1 / 2.5);
      expect(ratio).toBeLessThan(2.5);
    },
  );
});
