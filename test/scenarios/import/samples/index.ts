/**
 * Samples by importer: a new importer adds one here, and the tests of all importers then cover it.
 */

import { dopplerSamples } from "./doppler.ts";
import { dotSamples, gexfSamples, graphmlSamples } from "./drawn-graphs.ts";
import { hloSamples } from "./hlo.ts";
import { dnnPartitioningSamples, ownSamples, piperSamples, placetoSamples } from "./json-formats.ts";
import { onnxSamples } from "./onnx.ts";
import { pickleSamples } from "./pickle.ts";
import { pipedreamSamples } from "./pipedream.ts";
import type { Sample } from "./sample.ts";
import { tensorflowSamples } from "./tensorflow.ts";
import { torchFxSamples } from "./torch-fx.ts";

export type { Sample } from "./sample.ts";

export const samples: Readonly<Record<string, readonly Sample[]>> = {
  "placement-gym": ownSamples,
  "placeto-sim": placetoSamples,
  "dnn-partitioning": dnnPartitioningSamples,
  piper: piperSamples,
  pipedream: pipedreamSamples,
  doppler: dopplerSamples,
  graphml: graphmlSamples,
  gexf: gexfSamples,
  dot: dotSamples,
  hlo: hloSamples,
  "torch-fx": torchFxSamples,
  onnx: onnxSamples,
  tensorflow: tensorflowSamples,
  pickle: pickleSamples,
};
