/** What a message of a client may be at most. What is larger is refused in one sentence. */
export interface FrameLimits {
  /** Bytes of a frame behind its prefix. */
  readonly bodyBytes: number;
  /** Levels of objects and lists in a header. */
  readonly depth: number;
  /** Arrays of a frame. */
  readonly arrays: number;
  /** Dimensions of an array. */
  readonly dimensions: number;
}

const MIB = 1024 * 1024;

export const frameLimits = (bodyMiB = 64): FrameLimits => ({
  bodyBytes: bodyMiB * MIB,
  depth: 64,
  arrays: 256,
  dimensions: 8,
});
