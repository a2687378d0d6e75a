/** What ops wait for and what is sent, as sections 2 and 4 of the page tell it. */
import { CONTROL, type Scenario } from "../../../env/index.ts";

/** "A tensor is an output, or a slice of one where an edge carries fewer bytes." */
export interface Tensor {
  readonly producer: number;
  readonly port: number;
  readonly bytes: number;
}

export interface Wait {
  readonly producer: number;
  readonly consumer: number;
  /** Null for a control edge that moves nothing. */
  readonly tensor: Tensor | null;
}

export interface Message {
  readonly producer: number;
  readonly to: number;
  readonly bytes: number;
  readonly route: readonly number[];
  readonly waits: Wait[];
  readonly hops: { startUs: number; arriveUs: number }[];
}

/** By consumer, and for one consumer in the order of its inputs. */
export function waitsOf({ graph, fidelity }: Scenario): Wait[] {
  const waits: Wait[] = [];
  for (let consumer = 0; consumer < graph.opCount; consumer++) {
    const own: Wait[] = [];
    for (let e = graph.inStart[consumer]; e < graph.inStart[consumer + 1]; e++) {
      const producer = graph.edgeSource[e];
      const wait = { producer, consumer, tensor: tensorOf(e) };
      const at = own.findIndex(
        (other) =>
          other.producer === producer &&
          (fidelity.pairOutputs === "last" || isSame(other.tensor, wait.tensor)),
      );
      if (at < 0) own.push(wait);
      else own[at] = wait;
    }
    waits.push(...own);
  }
  return waits;

  function tensorOf(e: number): Tensor | null {
    const producer = graph.edgeSource[e];
    if (graph.edgeOutput[e] !== CONTROL)
      return { producer, port: graph.edgeOutput[e], bytes: graph.edgeBytes[e] };
    if (fidelity.controlEdges === "free") return null;
    const hasOutput = graph.outputStart[producer + 1] > graph.outputStart[producer];
    return { producer, port: 0, bytes: hasOutput ? graph.outputBytes[graph.outputStart[producer]] : 0 };
  }
}

const isSame = (a: Tensor | null, b: Tensor | null): boolean =>
  a === b ||
  (a !== null && b !== null && a.producer === b.producer && a.port === b.port && a.bytes === b.bytes);

/** The transfers of op v in the order in which they queue up. */
export function messagesOf(
  { cluster, fidelity }: Scenario,
  device: ArrayLike<number>,
  waits: readonly Wait[],
  v: number,
): Message[] {
  const messages: Message[] = [];
  for (const wait of waits) {
    if (wait.producer !== v || wait.tensor === null || device[wait.consumer] === device[v]) continue;
    const to = device[wait.consumer];
    const same = messages.find(
      (message) =>
        fidelity.multicast !== "per-consumer" &&
        isSame(message.waits[0].tensor, wait.tensor) &&
        (fidelity.multicast === "free" || message.to === to),
    );
    if (same !== undefined) same.waits.push(wait);
    else
      messages.push({
        producer: v,
        to,
        bytes: wait.tensor.bytes,
        route: cluster.routes[device[v]][to],
        waits: [wait],
        hops: [],
      });
  }
  return messages;
}
