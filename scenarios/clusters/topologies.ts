/**
 * How GPUs and their host are wired, always with the host as the last device, where one outgoing port each (`egressCluster`)
 * is not enough: an NVLink mesh, where GPUs without a common cable go through a third; a switch, where each GPU has one link
 * up and one down. Cables are full duplex, hence two links each. A transfer over two links is stored and forwarded, so it
 * takes the time of both.
 */
import { type Cluster, type Device, type Link, validateCluster } from "../../env/index.ts";

export interface LinkSpeed {
  readonly bytesPerUs: number;
  readonly latencyUs: number;
}

/** `cables[i][j]` is the number of NVLink cables between GPUs i and j; the host is reached through PCIe. */
export function nvlinkCluster(
  name: string,
  gpus: readonly Device[],
  host: Device,
  cables: readonly (readonly number[])[],
  { cable, pcie }: { readonly cable: LinkSpeed; readonly pcie: LinkSpeed },
): Cluster {
  const links: Link[] = [];
  const hostNumber = gpus.length;
  const direct = new Map<string, number>();
  const connect = (from: number, to: number, speed: LinkSpeed) => {
    const devices = [...gpus, host];
    direct.set(`${from}>${to}`, links.length);
    links.push({ name: `${devices[from].name} -> ${devices[to].name}`, ...speed });
  };
  gpus.forEach((_, i) => {
    gpus.forEach((_, j) => {
      if (cables[i][j] > 0) connect(i, j, { ...cable, bytesPerUs: cable.bytesPerUs * cables[i][j] });
    });
    connect(i, hostNumber, pcie);
    connect(hostNumber, i, pcie);
  });
  const route = (from: number, to: number): readonly number[] => {
    if (from === to) return [];
    const link = direct.get(`${from}>${to}`);
    if (link !== undefined) return [link];
    const via = bestNeighbour(cables, from, to);
    return [direct.get(`${from}>${via}`)!, direct.get(`${via}>${to}`)!];
  };
  const numbers = [...gpus, host].map((_, i) => i);
  return validateCluster({
    name,
    devices: [...gpus, host],
    links,
    routes: numbers.map((from) => numbers.map((to) => route(from, to))),
  });
}

/** The common neighbour whose narrower cable is widest; the first of equals. */
function bestNeighbour(cables: readonly (readonly number[])[], from: number, to: number): number {
  let best = -1;
  let width = 0;
  for (let via = 0; via < cables.length; via++) {
    const narrower = Math.min(cables[from][via], cables[via][to]);
    if (narrower <= width) continue;
    width = narrower;
    best = via;
  }
  return best;
}

/** GPUs on one switch with a link up and a link down each; the host is reached through PCIe. */
export function switchCluster(
  name: string,
  gpus: readonly Device[],
  host: Device,
  { port, pcie }: { readonly port: LinkSpeed; readonly pcie: LinkSpeed },
): Cluster {
  const links = gpus.flatMap(({ name: gpu }) => [
    { name: `${gpu} -> switch`, ...port },
    { name: `switch -> ${gpu}`, ...port },
    { name: `${gpu} -> ${host.name}`, ...pcie },
    { name: `${host.name} -> ${gpu}`, ...pcie },
  ]);
  const [UP, DOWN, TO_HOST, FROM_HOST] = [0, 1, 2, 3];
  const PER_GPU = 4;
  const hostNumber = gpus.length;
  const route = (from: number, to: number): readonly number[] => {
    if (from === to) return [];
    if (from === hostNumber) return [PER_GPU * to + FROM_HOST];
    if (to === hostNumber) return [PER_GPU * from + TO_HOST];
    return [PER_GPU * from + UP, PER_GPU * to + DOWN];
  };
  const numbers = [...gpus, host].map((_, i) => i);
  return validateCluster({
    name,
    devices: [...gpus, host],
    links,
    routes: numbers.map((from) => numbers.map((to) => route(from, to))),
  });
}
