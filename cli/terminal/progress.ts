/**
 * Progress of long work on stderr: a bar with the time left where stderr is a terminal, else a line
 * every few seconds. `time-left.ts` says how the time left is predicted.
 */
import { Presets, SingleBar } from "cli-progress";
import { visibleName } from "../../results/text/visible.ts";
import type { Terminal } from "./terminal.ts";
import { budgetTimeLeft, type TimeLeft, timeLeftText } from "./time-left.ts";

export interface Progress {
  /** `done` of the total, and what is being done. */
  update(done: number, doing: string): void;
  end(): void;
}

export interface ProgressOptions {
  /** What was done before, in another process. */
  readonly from?: number;
  /** False where the work may end long before its total; default true. */
  readonly usesAll?: boolean;
  /** Predicts the time left in place of the share that is done. */
  readonly timeLeft?: () => TimeLeft | null;
}

const SECONDS_BETWEEN_LINES = 5;

export function startProgress(
  terminal: Terminal,
  total: number,
  unit: string,
  options: ProgressOptions = {},
): Progress {
  const startedAt = terminal.seconds();
  const { from = 0, usesAll = true } = options;
  const elapsed = () => terminal.seconds() - startedAt;
  const left = (done: number): string => {
    const time =
      options.timeLeft === undefined
        ? budgetTimeLeft({ elapsedSeconds: elapsed(), from, done, total, usesAll })
        : options.timeLeft();
    return time === null ? "" : `, ${timeLeftText(time)}`;
  };
  return terminal.interactive ? bar(total, unit, left) : lines(terminal, total, unit, left);
}

type Left = (done: number) => string;

function bar(total: number, unit: string, left: Left): Progress {
  const drawn = new SingleBar(
    {
      format: `{bar} {percentage}% | {value} of {total} ${unit} | {duration_formatted}{left} | {doing}`,
      formatValue: (value, _, type) => (type === "value" || type === "total" ? count(value) : String(value)),
      hideCursor: true,
      clearOnComplete: true,
      fps: 5,
    },
    Presets.shades_classic,
  );
  let state = { done: 0, doing: "" };
  const draw = () =>
    drawn.update(Math.min(state.done, total), { doing: state.doing, left: left(state.done) });
  drawn.start(total, 0, { doing: "", left: "" });
  const heartbeat = setInterval(draw, 200).unref();
  return {
    update(done, doing) {
      state = { done, doing: visibleName(doing) };
    },
    end() {
      clearInterval(heartbeat);
      drawn.stop();
    },
  };
}

function lines(terminal: Terminal, total: number, unit: string, left: Left): Progress {
  let lastLineAt = terminal.seconds();
  let state = { done: 0, doing: "starting" };
  const tell = () => {
    const now = terminal.seconds();
    if (now - lastLineAt < SECONDS_BETWEEN_LINES) return;
    lastLineAt = now;
    const share = Math.min(1, state.done / total);
    terminal.note(
      `${count(state.done)} of ${count(total)} ${unit} (${Math.floor(share * 100)}%)${left(state.done)}: ${state.doing}`,
    );
  };
  // Work in another process may report nothing for a while. A line should still show that it goes
  // on.
  const heartbeat = setInterval(tell, 1_000).unref();
  return {
    update(done, doing) {
      state = { done, doing };
      tell();
    },
    end: () => clearInterval(heartbeat),
  };
}

const count = (value: number) => Math.round(value).toLocaleString("en-US");
