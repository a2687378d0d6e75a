/** Which ops need which tensors, and which transfers meet those needs under a placement. */
import { CONTROL } from "../../model/graph/graph.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { Need, Tensor, Transfer } from "./tasks.ts";

/** What every op waits for, consumer by consumer in declared order. */
export function referenceNeeds({ graph, fidelity }: Scenario): Need[] {
  const tensors = new Map<string, Tensor>();
  const tensorOf = (producer: number, port: number, bytes: number): Tensor => {
    const key = `${producer}:${port} ${bytes}`;
    const tensor = tensors.get(key) ?? { number: tensors.size, producer, port, bytes };
    tensors.set(key, tensor);
    return tensor;
  };
  const needs: Need[] = [];
  for (let consumer = 0; consumer < graph.opCount; consumer++) {
    const own: Need[] = [];
    for (let e = graph.inStart[consumer]; e < graph.inStart[consumer + 1]; e++) {
      const producer = graph.edgeSource[e];
      const outputs = graph.outputBytes.slice(graph.outputStart[producer], graph.outputStart[producer + 1]);
      const isControl = graph.edgeOutput[e] === CONTROL;
      let tensor: Tensor | null = null;
      if (!isControl) tensor = tensorOf(producer, graph.edgeOutput[e], graph.edgeBytes[e]);
      else if (fidelity.controlEdges === "output-0") tensor = tensorOf(producer, 0, outputs[0] ?? 0);
      const same = own.findIndex(
        (need) => need.producer === producer && (fidelity.pairOutputs === "last" || need.tensor === tensor),
      );
      const need = { producer, consumer, tensor };
      if (same === -1) own.push(need);
      else own[same] = need;
    }
    needs.push(...own);
  }
  return needs;
}

/** The needs that each op meets, in the order given. */
export function needsByProducer(needs: readonly Need[], opCount: number): Need[][] {
  const lists = Array.from({ length: opCount }, (): Need[] => []);
  for (const need of needs) lists[need.producer].push(need);
  return lists;
}

/** Is the need met on the device of its producer, without a transfer? */
export function isLocal({ producer, consumer, tensor }: Need, device: ArrayLike<number>): boolean {
  return device[consumer] === device[producer] || tensor === null;
}

/** What op v sends, in declared order; `needs` are those that it meets. */
export function transfersOf(
  v: number,
  { cluster, fidelity }: Scenario,
  device: ArrayLike<number>,
  needs: readonly Need[],
): Transfer[] {
  const sent: Transfer[] = [];
  for (const need of needs.filter((own) => !isLocal(own, device))) {
    const to = device[need.consumer];
    const serves = (transfer: Transfer): boolean => {
      if (fidelity.multicast === "per-consumer" || transfer.needs[0].tensor !== need.tensor) return false;
      return fidelity.multicast === "free" || transfer.to === to;
    };
    const shared = sent.find(serves);
    if (shared !== undefined) {
      shared.needs.push(need);
      continue;
    }
    const route = cluster.routes[device[v]][to];
    const bytes = need.tensor!.bytes;
    sent.push({ producer: v, to, bytes, startUs: [], arriveUs: [], needs: [need], route });
  }
  return sent;
}
