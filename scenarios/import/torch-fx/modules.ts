/**
 * Parameters that several calls of modules share: those of a module that is called more than once,
 * and those that two modules have in common. Each is an op of its own.
 *
 * Files of the first recipe do not name modules. FX names the second call of `fc` as `fc_1`. A call
 * with such a name, of the same class and parameters, is taken as a call of `fc`.
 */
import type { FxNode } from "./file.ts";
import type { TensorType } from "./tensor-type.ts";

interface SharedWeight {
  /** Name of the op. */
  readonly name: string;
  readonly tensor: TensorType;
}

export class SharedModules {
  readonly weights: readonly SharedWeight[];
  /** Names of calls that are second ones only by their names. */
  readonly assumed: readonly string[];
  readonly #keys = new Map<FxNode, readonly string[]>();
  readonly #names = new Map<string, string>();

  constructor(nodes: readonly FxNode[], isTaken: (name: string) => boolean) {
    const calls = nodes.filter(({ op, own }) => op === "call_module" && own.length > 0);
    const byName = new Map(calls.map((call) => [call.name, call]));
    const assumed: string[] = [];
    const users = new Map<string, number>();
    const tensors = new Map<string, TensorType>();
    for (const call of calls) {
      const first = call.module == null ? firstCall(call, byName) : undefined;
      if (first !== undefined) assumed.push(call.name);
      const module = call.module ?? (first ?? call).name;
      const keys = call.own.map((tensor, i) => tensor.name ?? `${module}.${i}`);
      this.#keys.set(call, keys);
      for (const key of new Set(keys)) users.set(key, (users.get(key) ?? 0) + 1);
      keys.forEach((key, i) => {
        tensors.set(key, call.own[i]);
      });
    }
    this.assumed = assumed;
    const shared = [...tensors].filter(([key]) => users.get(key)! > 1);
    this.weights = shared.map(([key, tensor]) => {
      let name = key;
      while (isTaken(name)) name += "_";
      this.#names.set(key, name);
      return { name, tensor };
    });
  }

  /** The parameters that a call shares with others, and those that it has alone. */
  weightsOf(call: FxNode): { readonly shared: readonly string[]; readonly own: readonly TensorType[] } {
    const keys = this.#keys.get(call) ?? [];
    return {
      shared: [...new Set(keys)].flatMap((key) => this.#names.get(key) ?? []),
      own: call.own.filter((_, i) => !this.#names.has(keys[i])),
    };
  }
}

/** The call whose name this one repeats with a number. */
function firstCall(call: FxNode, byName: ReadonlyMap<string, FxNode>): FxNode | undefined {
  const first = byName.get(/^(.+)_\d+$/.exec(call.name)?.[1] ?? "");
  if (first === undefined || first.target !== call.target || first.module != null) return undefined;
  const shapes = ({ own }: FxNode) => JSON.stringify(own.map(({ dtype, shape }) => [dtype, shape]));
  return shapes(first) === shapes(call) ? first : undefined;
}
