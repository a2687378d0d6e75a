/** Signatures of a MetaGraphDef: names of inputs and results, as TensorFlow Serving calls them. */
import { InputError } from "../../../../env/model/errors.ts";
import { didYouMean } from "../../../../env/model/suggest.ts";
import type { Query } from "../../../../env/model/user/query.ts";
import type { SignatureDef } from "../messages/schema.ts";

const DEFAULT = "serving_default";
const ALL = "all";
/** What loads the variables; it is no use of the model. */
const INITIALISER = "__saved_model_init_op";

export interface Signature {
  readonly name: string;
  /** The nodes that make the results. */
  readonly fetch: readonly string[];
  /** The node of each input. */
  readonly inputs: ReadonlyMap<string, string>;
}

/** Null for the whole graph: the user wants it, or there is no signature. */
export function signatureOf(signatures: ReadonlyMap<string, SignatureDef>, options: Query): Signature | null {
  const names = [...signatures.keys()].filter((name) => name !== INITIALISER);
  const given = options.text("signature");
  if (given === ALL) return null;
  const name = given ?? (names.includes(DEFAULT) ? DEFAULT : names[0]);
  if (name === undefined) return null;
  const signature = signatures.get(name);
  if (signature === undefined)
    throw new InputError(
      `option signature is "${name}", expected ${[...names, ALL].join(", ")}.${didYouMean(name, names)}`,
    );
  const fetch = [...new Set([...signature.outputs.values()].map((output) => nodeOf(output.name)))];
  if (fetch.length === 0) return null;
  return {
    name,
    fetch,
    inputs: new Map([...signature.inputs].map(([of, input]) => [of, nodeOf(input.name)])),
  };
}

const nodeOf = (tensor: string): string => tensor.replace(/:\d+$/, "");
