/** The order of events, as the page's paragraph "Ties" tells it. */
import type { Scenario } from "../../../env/index.ts";

/** The four steps of one instant. */
export const Step = { releases: 1, links: 2, devices: 3, flows: 4 } as const;

export interface Happening {
  readonly us: number;
  readonly step: number;
  /** Order within the step. */
  readonly key: readonly number[];
  happens(us: number): void;
}

/** Order among the releases of one producer. */
const Release = { ownEnd: 0, arrival: 1, consumer: 2, behind: 3 } as const;

export class Instants {
  readonly #list: Happening[] = [];
  readonly #op: (v: number) => number;
  readonly #device: (d: number) => number;
  readonly #link: (link: number) => number;

  constructor({ graph, cluster, fidelity }: Scenario) {
    const order = (names: readonly string[]) => {
      if (fidelity.tieBreak === "id") return (i: number) => i;
      const bytes = names.map((name) => Buffer.from(name));
      const places = names.map((_, i) => bytes.filter((other) => Buffer.compare(other, bytes[i]) < 0).length);
      return (i: number) => places[i];
    };
    this.#op = order(graph.names);
    this.#device = order(cluster.devices.map(({ name }) => name));
    this.#link = order(cluster.links.map(({ name }) => name));
  }

  at(us: number, step: number, key: readonly number[], happens: (us: number) => void): void {
    this.#list.push({ us, step, key, happens });
  }

  /** Takes the first of all and of `others`, which are not in the list; null without any. */
  first(others: readonly Happening[]): Happening | null {
    const [first = null] = [...this.#list, ...others].sort(byOrder);
    const at = first === null ? -1 : this.#list.indexOf(first);
    if (at >= 0) this.#list.splice(at, 1);
    return first;
  }

  /** `device` is given where the op takes no time and so ends in the step of devices. */
  ofEnd(v: number, device: number | null): number[] {
    return device === null ? [this.#op(v), Release.ownEnd] : [this.#device(device)];
  }

  ofArrival = (producer: number, link: number): number[] => [this.#op(producer), Release.arrival, link];
  ofConsumer = (producer: number, consumer: number): number[] => [
    this.#op(producer),
    Release.consumer,
    this.#op(consumer),
  ];
  afterConsumers = (producer: number, link: number): number[] => [this.#op(producer), Release.behind, link];
  ofDevice = (d: number): number[] => [this.#device(d)];
  ofLink = (link: number): number[] => [this.#link(link)];
}

function byOrder(a: Happening, b: Happening): number {
  if (a.us !== b.us) return a.us - b.us;
  if (a.step !== b.step) return a.step - b.step;
  for (let i = 0; i < Math.min(a.key.length, b.key.length); i++)
    if (a.key[i] !== b.key[i]) return a.key[i] - b.key[i];
  return a.key.length - b.key.length;
}
