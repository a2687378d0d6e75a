/** Which switches of a fidelity the engine can combine. */
import { InputError } from "../../model/errors.ts";
import type { Fidelity } from "../../model/fidelity/fidelity.ts";

/** Throws one sentence where the engine cannot run the fidelity. */
export function checkFidelity(fidelity: Fidelity): void {
  const { name, multicast, memory, overlap, dispatch, contention, routing } = fidelity;
  if (multicast === "free" && memory === "training")
    throw new InputError(
      `Fidelity "${name}": free multicast cannot be combined with training memory; use memory "outputs-only" or multicast "per-device".`,
    );
  if (multicast === "free" && !overlap)
    throw new InputError(
      `Fidelity "${name}": free multicast has no one receiver that could stop computing; without overlap use multicast "per-device".`,
    );
  if (dispatch === "ready" && !overlap)
    throw new InputError(
      `Fidelity "${name}": where ops and transfers of a device exclude each other, dispatch has to be "strict".`,
    );
  if (contention === "fair" && !(routing === "cut-through" && overlap))
    throw new InputError(
      `Fidelity "${name}": fair sharing of links needs routing "cut-through" and overlap, since all transfers go on at once.`,
    );
  checkTransferOrder(fidelity);
}

/**
 * An order of transfers needs queues, and every transfer in the queues of all its links at once.
 */
function checkTransferOrder({ name, transferOrder, contention, routing, overlap }: Fidelity): void {
  if (transferOrder === "first-come") return;
  if (contention === "queue" && routing === "cut-through" && overlap) return;
  throw new InputError(
    `Fidelity "${name}": transferOrder "plan" needs contention "queue", routing "cut-through" and overlap.`,
  );
}
