/**
 * A cluster from its cables. Cables of given speeds join devices and switches, and the route
 * between each pair of devices follows. Trees, meshes, tori and racks are built with it.
 *
 * A `shortest` route has the fewest cables, and of those the widest narrowest cable. A `widest`
 * route has the widest narrowest cable, and of those the fewest cables. Of equal routes the first
 * in breadth-first order of the declared cables is taken. A route passes through switches and
 * through devices that are named as relays. A relay is a GPU that forwards for others, or a host
 * that stages transfers in its memory.
 *
 * Pre: names are unique, and cables name devices and switches. Post: the cluster is valid and its
 * devices are in the given order. A cable gives two links in declared order, `a -> b` and `b -> a`;
 * a half-duplex cable gives one, `a - b`.
 */
import { type Cluster, type Device, type Link, validateCluster } from "../../env/model/cluster/cluster.ts";
import { InputError } from "../../env/model/errors.ts";

export interface LinkSpeed {
  readonly bytesPerUs: number;
  readonly latencyUs: number;
}

export interface Cable {
  readonly ends: readonly [string, string];
  readonly speed: LinkSpeed;
  /**
   * Full by default: as fast in both directions at once. A half-duplex cable carries one transfer
   * in either.
   */
  readonly duplex?: "half";
}

export interface Fabric {
  readonly name: string;
  readonly devices: readonly Device[];
  /** Nodes that pass transfers on and compute nothing. */
  readonly switches?: readonly string[];
  /** Devices that pass on transfers for others. */
  readonly relays?: readonly string[];
  readonly cables: readonly Cable[];
  readonly routes?: "shortest" | "widest";
  /** Left out where each stop of a route stores a transfer before it passes it on. */
  readonly routing?: Cluster["routing"];
}

/** One direction of a cable. */
interface Arc {
  readonly to: number;
  readonly link: number;
  readonly bytesPerUs: number;
}

/** Nodes are the devices and then the switches, by number. */
interface Network {
  readonly nodes: readonly string[];
  readonly links: readonly Link[];
  /** Of each node. */
  readonly arcs: readonly (readonly Arc[])[];
  /** Whether a node passes on transfers for others. */
  readonly passesOn: readonly boolean[];
  /** Speeds of the links in bytes per us, each once, widest first. */
  readonly widths: readonly number[];
}

export function fabricCluster(fabric: Fabric): Cluster {
  const { name, devices, routing } = fabric;
  const network = networkOf(fabric);
  const routes = devices.map((_, from) => routesFrom(fabric, network, from));
  return validateCluster({
    name,
    devices,
    links: network.links,
    routes,
    ...(routing !== undefined && { routing }),
  });
}

function networkOf({ name, devices, switches = [], relays = [], cables }: Fabric): Network {
  const nodes = [...devices.map((device) => device.name), ...switches];
  const numberOf = new Map(nodes.map((node, number) => [node, number]));
  const number = (node: string, what: string): number => {
    const found = numberOf.get(node);
    if (found === undefined)
      throw new InputError(
        `Cluster "${name}": ${what} names "${node}", expected one of ${nodes.join(", ")}.`,
      );
    return found;
  };
  if (numberOf.size < nodes.length)
    throw new InputError(`Cluster "${name}": two devices or switches have one name.`);
  const passesOn = nodes.map((_, node) => node >= devices.length);
  for (const relay of relays) passesOn[number(relay, "a relay")] = true;

  const links: Link[] = [];
  const arcs: Arc[][] = nodes.map(() => []);
  for (const { ends, speed, duplex } of cables) {
    const [a, b] = ends.map((end) => number(end, "a cable"));
    const { bytesPerUs } = speed;
    const forth = links.push({ name: ends.join(duplex === "half" ? " - " : " -> "), ...speed }) - 1;
    const back = duplex === "half" ? forth : links.push({ name: `${ends[1]} -> ${ends[0]}`, ...speed }) - 1;
    arcs[a].push({ to: b, link: forth, bytesPerUs });
    arcs[b].push({ to: a, link: back, bytesPerUs });
  }
  const widths = [...new Set(links.map(({ bytesPerUs }) => bytesPerUs))].sort((a, b) => b - a);
  return { nodes, links, arcs, passesOn, widths };
}

/** The route from a device to each device, itself included. */
function routesFrom(
  { name, devices, routes = "shortest" }: Fabric,
  { nodes, arcs, passesOn, widths }: Network,
  from: number,
): readonly (readonly number[])[] {
  const found: (readonly number[] | undefined)[] = devices.map((_, to) => (to === from ? [] : undefined));
  // Widest cables first: a route over narrower ones has to be shorter to be better.
  for (const width of widths) {
    const reached = routesOver(arcs, passesOn, from, width);
    for (let to = 0; to < devices.length; to++) {
      const route = reached(to);
      const known = found[to];
      if (route === null) continue;
      if (known === undefined || (routes === "shortest" && route.length < known.length)) found[to] = route;
    }
  }
  return found.map((route, to) => {
    if (route === undefined)
      throw new InputError(
        `Cluster "${name}": no cables lead from "${nodes[from]}" to "${nodes[to]}" through switches and relays.`,
      );
    return route;
  });
}

/**
 * Breadth-first search over the cables of at least a width. The result gives the links from `from`
 * to a node, or null where no cables lead there.
 */
function routesOver(
  arcs: readonly (readonly Arc[])[],
  passesOn: readonly boolean[],
  from: number,
  width: number,
): (to: number) => readonly number[] | null {
  const cameFrom = new Map<number, { readonly node: number; readonly link: number }>();
  const queue = [from];
  for (const node of queue) {
    if (node !== from && !passesOn[node]) continue;
    for (const { to, link, bytesPerUs } of arcs[node]) {
      if (bytesPerUs < width || to === from || cameFrom.has(to)) continue;
      cameFrom.set(to, { node, link });
      queue.push(to);
    }
  }
  return (to) => {
    if (!cameFrom.has(to)) return null;
    const route: number[] = [];
    for (let node = to; node !== from; node = cameFrom.get(node)!.node)
      route.unshift(cameFrom.get(node)!.link);
    return route;
  };
}
