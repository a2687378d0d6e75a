/** Annotations of a user: which mesh axis divides which dimension of an op. */
import { InputError } from "../../../env/model/errors.ts";
import type { Mesh } from "../../../env/model/layout/mesh.ts";
import type { Decision } from "../../../env/model/layout/propagation/decisions.ts";
import type { PropagationRules } from "../../../env/model/layout/propagation/rules.ts";

/** Reads a list of op:dimension:axis; throws a sentence on what is none, or on two that differ. */
export function annotationsIn({ graph }: PropagationRules, { axes }: Mesh, text: string): Decision[] {
  const texts = text.split(",").map((each) => each.trim());
  const found = texts.map((each): Decision => {
    const parts = each.split(":");
    const [axisName, name] = [parts.pop(), parts.pop()];
    const op = graph.names.indexOf(parts.join(":"));
    const dimension = graph.iterations?.[op]?.dimensions.findIndex((own) => own.name === name) ?? -1;
    const axis = axes.findIndex((own) => own.name === axisName);
    if (op !== -1 && dimension !== -1 && axis !== -1) return { op, dimension, axis };
    throw new InputError(
      `The annotation "${each}" is no op:dimension:axis of this graph; axes are ${axes.map((own) => own.name).join(", ")}.`,
    );
  });
  found.forEach(({ op, axis }, i) => {
    const other = found.findIndex((before) => before.op === op && before.axis === axis);
    if (other < i)
      throw new InputError(
        `The annotations "${texts[other]}" and "${texts[i]}" give one mesh axis to an op twice.`,
      );
  });
  return found;
}
