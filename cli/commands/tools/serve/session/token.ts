/** Compares tokens in a time that does not tell how much of them is equal. */
import { createHash, timingSafeEqual } from "node:crypto";

export const sameToken = (given: string, expected: string): boolean =>
  timingSafeEqual(digest(given), digest(expected));

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
