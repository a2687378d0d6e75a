/**
 * Work of HLO instructions in FLOP, 2 per multiply-add, from shapes (openxla.org, XLA operation
 * semantics):
 *
 *   dot            2 x elements of the output x sizes of the contracted dimensions
 *   convolution    2 x elements of the output x window x input features of the kernel
 *                  / dilation of the input
 *   reduce         elements of the input x work of the reducer;
 *                  the same for reduce-window, scatter, sort, map
 *   pointwise      1 for each element of the output, for select and compare too
 *   moving data    0: see the list below
 *   fusion, call   the sum over the computation
 *   while          known trip count x (body + condition)
 *   conditional    the most expensive branch
 *
 * Padding counts, as in the built-in workloads. Custom calls have known work where they are cuBLAS
 * products or cuDNN convolutions.
 */
import { InputError } from "../../../env/model/errors.ts";
import { mainArray } from "./shape.ts";
import {
  convolutionFlops,
  elementsAt,
  inputElements,
  outputElements,
  productFlops,
  sortedLength,
  windowSize,
} from "./shape-work.ts";
import { type Computation, type HloModule, type Instruction, namesOf, numbersOf, wordOf } from "./text.ts";

/** Instructions that compute nothing: they name, make or move data. */
const workless = new Set(
  `add-dependency after-all all-gather all-gather-done all-gather-start all-to-all bitcast bitcast-convert broadcast
  collective-broadcast collective-permute collective-permute-done collective-permute-start concatenate constant copy copy-done
  copy-start domain dynamic-reshape dynamic-slice dynamic-update-slice gather get-dimension-size get-tuple-element infeed iota
  opt-barrier outfeed pad parameter partition-id recv recv-done replica-id reshape reverse send send-done set-dimension-size slice
  transpose tuple async-done async-update all-reduce-done`.split(/\s+/),
);

const productTypes = new Set(["MatMul", "BatchMatMul", "Conv2D"]);

/** Sum over a computation. */
interface Total {
  readonly flops: number;
  /** FLOP by type of product. */
  readonly products: ReadonlyMap<string, number>;
}

export class WorkReader {
  readonly #trips: number;
  readonly #totals = new Map<string, Total>();
  readonly #unknownLoops = new Set<string>();
  readonly #unknownCalls = new Set<string>();

  /** `trips` is the trip count of loops that the module gives none for. */
  constructor(module: HloModule, trips: number) {
    this.#trips = trips;
    // Each computation comes before those that use it, so all sums that it needs are known.
    for (const computation of module.computations.values())
      this.#totals.set(computation.name, this.#totalOf(computation));
  }

  /** Loops whose trip count the file does not give. */
  get unknownLoops(): ReadonlySet<string> {
    return this.#unknownLoops;
  }

  /** Targets of custom calls whose work is not known. */
  get unknownCalls(): ReadonlySet<string> {
    return this.#unknownCalls;
  }

  /** FLOP of one instruction. */
  flops(instruction: Instruction, within: Computation): number {
    const { opcode } = instruction;
    if (workless.has(opcode)) return 0;
    switch (opcode) {
      case "dot":
        return productFlops(instruction, within, numbersOf(instruction, "lhs_contracting_dims") ?? []);
      case "convolution":
        return convolutionFlops(instruction, within);
      case "fusion":
      case "async-start":
        return this.#used(namesOf(instruction, "calls")[0], instruction).flops;
      case "call":
        return this.#reducer(instruction);
      case "while":
        return this.#loopFlops(instruction);
      case "conditional":
        return Math.max(0, ...branchesOf(instruction).map((name) => this.#used(name, instruction).flops));
      case "reduce":
      case "map":
      case "all-reduce":
      case "all-reduce-start":
      case "reduce-scatter":
        return inputElements(instruction, within) * this.#reducer(instruction);
      case "reduce-window":
        return outputElements(instruction) * windowSize(instruction) * this.#reducer(instruction);
      case "select-and-scatter":
        return inputElements(instruction, within) * windowSize(instruction);
      case "scatter":
        return elementsAt(instruction, within, 2);
      case "sort":
        return sortFlops(instruction, within);
      case "custom-call":
        return this.#customFlops(instruction, within);
      default:
        return outputElements(instruction);
    }
  }

  /** The type that decides the efficiency of devices: `MatMul`, `Conv2D`, or the opcode. */
  type(instruction: Instruction): string {
    const { opcode, attributes } = instruction;
    if (opcode === "convolution") return "Conv2D";
    if (opcode === "dot")
      return (numbersOf(instruction, "lhs_batch_dims")?.length ?? 0) > 0 ? "BatchMatMul" : "MatMul";
    if (opcode === "custom-call") {
      if (wordOf(instruction, "dim_labels") !== undefined) return "Conv2D";
      return /custom_call_target="[^"]*(gemm|matmul)/i.test(attributes) ? "MatMul" : opcode;
    }
    const called = { fusion: "calls", call: "to_apply", while: "body" }[opcode];
    if (called === undefined) return opcode;
    const { flops, products } = this.#used(namesOf(instruction, called)[0], instruction);
    const [most] = [...products].sort((a, b) => b[1] - a[1]);
    return most !== undefined && most[1] > flops / 2 ? most[0] : opcode;
  }

  #totalOf(computation: Computation): Total {
    let flops = 0;
    const products = new Map<string, number>();
    for (const instruction of computation.instructions) {
      const own = this.flops(instruction, computation);
      flops += own;
      const type = this.type(instruction);
      if (own > 0 && productTypes.has(type)) products.set(type, (products.get(type) ?? 0) + own);
    }
    return { flops, products };
  }

  #used(name: string | undefined, user: Instruction): Total {
    const total = this.#totals.get(name ?? "");
    if (total === undefined)
      throw new InputError(
        `instruction "${user.name}" uses the computation "${name ?? ""}", which is not defined before it.`,
      );
    return total;
  }

  /** FLOP of one run of the computation that `to_apply` names. */
  #reducer(instruction: Instruction): number {
    return this.#used(wordOf(instruction, "to_apply"), instruction).flops;
  }

  #loopFlops(instruction: Instruction): number {
    const trips = this.#tripCount(instruction);
    const body = this.#used(wordOf(instruction, "body"), instruction).flops;
    return trips * (body + this.#used(wordOf(instruction, "condition"), instruction).flops);
  }

  #tripCount({ name, attributes }: Instruction): number {
    const known = /known_trip_count[^}]{0,40}?"?n"?\s*:\s*"?(\d{1,12})/.exec(attributes)?.[1];
    if (known !== undefined) return Number(known);
    this.#unknownLoops.add(name);
    return this.#trips;
  }

  #customFlops(instruction: Instruction, within: Computation): number {
    const { attributes, shape } = instruction;
    const target = /custom_call_target="([^"]{0,200})"/.exec(attributes)?.[1] ?? "";
    if (/conv/i.test(target) && wordOf(instruction, "dim_labels") !== undefined)
      return convolutionFlops(instruction, within);
    if (/gemm|matmul/i.test(target)) {
      const listed = /lhs_contracting_dimensions"?\s*:\s*\[([^\]]{0,200})\]/.exec(attributes)?.[1];
      if (listed !== undefined && mainArray(shape) !== undefined)
        return productFlops(instruction, within, listed.match(/\d+/g)?.map(Number) ?? []);
    }
    this.#unknownCalls.add(target || "without a target");
    return 0;
  }
}

/** Comparisons of a sort. */
function sortFlops(instruction: Instruction, within: Computation): number {
  const length = Math.max(2, sortedLength(instruction, within));
  return inputElements(instruction, within) * Math.ceil(Math.log2(length));
}

/** Computations of a conditional: a list, or one each for true and false. */
function branchesOf(instruction: Instruction): readonly string[] {
  const listed = namesOf(instruction, "branch_computations");
  if (listed.length > 0) return listed;
  return ["true_computation", "false_computation"].flatMap((name) => wordOf(instruction, name) ?? []);
}
