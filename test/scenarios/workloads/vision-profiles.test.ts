/**
 * Networks on images against the profiles that PipeDream's authors measured of the same networks: an independent witness of
 * every convolution and every product, each with its weights and the size of its result.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { workloadCatalog } from "../../../scenarios/index.ts";
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
  readonly products: readonly WeightedLayer[];
}

/** Node lines read `node1 -- Conv2d(...) -- forward_compute_time=.., .., activation_size=.., parameter_size=..`. */
function readProfile(path: string): Profile {
  const nodes = readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      const found = / -- (.*) -- .*activation_size=([\d.]+), parameter_size=([\d.]+)/.exec(line);
      return found === null
        ? []
        : [{ layer: found[1], resultBytes: Number(found[2]), weightBytes: Number(found[3]) }];
    });
  return {
    weightBytes: nodes.reduce((sum, { weightBytes }) => sum + weightBytes, 0),
    products: nodes.filter(({ layer }) => /^(Conv2d|Linear)\(/.test(layer)),
  };
}

/** Convolutions and products of ours, each with the bias that follows it. */
function readWorkload(name: string, given: Readonly<Record<string, number>>): Profile {
  const workload = workloadCatalog.find((entry) => entry.name === name)!;
  const defaults = Object.entries(workload.options).map(([key, option]) => [key, option.default]);
  const { ops } = workload.forward({ ...Object.fromEntries(defaults), ...given });
  const products = ops
    .filter(({ type }) => /^(Conv2D|DepthwiseConv2dNative|MatMul)$/.test(type))
    .map(({ parameterBytes, outputs: [result] }) => {
      const bias = ops.find(({ type, inputs }) => type === "BiasAdd" && inputs[0] === result);
      return { weightBytes: parameterBytes + (bias?.parameterBytes ?? 0), resultBytes: result.bytes };
    });
  return { weightBytes: ops.reduce((sum, { parameterBytes }) => sum + parameterBytes, 0), products };
}

const sorted = (products: readonly WeightedLayer[]): string[] =>
  products.map(({ weightBytes, resultBytes }) => `${weightBytes} -> ${resultBytes}`).sort();

describe("profiles of PipeDream", () => {
  it.each(profiles)("%s has the convolutions, products and weights of %s", (file, name, given) => {
    const path = sharedPath("data", "pipedream", `${file}.graph.txt`);
    if (path === null) return;
    const [profile, ours] = [readProfile(path), readWorkload(name, given)];
    expect(profile.products.length).toBeGreaterThan(5);
    expect(sorted(ours.products)).toEqual(sorted(profile.products));
    expect(ours.weightBytes).toBe(profile.weightBytes);
  });
});
