/** What the watched process says of each command line. */
export type WatchdogMessage =
  | {
      readonly kind: "begins";
      readonly number: number;
      readonly line: readonly string[];
      /** The scenario file, so that a fault can be repeated. */
      readonly file: unknown;
    }
  | {
      readonly kind: "ends";
      readonly number: number;
      readonly code: number;
      readonly cpuSeconds: number;
      readonly fault: string | null;
    };
