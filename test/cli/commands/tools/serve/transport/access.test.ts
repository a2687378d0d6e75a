import { expect, test } from "vitest";
import {
  hostOf,
  isLoopback,
  servedAddress,
} from "../../../../../../cli/commands/tools/serve/transport/access.ts";

const token = "0123456789abcdef";

test("addresses of this machine need no token, others do", () => {
  for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
    expect(servedAddress(host, 0, undefined)).toEqual({ host, port: 0, token: null });
  for (const host of ["0.0.0.0", "::", "192.168.0.2", "127.0.0.1.example.org", ""]) {
    expect(() => servedAddress(host, 0, undefined)).toThrow(/must hold a token/);
    expect(servedAddress(host, 0, token).token).toBe(token);
  }
});

test("a token that is short and a port that is none are refused", () => {
  expect(() => servedAddress("::1", 0, "short")).toThrow("has 5 characters, expected at least 16");
  expect(() => servedAddress("::1", 65_536, undefined)).toThrow("--port is 65536");
});

test("the host of a header has neither port nor brackets", () => {
  expect(["localhost:80", "[::1]:80", "127.0.0.1"].map(hostOf)).toEqual(["localhost", "::1", "127.0.0.1"]);
  expect(isLoopback(hostOf("evil.example:80"))).toBe(false);
});
