/**
 * Iterations of backward and update ops, which follow from the space of their forward op. A
 * gradient op goes over the same dimensions in the same order. Its results that lack a dimension
 * are sums over it: the gradient of weights over the batch, that of an input over the output's
 * features.
 */
import type { OpIteration } from "../../../../env/model/graph/iteration.ts";
import {
  dimensionsOf,
  iterationOf,
  lettersOf,
  type Reach,
  runs,
  type Space,
  type View,
  viewsOf,
} from "../../../../env/model/layout/space.ts";
import type { GradientTarget } from "../gradients.ts";
import { elements, type ForwardOp, type Shape, type Tensor } from "../tape.ts";

export interface GradientTensors {
  /** Gradients of outputs, each with its port and the shape that it comes in. */
  readonly incoming: readonly { readonly port: number; readonly shape: Shape }[];
  /** Forward values that the op reads. */
  readonly reads: readonly Tensor[];
  readonly gives: readonly GradientTarget[];
}

/** Null where a gradient comes in a shape that is not the tensor's. */
export function gradientIteration(op: ForwardOp, space: Space, tensors: GradientTensors): OpIteration | null {
  const { incoming, reads, gives } = tensors;
  const arrived = incoming.map(({ port, shape }) => arrivedView(space.outputs[port], shape));
  if (arrived.some((view) => view === null)) return null;
  const gradients = arrived as readonly View[];
  const outputs = gives.map((target) =>
    target === "parameters" ? space.parameters[0] : space.inputs[target],
  );
  const inputs = [...gradients, ...reads.map((tensor) => readView(op, space, tensor, gives))];
  const readsWeights = gives.some((target) => target !== "parameters");
  const parameters = readsWeights ? space.parameters : [];

  const letters = lettersOf([...viewsOf(space), ...gradients]);
  const makesImage = outputs.some(({ axes }) => [...axes].some((letter) => letter in space.halos));
  const whole = { ...space, inputs: [...space.inputs, ...gradients] };
  const reach: Reach = {
    phase: makesImage ? "backward" : "forward",
    inputs: reachedInputs(space, inputs, makesImage),
  };
  return iterationOf(dimensionsOf(whole, letters, reach), {
    inputs,
    parameters,
    outputs,
    sums: [...letters]
      .filter((letter) => inputs.some(({ axes }) => axes.includes(letter)))
      .filter((letter) => outputs.some(({ axes }) => !axes.includes(letter)))
      .join(""),
    linearIn: gradients.map((_, i) => i),
  });
}

/** Gradients of an image need rows of all results that read it; those of weights, of the image. */
function reachedInputs(space: Space, inputs: readonly View[], makesImage: boolean): readonly number[] {
  const reached = makesImage ? space.outputs : space.inputs;
  return [...inputs.keys()].filter((i) => reached.includes(inputs[i]));
}

/** Axes that the gradient has before the tensor's own are those along which it was repeated. */
function arrivedView(of: View, shape: Shape): View | null {
  if (elements(of.shape) === elements(shape)) return of;
  const missing = shape.length - of.shape.length;
  const fits = missing > 0 && of.shape.every((size, axis) => size === shape[axis + missing]);
  return fits ? { shape, axes: `${"01".slice(0, missing)}${of.axes}` } : null;
}

/** A tensor may be several inputs; the one that is read gets no gradient of this op. */
function readView(op: ForwardOp, space: Space, tensor: Tensor, gives: readonly GradientTarget[]): View {
  const places = [...op.inputs.keys()].filter((i) => op.inputs[i] === tensor);
  const place = places.find((i) => !gives.includes(i)) ?? places[0];
  return place === undefined ? space.outputs[op.outputs.indexOf(tensor)] : space.inputs[place];
}

/**
 * The sum of gradients of a tensor, element by element, so that axes which are whole for its op may
 * be split too. Null where shapes differ.
 */
export function sumIteration(made: View, shapes: readonly Shape[]): OpIteration | null {
  const view = { shape: made.shape, axes: made.axes.toLowerCase() };
  if (shapes.some((shape) => elements(shape) !== elements(view.shape))) return null;
  const letters = runs(view.axes);
  const space = {
    inputs: shapes.map(() => view),
    parameters: [],
    outputs: [view],
    sums: "",
    linearIn: [...shapes.keys()],
    halos: {},
    sizes: {},
  };
  return iterationOf(dimensionsOf(space, letters, { phase: "forward" }), space);
}

/** An update goes over the dimensions of its weights, element by element. */
export function updateIteration(space: Space, shape: Shape): OpIteration | null {
  const [weights] = space.parameters;
  if (elements(weights.shape) !== elements(shape)) return null;
  const letters = [...lettersOf(viewsOf(space))].filter((letter) => weights.axes.includes(letter));
  return iterationOf(dimensionsOf(space, letters.join(""), { phase: "forward" }), {
    inputs: [weights],
    parameters: [weights],
    outputs: [],
    sums: "",
    linearIn: [],
  });
}
