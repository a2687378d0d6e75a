/**
 * Pictures of SVG files by a browser without a window. The browser is one that the machine has:
 * Chromium or Chrome, by name on the path or in `PLACEMENT_GYM_BROWSER`.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { InputError } from "../../../../env/model/errors.ts";
import type { Terminal } from "../../../terminal/terminal.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"];
const PLACES = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

export const NO_BROWSER =
  "PNG files need a browser, and none was found: install chromium or set PLACEMENT_GYM_BROWSER.";

/** Its path, null where there is none. */
export function browserOn({ variables }: Pick<Terminal, "variables">): string | null {
  const asked = variables.PLACEMENT_GYM_BROWSER;
  if (asked !== undefined && asked !== "") {
    if (existsSync(asked)) return asked;
    throw new InputError(`PLACEMENT_GYM_BROWSER is "${asked}", expected the path of a browser.`);
  }
  const folders = (variables.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...PLACES];
  return candidates.find((path) => existsSync(path)) ?? null;
}

/** Pixels of the picture for one of the SVG. */
const SCALE = 2;
const MOST_SECONDS = 60;

/** Writes `png` as the browser draws `svg`, in its whole size. */
export async function drawPng(browser: string, svg: string, png: string, text: string): Promise<void> {
  const [width, height] = sizeOf(text);
  const isRoot = process.getuid?.() === 0;
  const args = [
    "--headless",
    "--disable-gpu",
    "--hide-scrollbars",
    `--force-device-scale-factor=${SCALE}`,
    `--window-size=${width},${height}`,
    `--screenshot=${resolve(png)}`,
    // Chromium refuses to run as root in its sandbox; the file is of our own making.
    ...(isRoot ? ["--no-sandbox"] : []),
    pathToFileURL(resolve(svg)).href,
  ];
  try {
    await promisify(execFile)(browser, args, { timeout: MOST_SECONDS * 1000 });
  } catch (error) {
    throw failed(browser, png, (error as Error).message.split("\n")[0]);
  }
  if (!existsSync(png)) throw failed(browser, png, "it wrote nothing");
}

const failed = (browser: string, png: string, reason: string): InputError =>
  new InputError(`The browser "${browser}" could not draw "${png}": ${reason.replace(/\.$/, "")}.`);

function sizeOf(svg: string): readonly [width: number, height: number] {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return [Math.ceil(Number(width)), Math.ceil(Number(height))];
}
