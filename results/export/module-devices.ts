/**
 * The devices of modules, from those of ops. Op names are paths such as
 * `layer_3/attention/query/matmul`, with slashes or dots. Modules are their prefixes, written with
 * dots.
 *
 * A module is listed where all forward ops below it share one device and its parent's do not. The
 * most general modules come first. Of several names that fit an op, the longest holds, as where
 * Accelerate looks parameters up.
 *
 * Only forward ops count. In PyTorch the backward pass of a module runs where its forward pass ran,
 * and weights are updated where they are. The answer also counts the other ops that a plan has
 * elsewhere.
 */
import { type OpGraph, Role } from "../../env/model/graph/graph.ts";

export interface ModuleDevices {
  /** Module and device number; the module of a whole model is the empty name. */
  readonly entries: readonly (readonly [string, number])[];
  /** Backward and update ops on another device than the forward op that they belong to. */
  readonly opsElsewhere: number;
  /**
   * Module names of several ops on different devices, which only a slash or dot told apart. The
   * first op's device holds.
   */
  readonly clashes: readonly string[];
}

interface Branch {
  readonly path: string;
  readonly children: Map<string, Branch>;
  /** Devices of the ops with just this name: none, or one where names do not clash. */
  readonly own: Set<number>;
  /** Devices of all ops from here down. */
  readonly devices: Set<number>;
}

export function moduleDevices(graph: OpGraph, device: ArrayLike<number>): ModuleDevices {
  const root = branch("");
  for (let v = 0; v < graph.opCount; v++)
    if (graph.role[v] === Role.forward) plant(root, graph.names[v], device[v]);
  let opsElsewhere = 0;
  for (let v = 0; v < graph.opCount; v++) {
    const forward = graph.twin[v];
    if (graph.role[v] !== Role.forward && forward !== -1 && device[v] !== device[forward]) opsElsewhere++;
  }
  return { ...generalFirst(root), opsElsewhere };
}

const branch = (path: string): Branch => ({ path, children: new Map(), own: new Set(), devices: new Set() });

function plant(root: Branch, name: string, device: number): void {
  let at = root;
  at.devices.add(device);
  for (const part of name.split(/[/.]/).filter(Boolean)) {
    const next: Branch = at.children.get(part) ?? branch(at.path === "" ? part : `${at.path}.${part}`);
    at.children.set(part, next);
    next.devices.add(device);
    at = next;
  }
  at.own.add(device);
}

/** Level by level, in the order of the ops. */
function generalFirst(root: Branch): Pick<ModuleDevices, "entries" | "clashes"> {
  const entries: [string, number][] = [];
  const clashes: string[] = [];
  for (let level = [root]; level.length > 0; ) {
    const below: Branch[] = [];
    for (const { path, devices, own, children } of level) {
      const [device] = devices.size === 1 ? devices : own;
      if (device !== undefined) entries.push([path, device]);
      if (own.size > 1) clashes.push(path);
      if (devices.size > 1) below.push(...children.values());
    }
    level = below;
  }
  return { entries, clashes };
}
