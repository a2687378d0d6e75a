/**
 * Variants of neural machine translation, as Placeto's `nmt` family. Encoder and decoder have 2 to
 * 5 LSTM layers and 5 to 16 steps of source and target. Each decoder step has attention and a
 * softmax (Luong, Pham, Manning, EMNLP 2015, without input feeding). The decoder starts from the
 * encoder's last states, so all cells form one grid of layers x steps. No two members have the same
 * layers and steps.
 *
 * One op is a cell of one step. Relative times are ours.
 */
import type { Rng } from "../../env/model/rng.ts";
import { dealt, type Family, fewMembers } from "./family.ts";
import { createShape, type Shape, sized } from "./shape.ts";

const COMMUNICATION = 0.9;
/** Range of the number of ops, so that members are about equally hard. */
const [FEWEST, MOST] = [64, 90];

interface Setting {
  readonly layers: number;
  readonly source: number;
  readonly target: number;
}

const opsOf = ({ layers, source, target }: Setting) => layers * (source + target) + 1 + 2 * target;

const settings: readonly Setting[] = [2, 3, 4, 5].flatMap((layers) =>
  range(5, 16).flatMap((source) => range(5, 16).map((target) => ({ layers, source, target }))),
);

const fitting = settings.filter((setting) => opsOf(setting) >= FEWEST && opsOf(setting) <= MOST);

export const nmtFamily: Family = {
  name: "nmt",
  summary: "NMT variants: layers and lengths of source and target vary, 64 to 90 ops",
  source: "Luong, Pham, Manning, EMNLP 2015; Addanki et al., NeurIPS 2019 (family of 32, 16 held out)",
  ...fewMembers,
  graph: (member) =>
    sized(network(dealt("nmt", fitting, nmtFamily.members, member), member.rng), COMMUNICATION),
};

function network({ layers, source, target }: Setting, rng: Rng): Shape {
  const shape = createShape();
  const cellUs = () => 1600 + rng.int(801);
  let states: number[] = [];
  const step = (name: string): number => {
    const next: number[] = [];
    for (let layer = 0; layer < layers; layer++) {
      const inputs = [next[layer - 1], states[layer]].filter((op) => op !== undefined);
      next.push(shape.op(`${name}/layer_${layer}`, "MatMul", { us: cellUs() }, inputs));
    }
    states = next;
    return next[layers - 1];
  };
  const encoded = range(0, source - 1).map((t) => step(`encoder/step_${t}`));
  const memory = shape.op("memory", "Concat", { us: 400 }, encoded);
  for (let t = 0; t < target; t++) {
    const decoded = step(`decoder/step_${t}`);
    const attended = shape.op(`attention/step_${t}`, "MatMul", { us: 800 }, [memory, decoded]);
    shape.op(`softmax/step_${t}`, "MatMul", { us: 2000 }, [attended]);
  }
  return shape;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
