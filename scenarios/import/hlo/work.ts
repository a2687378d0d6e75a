/**
 * Work of HLO instructions in FLOP, 2 per multiply-add, from shapes (openxla.org, XLA operation
 * semantics):
 *
 *   dot            2 x elements of the output x sizes of the contracted dimensions
 *   convolution    2 x elements of the output x window x input features of the kernel / dilation of the input
 *   reduce         elements of the input x work of the reducer; likewise reduce-window, scatter, sort, map
 *   pointwise      1 for each element of the output; moving, reshaping, choosing and comparing included, copying not
 *   fusion, call   the sum over the computation
 *   while          known trip count x (body + condition); conditional: the dearest branch
 *
 * Padding counts, as in the built-in workloads. What a custom call does is known where it is a
 * cuBLAS product or a cuDNN convolution.
 */
import { InputError } from "../../../env/model/errors.ts";
import { type ArrayShape, elementsOf, mainArray } from "./shape.ts";
import { type Computation, type HloModule, type Instruction, namesOf, numbersOf, wordOf } from "./text.ts";

/** Instructions that compute nothing: they name, make or move data. */
const workless = new Set(
  `add-dependency after-all all-gather all-gather-done all-gather-start all-to-all bitcast bitcast-convert broadcast
  collective-broadcast collective-permute collective-permute-done collective-permute-start concatenate constant copy copy-done
  copy-start domain dynamic-reshape dynamic-slice dynamic-update-slice gather get-dimension-size get-tuple-element infeed iota
  opt-barrier outfeed pad parameter partition-id recv recv-done replica-id reshape reverse send send-done set-dimension-size slice
  transpose tuple async-done async-update all-reduce-done`.split(/\s+/),
);

export interface WorkReader {
  /** FLOP of one instruction. */
  flops(instruction: Instruction, within: Computation): number;
  /** Type by which devices know the most of it: `MatMul`, `Conv2D`, or the opcode. */
  type(instruction: Instruction): string;
  /** Loops whose trip count the file does not give. */
  readonly unknownLoops: ReadonlySet<string>;
  /** Targets of custom calls whose work is not known. */
  readonly unknownCalls: ReadonlySet<string>;
}

interface Total {
  readonly flops: number;
  readonly products: ReadonlyMap<string, number>;
}

export function workReader(module: HloModule, trips: number): WorkReader {
  const totals = new Map<string, Total>();
  const unknownLoops = new Set<string>();
  const unknownCalls = new Set<string>();

  const used = (name: string | undefined, user: Instruction): Total => {
    const total = totals.get(name ?? "");
    if (total === undefined)
      throw new InputError(
        `instruction "${user.name}" uses the computation "${name ?? ""}", which is not defined before it.`,
      );
    return total;
  };

  const flopsOf = (instruction: Instruction, within: Computation): number => {
    const { opcode, shape } = instruction;
    if (workless.has(opcode)) return 0;
    const output = mainArray(shape);
    const elements = output === undefined ? 0 : elementsOf(output);
    switch (opcode) {
      case "dot":
        return (
          2 *
          elements *
          contracted(operand(instruction, within, 0), numbersOf(instruction, "lhs_contracting_dims") ?? [])
        );
      case "convolution":
        return convolutionFlops(instruction, within);
      case "fusion":
      case "async-start":
        return used(namesOf(instruction, "calls")[0], instruction).flops;
      case "call":
        return used(wordOf(instruction, "to_apply"), instruction).flops;
      case "while":
        return (
          tripCount(instruction) *
          (used(wordOf(instruction, "body"), instruction).flops +
            used(wordOf(instruction, "condition"), instruction).flops)
        );
      case "conditional":
        return Math.max(0, ...branchesOf(instruction).map((name) => used(name, instruction).flops));
      case "reduce":
      case "map":
      case "all-reduce":
      case "all-reduce-start":
      case "reduce-scatter":
        return inputElements(instruction, within) * used(wordOf(instruction, "to_apply"), instruction).flops;
      case "reduce-window":
        return elements * windowSize(instruction) * used(wordOf(instruction, "to_apply"), instruction).flops;
      case "select-and-scatter":
        return inputElements(instruction, within) * windowSize(instruction);
      case "scatter":
        return elementsAt(instruction, within, 2);
      case "sort":
        return (
          inputElements(instruction, within) *
          Math.ceil(Math.log2(Math.max(2, sortedLength(instruction, within))))
        );
      case "custom-call":
        return customFlops(instruction, within);
      default:
        return elements;
    }
  };

  const tripCount = (instruction: Instruction): number => {
    const known = /known_trip_count[^}]{0,40}?"?n"?\s*:\s*"?(\d{1,12})/.exec(instruction.attributes)?.[1];
    if (known !== undefined) return Number(known);
    unknownLoops.add(instruction.name);
    return trips;
  };

  const customFlops = (instruction: Instruction, within: Computation): number => {
    const target = /custom_call_target="([^"]{0,200})"/.exec(instruction.attributes)?.[1] ?? "";
    if (/conv/i.test(target) && wordOf(instruction, "dim_labels") !== undefined)
      return convolutionFlops(instruction, within);
    if (/gemm|matmul/i.test(target)) {
      const listed = /lhs_contracting_dimensions"?\s*:\s*\[([^\]]{0,200})\]/.exec(
        instruction.attributes,
      )?.[1];
      const output = mainArray(instruction.shape);
      if (listed !== undefined && output !== undefined)
        return (
          2 *
          elementsOf(output) *
          contracted(operand(instruction, within, 0), listed.match(/\d+/g)?.map(Number) ?? [])
        );
    }
    unknownCalls.add(target || "without a target");
    return 0;
  };

  const typeOf = (instruction: Instruction): string => {
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
    const { flops, products } = used(namesOf(instruction, called)[0], instruction);
    const [most] = [...products].sort((a, b) => b[1] - a[1]);
    return most !== undefined && most[1] > flops / 2 ? most[0] : opcode;
  };

  // Each comes before those that use it, so no sum waits for another.
  for (const computation of module.computations.values()) {
    let flops = 0;
    const products = new Map<string, number>();
    for (const instruction of computation.instructions) {
      const own = flopsOf(instruction, computation);
      flops += own;
      const type = typeOf(instruction);
      if (own > 0 && productTypes.has(type)) products.set(type, (products.get(type) ?? 0) + own);
    }
    totals.set(computation.name, { flops, products });
  }
  return { flops: flopsOf, type: typeOf, unknownLoops, unknownCalls };
}

const productTypes = new Set(["MatMul", "BatchMatMul", "Conv2D"]);

/** Computations of a conditional: a list, or one each for true and false. */
export function branchesOf(instruction: Instruction): readonly string[] {
  const listed = namesOf(instruction, "branch_computations");
  if (listed.length > 0) return listed;
  return ["true_computation", "false_computation"].flatMap((name) => wordOf(instruction, name) ?? []);
}

export function operand(instruction: Instruction, within: Computation, index: number): ArrayShape {
  const name = instruction.operands[index];
  const source = name === undefined ? undefined : within.byName.get(name);
  const shape = source === undefined ? undefined : mainArray(source.shape);
  if (shape === undefined)
    throw new InputError(
      `instruction "${instruction.name}": operand ${index}${name === undefined ? "" : ` ("${name}")`} is not an array of "${within.name}".`,
    );
  return shape;
}

function contracted(shape: ArrayShape, dims: readonly number[]): number {
  return dims.reduce((product, dim) => {
    if (dim >= shape.dims.length)
      throw new InputError(
        `a product contracts dimension ${dim} of a tensor of ${shape.dims.length} dimensions.`,
      );
    return product * shape.dims[dim];
  }, 1);
}

/**
 * Each output element sums over the kernel's window and its input features; zeros that dilate the
 * input are no work.
 */
function convolutionFlops(instruction: Instruction, within: Computation): number {
  const labels = /_([a-z0-9?]+)->/.exec(wordOf(instruction, "dim_labels") ?? "")?.[1];
  if (labels === undefined) throw new InputError(`the convolution "${instruction.name}" has no dim_labels.`);
  const kernel = operand(instruction, within, 1);
  const output = mainArray(instruction.shape);
  const summed = [...labels].reduce(
    (product, label, dim) => (label === "o" ? product : product * (kernel.dims[dim] ?? 1)),
    1,
  );
  const dilation = (windowPart(instruction, "lhs_dilate") ?? []).reduce((product, size) => product * size, 1);
  return (2 * (output === undefined ? 0 : elementsOf(output)) * summed) / Math.max(1, dilation);
}

/** `size=3x3` of `window={size=3x3 stride=2x2}`. */
function windowPart({ attributes }: Instruction, name: string): readonly number[] | undefined {
  const window = /window=\{([^{}]{0,1000})\}/.exec(attributes)?.[1];
  const part = window === undefined ? undefined : new RegExp(`(?:^|\\s)${name}=([\\dx]+)`).exec(window)?.[1];
  return part?.split("x").map(Number);
}

const windowSize = (instruction: Instruction): number =>
  (windowPart(instruction, "size") ?? []).reduce((product, size) => product * size, 1);

/** Elements of the first operand: reducers take arrays and initial values in halves. */
const inputElements = (instruction: Instruction, within: Computation): number =>
  elementsAt(instruction, within, 0);

function elementsAt(instruction: Instruction, within: Computation, index: number): number {
  return elementsOf(operand(instruction, within, index));
}

function sortedLength(instruction: Instruction, within: Computation): number {
  const [dim = 0] = numbersOf(instruction, "dimensions") ?? [];
  return operand(instruction, within, 0).dims[dim] ?? 1;
}
