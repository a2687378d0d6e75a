/** What a message costs between equal devices, inside a machine and across machines. */
import type { LinkCost } from "../../../../env/model/layout/alpha-beta.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import type { MachineBorders } from "../machine-borders.ts";

export function tensorLinks(
  { cluster }: Scenario,
  { devices, insideBytesPerUs, acrossBytesPerUs }: MachineBorders,
): { readonly inside: LinkCost; readonly across: LinkCost } {
  const latencyUs = (from: number, to: number): number =>
    cluster.routes[from][to].reduce((sum, link) => sum + cluster.links[link].latencyUs, 0);
  const [first, second = first] = devices;
  const last = devices[devices.length - 1];
  return {
    inside: { alphaUs: latencyUs(first, second), usPerByte: 1 / insideBytesPerUs },
    across: { alphaUs: latencyUs(first, last), usPerByte: 1 / acrossBytesPerUs },
  };
}
