/**
 * Einstein summation, as numpy, ONNX, PyTorch and TensorFlow write it: `bij,bjk->bik`. `...` stands
 * for the axes that no letter names; they broadcast. Operands are multiplied from left to right,
 * and an index that nobody needs later is summed at once.
 */
import { InputError } from "../../../env/model/errors.ts";
import { broadcast, type Product } from "./shapes.ts";
import { elements, type Shape, shown } from "./tensor.ts";

/** An operand: the axes behind `...`, then the size of each letter. */
interface Term {
  readonly rest: Shape;
  readonly sizes: ReadonlyMap<string, number>;
}

/** Throws `InputError` where the equation does not fit the shapes. */
export function einsum(equation: string, shapes: readonly Shape[]): Product {
  const [left, right] = equation.replaceAll(" ", "").split("->");
  const words = left.split(",");
  if (words.length !== shapes.length || shapes.length === 0)
    throw new InputError(`equation "${equation.slice(0, 80)}" is not for ${shapes.length} inputs.`);
  const terms = words.map((word, i) => termOf(word, shapes[i], equation));
  const result = right ?? implicit(left);
  let last = terms[0];
  let multiplyAdds = 0;
  for (let i = 1; i < terms.length; i++) {
    const needed = new Set([...words.slice(i + 1).join(""), ...result]);
    const joint = join(last, terms[i], equation);
    multiplyAdds += elements(joint.rest) * elements([...joint.sizes.values()]);
    last = { rest: joint.rest, sizes: new Map([...joint.sizes].filter(([letter]) => needed.has(letter))) };
  }
  if (terms.length === 1) multiplyAdds = elements(shapes[0]) / 2;
  return { shape: shapeOf(result, last, equation), multiplyAdds };
}

function termOf(word: string, shape: Shape, equation: string): Term {
  const [front, back = "", ...more] = word.split("...");
  const named = front.length + back.length;
  if (more.length > 0 || named > shape.length || (!word.includes("...") && named !== shape.length))
    throw new InputError(`equation "${equation.slice(0, 80)}" does not fit the shape ${shown(shape)}.`);
  const sizes = new Map<string, number>();
  const letters = [...front, ...back];
  const axes = [...front].map((_, i) => i).concat([...back].map((_, i) => shape.length - back.length + i));
  letters.forEach((letter, i) => {
    sizes.set(letter, sizeOf(letter, sizes.get(letter) ?? 1, shape[axes[i]], equation));
  });
  return { rest: shape.slice(front.length, shape.length - back.length), sizes };
}

/** Without an arrow: the free axes, then the letters that are there once, in order. */
function implicit(left: string): string {
  const letters = left.replace(/[.,]/g, "");
  const once = [...new Set(letters)].filter((letter) => letters.split(letter).length === 2).sort();
  return (left.includes("...") ? "..." : "") + once.join("");
}

function join(a: Term, b: Term, equation: string): Term {
  const sizes = new Map(a.sizes);
  for (const [letter, size] of b.sizes)
    sizes.set(letter, sizeOf(letter, sizes.get(letter) ?? 1, size, equation));
  return { rest: broadcast([a.rest, b.rest]), sizes };
}

function sizeOf(letter: string, known: number, size: number, equation: string): number {
  if (known !== 1 && size !== 1 && known !== size)
    throw new InputError(
      `index ${letter} of the equation "${equation.slice(0, 80)}" is both ${known} and ${size}.`,
    );
  return known === 1 ? size : known;
}

function shapeOf(result: string, { rest, sizes }: Term, equation: string): Shape {
  const [front, back = ""] = result.split("...");
  const named = (letters: string): readonly number[] =>
    [...letters].map((letter) => {
      const size = sizes.get(letter);
      if (size === undefined)
        throw new InputError(`equation "${equation.slice(0, 80)}" makes ${letter} out of nothing.`);
      return size;
    });
  return [...named(front), ...(result.includes("...") ? rest : []), ...named(back)];
}
