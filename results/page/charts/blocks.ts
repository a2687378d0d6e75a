/**
 * Joins spans of a lane that are too narrow to see into one block, so that 3,000 ops still make a
 * picture. A block counts its spans and has the kind on which it spends most time.
 */

export interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly name: string;
}

export interface Block {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly first: string;
  readonly last: string;
  readonly count: number;
  /** Time inside the block that is not idle. */
  readonly busy: number;
}

/**
 * Pre: `spans` are in order of their start and do not overlap. `visible` is the shortest time that
 * gets a block of its own.
 */
export function blocksOf(spans: readonly Span[], visible: number): Block[] {
  const blocks: Block[] = [];
  let open: Span[] = [];
  const close = () => {
    if (open.length > 0) blocks.push(blockOf(open));
    open = [];
  };
  for (const span of spans) {
    if (span.end <= span.start) continue;
    const wide = span.end - span.start >= visible;
    const previous = open[open.length - 1];
    if (wide || (previous !== undefined && !joins(open[0], previous, span, visible))) close();
    open.push(span);
    if (wide) close();
  }
  close();
  return blocks;
}

/**
 * A narrow span joins the open block where the gap is invisible and the block is about one pixel
 * wide.
 */
function joins(first: Span, previous: Span, span: Span, visible: number): boolean {
  return span.start - previous.end < visible / 2 && span.end - first.start < 2 * visible;
}

function blockOf(spans: readonly Span[]): Block {
  const timeOf = new Map<string, number>();
  let busy = 0;
  for (const { start, end, kind } of spans) {
    busy += end - start;
    timeOf.set(kind, (timeOf.get(kind) ?? 0) + end - start);
  }
  const [kind] = [...timeOf].reduce((most, next) => (next[1] > most[1] ? next : most));
  const last = spans[spans.length - 1];
  return {
    start: spans[0].start,
    end: last.end,
    kind,
    first: spans[0].name,
    last: last.name,
    count: spans.length,
    busy,
  };
}
