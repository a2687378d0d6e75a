/** "The link with the least speed per transfer fixes the rate of its transfers, then the next." */
import type { Scenario } from "../../../env/index.ts";
import type { Message } from "./page-needs.ts";

export interface Flow {
  readonly message: Message;
  /** Bytes that are left. */
  left: number;
  rate: number;
}

export function fairRates(flows: readonly Flow[], { cluster }: Scenario): void {
  const speed = cluster.links.map(({ bytesPerUs }) => bytesPerUs);
  const open = new Set(flows);
  while (open.size > 0) {
    let [least, users]: [number, Flow[]] = [Number.POSITIVE_INFINITY, []];
    for (const [link, left] of speed.entries()) {
      const here = [...open].filter(({ message }) => message.route.includes(link));
      if (here.length === 0 || left / here.length >= least) continue;
      [least, users] = [left / here.length, here];
    }
    for (const flow of users) {
      flow.rate = least;
      for (const link of flow.message.route) speed[link] -= least;
      open.delete(flow);
    }
  }
}
