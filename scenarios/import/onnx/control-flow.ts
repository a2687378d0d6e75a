/**
 * Nodes with graphs inside. A conditional costs the branch that is taken, or the one that costs
 * most. A loop costs its body as often as it runs, and its outputs have the sizes of the last pass.
 *
 * A loop of few passes is followed pass by pass, with all numbers that are known. A longer one is
 * followed until the sizes of its state stay the same; all further passes then cost the same.
 */
import { InputError } from "../../../env/model/errors.ts";
import { axisOf } from "../tensors/shapes.ts";
import { isSized, type Shape, type Tensor, UnknownTensor } from "../tensors/tensor.ts";
import { type Cost, followed, free, repeated, UNKNOWN } from "./cost.ts";
import type { OnnxOp } from "./onnx-op.ts";
import type { GraphProto } from "./schema.ts";

/** Works out a graph inside a node, given its inputs; null ones are as the graph declares them. */
export type Run = (graph: GraphProto, inputs: readonly (Tensor | null)[]) => Cost;

export interface Passes {
  /** How often a loop runs whose number of passes is not in the file. */
  readonly assumed: number;
  /** Whether as many nodes more may be followed one by one. */
  hasRoomFor(nodes: number): boolean;
  /** Called for each such loop or conditional. */
  note(type: string): void;
}

const MOST_FOLLOWED = 64;
/** Exporters write the largest integer where the condition alone ends a loop. */
const MOST_PASSES = 1e9;

const isMarked = (op: OnnxOp): boolean => ["If", "Loop", "Scan", "SequenceMap"].includes(op.type);

/** Null where the node is an ordinary one. */
export function controlFlowCost(op: OnnxOp, run: Run, passes: Passes): Cost | null {
  if (!isMarked(op)) return null;
  if (op.type === "If") return branchesCost(op, run, passes);
  const body = op.graph("body");
  if (body === null) throw new InputError("has no body.");
  if (op.type === "Loop") return loopCost(op, body, run, passes);
  return op.type === "Scan" ? scanCost(op, body, run) : mapCost(op, body, run);
}

/** A branch whose shapes do not fit the given inputs is the branch that is not taken. */
function branchesCost(op: OnnxOp, run: Run, passes: Passes): Cost {
  const [choice] = op.input(0).value ?? [];
  const attempts = ["then_branch", "else_branch"].map((name) => {
    const graph = op.graph(name);
    if (graph === null) throw new InputError(`has no ${name}.`);
    const isTaken = choice !== undefined && (choice !== 0) === (name === "then_branch");
    return { isTaken, ...attempted(() => run(graph, [])) };
  });
  const possible = attempts.flatMap(({ cost }) => (cost === null ? [] : [cost]));
  const chosen = attempts.find(({ isTaken }) => isTaken);
  const error = chosen === undefined ? attempts[0].error : chosen.error;
  if (error !== null && (chosen !== undefined || possible.length === 0)) throw error;
  if (chosen === undefined) passes.note("If");
  const taken = chosen?.cost ?? possible.reduce((a, b) => (b.flops > a.flops ? b : a));
  return {
    ...taken,
    innerParameterBytes: possible.reduce((total, cost) => total + cost.innerParameterBytes, 0),
  };
}

function attempted(make: () => Cost): { cost: Cost | null; error: InputError | null } {
  try {
    return { cost: make(), error: null };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { cost: null, error };
  }
}

const COUNTER: Tensor = { element: "int64", shape: [] };
const CONDITION: Tensor = { element: "bool", shape: [] };
const withoutValue = (tensor: Tensor | null): Tensor | null =>
  tensor === null ? null : { ...tensor, value: undefined };

/** Of a `Loop`: the passes that its first input allows, 0 where its condition is false. */
function loopPasses(op: OnnxOp, passes: Passes): { readonly count: number; readonly isKnown: boolean } {
  if (op.has(1) && op.input(1).value?.[0] === 0) return { count: 0, isKnown: true };
  const [given] = op.has(0) ? (op.input(0).value ?? []) : [];
  if (given !== undefined && given <= MOST_PASSES) return { count: Math.max(0, given), isKnown: true };
  passes.note("Loop");
  return { count: passes.assumed, isKnown: false };
}

function loopCost(op: OnnxOp, body: GraphProto, run: Run, passes: Passes): Cost {
  const { count, isKnown } = loopPasses(op, passes);
  const isFollowed = isKnown && count <= MOST_FOLLOWED && passes.hasRoomFor(count * nodesIn(body));
  let state: readonly (Tensor | null)[] = op.inputs.slice(2);
  if (!isFollowed) state = state.map(withoutValue);
  let condition = isFollowed && op.has(1) ? op.input(1) : CONDITION;
  let total: Cost | null = null;
  let done = 0;
  while (done < count) {
    const counter = isFollowed ? { ...COUNTER, value: [done] } : COUNTER;
    const pass = run(body, [counter, condition, ...state]);
    const next = pass.outputs.slice(1, 1 + state.length);
    const isSteady = !isFollowed && next.every((tensor, i) => isSameSize(tensor, state[i] ?? null));
    const isLast = isSteady || done + 1 >= MOST_FOLLOWED;
    const times = isFollowed || !isLast ? 1 : count - done;
    const cost = repeated(pass, times);
    // The weights are the same in every pass.
    total = total === null ? cost : followed(withoutWeights(total), cost);
    done += times;
    const grows = times > 1 && !isSteady;
    state = isFollowed ? next : next.map((tensor) => (grows ? UNKNOWN : withoutValue(tensor)));
    if (!isFollowed) continue;
    condition = pass.outputs[0] ?? CONDITION;
    if (condition.value?.[0] === 0) break;
  }
  const last = total ?? repeated(run(body, [COUNTER, CONDITION, ...state]), 0);
  const collected = last.outputs.slice(1 + state.length).map((tensor) => stacked(tensor, 0, done));
  return { ...last, outputs: [...state.map((tensor) => tensor ?? UNKNOWN), ...collected] };
}

/** With those of the graphs inside. */
const nodesIn = (graph: GraphProto): number =>
  graph.node.reduce(
    (total, { attribute }) =>
      attribute.reduce((all, { g }) => all + (g === null ? 0 : nodesIn(g)), total + 1),
    0,
  );

const withoutWeights = (cost: Cost): Cost => ({ ...cost, innerParameterBytes: 0 });

function isSameSize(a: Tensor, b: Tensor | null): boolean {
  if (b === null) return false;
  if (a.items !== undefined || b.items !== undefined)
    return (
      a.items?.length === b.items?.length && (a.items ?? []).every((one, i) => isSameSize(one, b.items![i]))
    );
  if (a.shape === null || b.shape === null) return a.shape === b.shape;
  return a.shape.length === b.shape.length && a.shape.every((size, axis) => size === b.shape![axis]);
}

/** The results of all passes, along a new axis. */
function stacked({ element, shape }: Tensor, given: number, count: number): Tensor {
  if (shape === null) return { element, shape };
  const axis = axisOf(given, shape.length + 1);
  return { element, shape: [...shape.slice(0, axis), count, ...shape.slice(axis)] };
}

/**
 * `Scan` passes slices of its last inputs. Before opset 9 it had the lengths of the sequences as
 * its first input, and a batch axis in front of all others.
 */
function scanCost(op: OnnxOp, body: GraphProto, run: Run): Cost {
  const isBatched = op.opset < 9;
  const inputs = isBatched ? op.inputs.slice(1) : op.inputs;
  const scanned = op.int("num_scan_inputs", 0);
  const states = inputs.slice(0, Math.max(0, inputs.length - scanned));
  const sequences = inputs.slice(states.length).map((tensor, i) => {
    if (tensor?.shape == null) throw new UnknownTensor("a scanned input");
    const shape = isBatched ? tensor.shape.slice(1) : tensor.shape;
    const axis = axisOf((op.ints("scan_input_axes") ?? [])[i] ?? 0, shape.length);
    return {
      ...tensor,
      value: undefined,
      batch: tensor.shape[0],
      size: shape[axis],
      ...without(shape, axis),
    };
  });
  if (sequences.length === 0) throw new InputError("scans nothing: num_scan_inputs is 0.");
  const [{ batch, size: count }] = sequences;
  const slices = sequences.map(({ element, shape }): Tensor => ({ element, shape }));
  const start = isBatched ? states.map(withoutBatch) : states.map(withoutValue);
  const pass = run(body, [...start, ...slices]);
  const axes = op.ints("scan_output_axes") ?? [];
  const collected = pass.outputs
    .slice(states.length)
    .map((tensor, i) => stacked(tensor, axes[i] ?? 0, count))
    .map((tensor) => (isBatched ? stacked(tensor, 0, batch) : tensor));
  const ends = states.map((tensor, i) => withoutValue(tensor) ?? pass.outputs[i] ?? UNKNOWN);
  const total = repeated(pass, count * (isBatched ? batch : 1));
  return { ...total, outputs: [...ends, ...collected] };
}

const without = (shape: Shape, axis: number) => ({ shape: shape.filter((_, i) => i !== axis) });

const withoutBatch = (tensor: Tensor | null): Tensor | null =>
  tensor === null ? null : { element: tensor.element, shape: tensor.shape?.slice(1) ?? null };

/** `SequenceMap` runs its body for each tensor of a sequence. */
function mapCost(op: OnnxOp, body: GraphProto, run: Run): Cost {
  const count = op.items(0).length;
  const argumentsOf = (i: number) => op.inputs.map((input) => input?.items?.[i] ?? input);
  let total: Cost = free([]);
  let pass: Cost | null = null;
  const results: Tensor[][] = [];
  for (let i = 0; i < count; i++) {
    const given = argumentsOf(i);
    const isSame = i > 0 && given.every((tensor, k) => isAlike(tensor, argumentsOf(i - 1)[k]));
    if (pass === null || !isSame) pass = run(body, given);
    total = followed(withoutWeights(total), pass);
    pass.outputs.forEach((tensor, k) => {
      results[k] ??= [];
      results[k].push(tensor);
    });
  }
  const outputs = op.outputNames.map((_, k): Tensor => {
    const items = results[k] ?? [];
    return { element: items[0]?.element ?? "float32", shape: null, items };
  });
  return { ...total, outputs };
}

const isAlike = (a: Tensor | null, b: Tensor | null): boolean =>
  a === b || (a !== null && isSized(a) && isSameSize(a, b));
