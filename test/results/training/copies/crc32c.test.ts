import { expect, test } from "vitest";
import { crc32c, maskedCrc32c } from "../../../../results/training/copies/crc32c.ts";

const ascii = (text: string) => Buffer.from(text, "ascii");

test.each([
  // RFC 3720, B.4.
  ["32 zeros", new Uint8Array(32), 0x8a9136aa],
  ["32 ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["32 rising bytes", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ["32 falling bytes", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  // The check value of the catalogue of CRCs.
  ["nine digits", ascii("123456789"), 0xe3069283],
  ["nothing", new Uint8Array(0), 0],
])("the checksum of %s is the published one", (_, bytes, checksum) => {
  expect(crc32c(bytes)).toBe(checksum);
});

test("the mask can be taken off again, and no two checksums share one", () => {
  const unmasked = (masked: number) => {
    const rotated = (masked - 0xa282ead8) >>> 0;
    return ((rotated >>> 17) | (rotated << 15)) >>> 0;
  };
  for (const text of ["", "a", "abc", "message digest"]) {
    expect(unmasked(maskedCrc32c(ascii(text)))).toBe(crc32c(ascii(text)));
    expect(maskedCrc32c(ascii(text))).not.toBe(crc32c(ascii(text)));
  }
});
