/**
 * An op of a graph, whole and in parts along each of its dimensions. What a part does not have is
 * NaN. Parts laid side by side, or added where they are partial sums, must be the whole.
 */
import { expect } from "vitest";
import { type OpGraph, Role } from "../../../../../env/model/graph/graph.ts";
import { type OpIteration, type TensorAxes, WHOLE } from "../../../../../env/model/graph/iteration.ts";
import type { Rng } from "../../../../../env/model/rng.ts";
import type { Tape } from "../../../../../scenarios/workloads/tape/tape.ts";
import { execute, gradientNamed, idCounts, type Operands, type Run } from "./interpreter.ts";
import type { Values } from "./kernels.ts";

interface Part {
  readonly d: number;
  readonly size: number;
  readonly from: number;
  readonly to: number;
  readonly halo: number;
  /** The inputs that need the halo. */
  readonly reached: readonly number[];
}

/** Which axis runs along the part's dimension, and which of its indices the part has. */
function share({ shape, along }: TensorAxes, { d, size, from, to }: Part) {
  const axis = along.indexOf(d);
  if (axis === WHOLE) return null;
  const n = shape[axis];
  const stride = shape.slice(axis + 1).reduce((product, other) => product * other, 1);
  const cut = (a: number) => Math.floor((n * a) / size);
  return { start: cut(from), end: cut(to), indexOf: (i: number) => Math.floor(i / stride) % n };
}

function held(tensor: TensorAxes, values: Values, part: Part, halo = 0): Values {
  const own = share(tensor, part);
  if (own === null) return values;
  const { start, end, indexOf } = own;
  return values.map((value, i) =>
    indexOf(i) >= start - halo && indexOf(i) < end + halo ? value : Number.NaN,
  );
}

export function runOf(tape: Tape, graph: OpGraph, v: number): Run {
  const own = graph.role[v] === Role.forward ? graph.names[v] : null;
  const name = own ?? (graph.twin[v] === -1 ? null : graph.names[graph.twin[v]]);
  const sums = /^(.*)\/grad_sum(_\d+)?$/.exec(graph.names[v]);
  const op = tape.ops.find((candidate) => candidate.name === (name ?? sums![1]))!;
  const { outputs, parameters } = graph.iterations![v]!;
  const does =
    own !== null
      ? "forward"
      : graph.role[v] === Role.update
        ? "update"
        : sums !== null
          ? "sum"
          : gradientNamed(op, graph.names[v]);
  const results = does === "update" ? parameters : outputs;
  return { op, does, sizes: results.map(({ shape }) => elements(shape)) };
}

const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

export function randomOperands(run: Run, iteration: OpIteration, rng: Rng): Operands {
  const ids = idCounts(run);
  const skipped = iteration.inputs.length - ids.length;
  const numbers = (shape: readonly number[], most: number, least: number) =>
    Float64Array.from({ length: elements(shape) }, () => least + rng.int(most));
  const inputs = iteration.inputs.map(({ shape }, i) => {
    const known = ids[i - skipped] ?? null;
    return known === null ? numbers(shape, 3, 1) : numbers(shape, known, 0);
  });
  const weights = iteration.parameters.map(({ shape }) => numbers(shape, 3, 1));
  return { inputs, weights: weights[0] ?? new Float64Array() };
}

/** Throws where some split of the op gives another result than the whole. */
export function expectParts(run: Run, iteration: OpIteration, operands: Operands, parts: number): void {
  const whole = execute(run, operands);
  const results = run.does === "update" ? iteration.parameters : iteration.outputs;
  iteration.dimensions.forEach(({ name, size, halo = 0, haloInputs }, d) => {
    const reached = haloInputs ?? [...operands.inputs.keys()];
    if (size < parts) return;
    const cut = (p: number) => Math.floor((size * p) / parts);
    const all = Array.from(
      { length: parts },
      (_, p): Part => ({ d, size, from: cut(p), to: cut(p + 1), halo, reached }),
    );
    const isSum = (port: number) => iteration.sums.includes(d) && !results[port].along.includes(d);
    const runPart = (part: Part, totals?: readonly (Values | null)[]) =>
      execute(run, {
        inputs: operands.inputs.map((values, i) =>
          held(iteration.inputs[i], values, part, part.reached.includes(i) ? part.halo : 0),
        ),
        weights:
          iteration.parameters.length > 0
            ? held(iteration.parameters[0], operands.weights, part)
            : operands.weights,
        ...(totals && { totals }),
      });
    const first = all.map((part) => runPart(part));
    const totals = results.map((_, port) =>
      isSum(port) ? summed(first.map((result) => result[port])) : null,
    );
    const mixed = results.some((_, port) => isSum(port)) && !results.every((_, port) => isSum(port));
    const finished = mixed ? all.map((part) => runPart(part, totals)) : first;
    results.forEach((tensor, port) => {
      const where = `${run.op.type}, ${typeof run.does === "string" ? run.does : run.does.suffix}, output ${port} along ${name}`;
      const made = isSum(port)
        ? totals[port]!
        : joined(
            tensor,
            finished.map((result) => result[port]),
            all,
          );
      if (made.some((value, i) => value !== whole[port][i]))
        expect([...made], where).toEqual([...whole[port]]);
    });
  });
}

const summed = (parts: readonly Values[]): Values =>
  parts[0].map((_, i) => parts.reduce((sum, part) => sum + part[i], 0));

/** Each element from the part that makes it; without an axis along the dimension, from any. */
function joined(tensor: TensorAxes, results: readonly Values[], parts: readonly Part[]): Values {
  return results[0].map((_, i) => {
    const makers = parts.flatMap((part, p) => {
      const own = share(tensor, part);
      return own === null || (own.indexOf(i) >= own.start && own.indexOf(i) < own.end) ? [p] : [];
    });
    const made = new Set(makers.map((p) => results[p][i]));
    if (made.size !== 1) throw new Error(`Element ${i} is made ${made.size} times.`);
    return [...made][0];
  });
}

/** The op on each of two summands of the inputs that may be partial sums, added up. */
export function expectLinear(run: Run, { linearIn }: OpIteration, operands: Operands, rng: Rng): void {
  if (linearIn.length === 0) return;
  const rests = operands.inputs.map((values, i) =>
    linearIn.includes(i) ? values.map(() => rng.int(5)) : values,
  );
  const others = operands.inputs.map((values, i) =>
    linearIn.includes(i) ? values.map((value, j) => value - rests[i][j]) : values,
  );
  const of = (inputs: readonly Values[]) => execute(run, { ...operands, inputs });
  const [whole, left, right] = [of(operands.inputs), of(rests), of(others)];
  whole.forEach((values, port) => {
    expect([...left[port].map((value, i) => value + right[port][i])], `${run.op.type} is linear`).toEqual([
      ...values,
    ]);
  });
}
