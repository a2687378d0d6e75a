/**
 * Cuts a stream of bytes into frames. A frame that is too large is skipped as its bytes come, so
 * that what follows it is read again; nothing of it is kept.
 */
import { refusalOfPrefix } from "./decode.ts";
import { PREFIX_BYTES } from "./frame.ts";
import type { FrameLimits } from "./limits.ts";

/** A whole body, or why a frame was refused. A body is valid as long as the bytes that ended it. */
export type Cut = { readonly body: Uint8Array; readonly headerBytes: number } | { readonly refusal: string };

export interface Splitter {
  /** Takes the next bytes and answers the frames that they end, in order. */
  take(bytes: Uint8Array): Cut[];
}

export function createSplitter(limits: FrameLimits): Splitter {
  const prefix = new Uint8Array(PREFIX_BYTES);
  const numbers = new DataView(prefix.buffer);
  let prefixFilled = 0;
  let body: Body | null = null;
  let toSkip = 0;

  /** After a whole prefix; answers how many of the bytes behind it were taken. */
  const opened = (cuts: Cut[], rest: Uint8Array): number => {
    const [bodyBytes, headerBytes] = [numbers.getUint32(0, true), numbers.getUint32(4, true)];
    const refusal = refusalOfPrefix(bodyBytes, headerBytes, limits);
    prefixFilled = 0;
    if (refusal !== null) {
      cuts.push({ refusal });
      toSkip = bodyBytes;
      return 0;
    }
    if (rest.length < bodyBytes) {
      body = bodyOf(bodyBytes, headerBytes);
      return 0;
    }
    cuts.push({ body: new Uint8Array(rest.buffer, rest.byteOffset, bodyBytes), headerBytes });
    return bodyBytes;
  };
  return {
    take(bytes) {
      const cuts: Cut[] = [];
      let at = 0;
      while (at < bytes.length) {
        if (toSkip > 0) {
          const skipped = Math.min(toSkip, bytes.length - at);
          toSkip -= skipped;
          at += skipped;
          continue;
        }
        if (body === null) {
          const part = bytes.subarray(at, at + PREFIX_BYTES - prefixFilled);
          prefix.set(part, prefixFilled);
          prefixFilled += part.length;
          at += part.length;
          if (prefixFilled === PREFIX_BYTES) at += opened(cuts, bytes.subarray(at));
        } else at += body.take(bytes.subarray(at));
        if (body?.isWhole === true) {
          cuts.push(body.cut());
          body = null;
        }
      }
      return cuts;
    },
  };
}

interface Body {
  readonly isWhole: boolean;
  /** Answers how many of the bytes it has taken. */
  take(bytes: Uint8Array): number;
  cut(): Cut;
}

/** Grows with what comes: a length that a client only claims takes no memory. */
function bodyOf(bodyBytes: number, headerBytes: number): Body {
  let room = new Uint8Array(Math.min(bodyBytes, 65_536));
  let filled = 0;
  return {
    get isWhole() {
      return filled === bodyBytes;
    },
    take(bytes) {
      const part = bytes.subarray(0, bodyBytes - filled);
      if (filled + part.length > room.length) {
        const larger = new Uint8Array(Math.min(bodyBytes, 2 * (filled + part.length)));
        larger.set(room.subarray(0, filled));
        room = larger;
      }
      room.set(part, filled);
      filled += part.length;
      return part.length;
    },
    cut: () => ({ body: room.subarray(0, bodyBytes), headerBytes }),
  };
}
