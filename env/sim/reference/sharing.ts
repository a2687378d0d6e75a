/** The specification of links that share their speed. Twin of kernel/assembly/sharing.ts. */
import type { Scenario } from "../../model/scenario.ts";
import type { Flow } from "./tasks.ts";

/**
 * Max-min fair rates: the link with the least speed per transfer fixes the rate of its transfers,
 * then the next link.
 */
export function shareSpeeds(flows: Flow[], { cluster }: Scenario): void {
  const leftOf = cluster.links.map(({ bytesPerUs }) => bytesPerUs);
  let open = [...flows];
  let share = 0;
  while (open.length > 0) {
    const usersOf = cluster.links.map((_, link) =>
      open.filter(({ transfer }) => transfer.route.includes(link)),
    );
    const shareOf = leftOf.map((left, link) =>
      usersOf[link].length === 0 ? Number.POSITIVE_INFINITY : left / usersOf[link].length,
    );
    const tightest = shareOf.indexOf(Math.min(...shareOf));
    share = Math.max(share, shareOf[tightest]);
    for (const flow of usersOf[tightest]) {
      flow.rate = share;
      for (const link of flow.transfer.route) leftOf[link] -= share;
    }
    open = open.filter((flow) => !usersOf[tightest].includes(flow));
  }
}
