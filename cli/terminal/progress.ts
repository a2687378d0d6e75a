/**
 * Progress of long work on stderr: a bar with the time left where stderr is a terminal, else a line
 * every few seconds.
 */
import { Presets, SingleBar } from "cli-progress";
import { visibleName } from "../../results/visible.ts";
import type { Terminal } from "./terminal.ts";

export interface Progress {
  /** `done` of the total, and what is being done. */
  update(done: number, doing: string): void;
  end(): void;
}

const SECONDS_BETWEEN_LINES = 5;

export function startProgress(terminal: Terminal, total: number, unit: string): Progress {
  return terminal.interactive ? bar(total, unit) : lines(terminal, total, unit);
}

function bar(total: number, unit: string): Progress {
  const drawn = new SingleBar(
    {
      format: `{bar} {percentage}% | {value} of {total} ${unit} | {duration_formatted}, {eta_formatted} left | {doing}`,
      formatValue: (value, _, type) => (type === "value" || type === "total" ? count(value) : String(value)),
      hideCursor: true,
      clearOnComplete: true,
      etaBuffer: 100,
      fps: 5,
    },
    Presets.shades_classic,
  );
  drawn.start(total, 0, { doing: "" });
  const heartbeat = setInterval(() => drawn.updateETA(), 1_000).unref();
  return {
    update: (done, doing) => drawn.update(Math.min(done, total), { doing: visibleName(doing) }),
    end() {
      clearInterval(heartbeat);
      drawn.stop();
    },
  };
}

function lines(terminal: Terminal, total: number, unit: string): Progress {
  const startedAt = terminal.seconds();
  let lastLineAt = startedAt;
  let state = { done: 0, doing: "starting" };
  const tell = () => {
    const now = terminal.seconds();
    if (now - lastLineAt < SECONDS_BETWEEN_LINES) return;
    lastLineAt = now;
    const share = Math.min(1, state.done / total);
    const left =
      share > 0 && share < 1 ? `, about ${duration(((now - startedAt) * (1 - share)) / share)} left` : "";
    terminal.note(
      `${count(state.done)} of ${count(total)} ${unit} (${Math.floor(share * 100)}%)${left}: ${state.doing}`,
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

export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

const count = (value: number) => Math.round(value).toLocaleString("en-US");
