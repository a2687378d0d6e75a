/**
 * Work of HLO instructions in FLOP, 2 per multiply-add, from shapes (openxla.org, XLA operation
 * semantics):
 *
 *   dot            2 x elements of the output x sizes of the contracted dimensions
 *   convolution    2 x elements of the output x window x input features of the kernel
 *                  / dilation of the input
 *   reduce         elements of the input x work of the reducer;
 *                  the same for reduce-window, scatter, map
 *   ragged-dot     the same as a dot; each row belongs to one group
 *   sort, fft, ... see algorithms.ts
 *   pointwise      1 for each element of the output, for select and compare too
 *   moving data    0: see opcodes.ts
 *   fusion, call   the sum over the computation
 *   while          known trip count x (body + condition)
 *   conditional    the most expensive branch
 *
 * Padding counts, as in the built-in workloads. Custom calls have known work where they are cuBLAS
 * products or cuDNN convolutions. Others, and opcodes that are not listed, are unknown: 1 FLOP for
 * each element of the output.
 */
import { InputError } from "../../../env/model/errors.ts";
import { algorithmFlops, callFlops, isAlgorithmCall } from "./algorithms.ts";
import { isKnownOpcode, isWorkless } from "./opcodes.ts";
import { mainArray } from "./shape.ts";
import {
  convolutionFlops,
  elementsAt,
  inputElements,
  outputElements,
  productFlops,
  raggedFlops,
  rankAt,
  windowSize,
} from "./shape-work.ts";
import { type Computation, type HloModule, type Instruction, namesOf, numbersOf, wordOf } from "./text.ts";

const productTypes = new Set(["MatMul", "BatchMatMul", "Conv2D"]);

/** Sum over a computation. */
interface Total {
  readonly flops: number;
  /** FLOP by type of product. */
  readonly products: ReadonlyMap<string, number>;
  /** Whether the work of some instruction is a guess. */
  readonly isUnknown: boolean;
}

export class WorkReader {
  readonly #module: HloModule;
  readonly #trips: number;
  readonly #totals = new Map<string, Total>();
  readonly #unknownLoops = new Set<string>();
  readonly #unknownCalls = new Set<string>();
  readonly #open = new Set<string>();

  /** `trips` is the trip count of loops that the module gives none for. */
  constructor(module: HloModule, trips: number) {
    this.#module = module;
    this.#trips = trips;
    for (const computation of module.computations.values()) this.#total(computation);
  }

  /** Loops whose trip count the file does not give. */
  get unknownLoops(): ReadonlySet<string> {
    return this.#unknownLoops;
  }

  /** Targets of custom calls, and opcodes, whose work is not known. */
  get unknownCalls(): ReadonlySet<string> {
    return this.#unknownCalls;
  }

  /** FLOP of one instruction. */
  flops(instruction: Instruction, within: Computation): number {
    const { opcode } = instruction;
    if (isWorkless(opcode)) return 0;
    switch (opcode) {
      case "dot":
      case "scaled-dot":
        return productFlops(instruction, within, numbersOf(instruction, "lhs_contracting_dims") ?? []);
      case "ragged-dot":
        return raggedFlops(instruction, within);
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
      case "custom-call":
        return this.#customFlops(instruction, within);
      default:
        return algorithmFlops(instruction, within) ?? outputElements(instruction);
    }
  }

  /** Whether the work of the instruction, or of one that it runs, is a guess. */
  isUnknown(instruction: Instruction): boolean {
    const { opcode } = instruction;
    if (opcode === "custom-call") return this.#isUnknownCall(instruction);
    if (!isKnownOpcode(opcode)) return true;
    return calledBy(instruction).some((name) => this.#totals.get(name)?.isUnknown === true);
  }

  /** The type that decides the efficiency of devices: `MatMul`, `Conv2D`, or the opcode. */
  type(instruction: Instruction): string {
    const { opcode } = instruction;
    if (opcode === "convolution") return "Conv2D";
    if (opcode === "ragged-dot" || opcode === "scaled-dot") return "MatMul";
    if (opcode === "dot")
      return (numbersOf(instruction, "lhs_batch_dims")?.length ?? 0) > 0 ? "BatchMatMul" : "MatMul";
    if (opcode === "custom-call") {
      if (wordOf(instruction, "dim_labels") !== undefined) return "Conv2D";
      return isProduct(instruction) ? "MatMul" : opcode;
    }
    const called = { fusion: "calls", call: "to_apply", while: "body" }[opcode];
    if (called === undefined) return opcode;
    const { flops, products } = this.#used(namesOf(instruction, called)[0], instruction);
    const [most] = [...products].sort((a, b) => b[1] - a[1]);
    return most !== undefined && most[1] > flops / 2 ? most[0] : opcode;
  }

  /** A computation may come before or after those that use it. */
  #total(computation: Computation): Total {
    const known = this.#totals.get(computation.name);
    if (known !== undefined) return known;
    if (this.#open.has(computation.name))
      throw new InputError(`the computation "${computation.name}" uses itself.`);
    if (this.#open.size >= DEEPEST)
      throw new InputError(`computations use each other more than ${DEEPEST} deep.`);
    this.#open.add(computation.name);
    let flops = 0;
    let isUnknown = false;
    const products = new Map<string, number>();
    for (const instruction of computation.instructions) {
      const own = this.flops(instruction, computation);
      flops += own;
      isUnknown ||= this.isUnknown(instruction);
      const type = this.type(instruction);
      if (own > 0 && productTypes.has(type)) products.set(type, (products.get(type) ?? 0) + own);
    }
    this.#open.delete(computation.name);
    const total = { flops, products, isUnknown };
    this.#totals.set(computation.name, total);
    return total;
  }

  #used(name: string | undefined, user: Instruction): Total {
    const computation = this.#module.computations.get(name ?? "");
    if (computation === undefined)
      throw new InputError(
        `instruction "${user.name}" uses the computation "${name ?? ""}", which is not defined.`,
      );
    return this.#total(computation);
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
    const config = `${attributes.get("backend_config") ?? ""} ${attributes.get("frontend_attributes") ?? ""}`;
    const known = /known_trip_count[^}]{0,40}?\\?"?n\\?"?\s*:\s*\\?"?(\d{1,12})/.exec(config)?.[1];
    if (known !== undefined) return Number(known);
    this.#unknownLoops.add(name);
    return this.#trips;
  }

  #customFlops(instruction: Instruction, within: Computation): number {
    if (!this.#isUnknownCall(instruction)) return knownCallFlops(instruction, within);
    this.#unknownCalls.add(targetOf(instruction) || "without a target");
    return outputElements(instruction);
  }

  #isUnknownCall(instruction: Instruction): boolean {
    if (worklessCalls.test(targetOf(instruction))) return false;
    return !isConvolution(instruction) && !isProduct(instruction) && !isAlgorithmCall(targetOf(instruction));
  }
}

const DEEPEST = 1000;

/** Computations that an instruction runs. */
const calledBy = (instruction: Instruction): readonly string[] =>
  [
    "calls",
    "to_apply",
    "body",
    "condition",
    "branch_computations",
    "true_computation",
    "false_computation",
  ].flatMap((name) => namesOf(instruction, name));

const targetOf = ({ attributes }: Instruction): string => attributes.get("custom_call_target") ?? "";
/** Calls that only annotate or place data. */
const worklessCalls =
  /^(Sharding|SPMD(Full|Shard)To(Shard|Full)Shape|annotate_device_placement|MoveTo(Host|Device)|Pin\w*|AllocateBuffer|LayoutConstraint|xla\.sdy\.\w+)$/;
const isConvolution = (instruction: Instruction): boolean =>
  /conv/i.test(targetOf(instruction)) && wordOf(instruction, "dim_labels") !== undefined;
const isProduct = (instruction: Instruction): boolean =>
  /gemm|matmul/i.test(targetOf(instruction)) && mainArray(instruction.shape) !== undefined;

/** A product whose configuration has no dimensions sums over the last one of its first operand. */
function knownCallFlops(instruction: Instruction, within: Computation): number {
  if (worklessCalls.test(targetOf(instruction))) return 0;
  if (isConvolution(instruction)) return convolutionFlops(instruction, within);
  if (isAlgorithmCall(targetOf(instruction))) return callFlops(targetOf(instruction), instruction, within);
  const config = instruction.attributes.get("backend_config") ?? "";
  const listed = /lhs_contracting_dimensions\\?"?\s*:\s*\[([^\]]{0,200})\]/.exec(config)?.[1];
  const dims = listed?.match(/\d+/g)?.map(Number) ?? [rankAt(instruction, within, 0) - 1];
  return productFlops(instruction, within, dims);
}

/** Computations of a conditional: a list, or one each for true and false. */
function branchesOf(instruction: Instruction): readonly string[] {
  const listed = namesOf(instruction, "branch_computations");
  if (listed.length > 0) return listed;
  return ["true_computation", "false_computation"].flatMap((name) => wordOf(instruction, name) ?? []);
}
