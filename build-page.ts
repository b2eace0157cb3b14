// Builds the web page: each file as it is, and packed with gzip and brotli beside it, so that nobody packs at run time.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build, type Plugin } from "vite";

/** What of uPlot is never drawn here: other shapes of lines, logarithmic axes, tables to join, legends, dates in its own words. */
const UNUSED: readonly (readonly [text: string, instead: string])[] = [
  ["uPlot.join = join;", ""],
  ["uPlot.fmtDate = fmtDate;", ""],
  ["uPlot.tzDate  = tzDate;", ""],
  ["(paths.stepped = stepped);", ""],
  ["(paths.bars    = bars);", ""],
  ["(paths.spline  = monotoneCubic);", ""],
  ["const showLegend = legend.show;", "const showLegend = false;"],
  ["const mode = self.mode;", "const mode = 1;"],
  ["const mode = u.mode;", "const mode = 1;"],
  ["let mode = self.mode;", "const mode = 1;"],
  ["const _fmtDate = (opts.fmtDate || fmtDate);", ""],
  [
    "timeAxisVals(_tzDate, timeAxisStamps((ms == 1 ? _timeAxisStampsMs : _timeAxisStampsS), _fmtDate))",
    "null",
  ],
  ["timeAxisVals(_tzDate, timeAxisStamps(av, _fmtDate))", "av"],
  ["timeAxisVal(_tzDate, av)", "av"],
  ["timeSeriesVal(_tzDate, timeSeriesStamp(_timeSeriesStamp, _fmtDate))", "numSeriesVal"],
  ["timeSeriesVal(_tzDate, timeSeriesStamp(sv, _fmtDate))", "sv"],
  [
    "sc.distr == 3 ? logAxisSplits : sc.distr == 4 ? asinhAxisSplits : numAxisSplits",
    "numAxisSplits",
  ],
  [
    "sc.distr >= 3 && sc.log == 10 ? log10AxisValsFilt : sc.distr == 3 && sc.log == 2 ? log2AxisValsFilt : retArg1",
    "retArg1",
  ],
];

/** Takes it out, a twentieth of the page. Another uPlot, in which it reads otherwise, fails the build. */
const leanPlot: Plugin = {
  name: "lean-plot",
  transform(code, id) {
    if (!id.endsWith("/uPlot.esm.js")) return null;
    return UNUSED.reduce((text, [unused, instead]) => {
      if (!text.includes(unused)) throw new Error(`uPlot has no "${unused}" any more`);
      return text.replace(unused, instead);
    }, code);
  },
};

export async function buildPage(out: string): Promise<void> {
  await build({
    configFile: false,
    root: "controller/page",
    base: "/",
    logLevel: "warn",
    plugins: [leanPlot],
    build: {
      outDir: resolve(out),
      emptyOutDir: true,
      target: "es2022",
      // Every file comes from us under a name of its own: the page's policy allows nothing inline.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
  for (const file of readdirSync(out, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) pack(join(file.parentPath, file.name));
  }
}

function pack(path: string): void {
  const raw = readFileSync(path);
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  writeFileSync(`${path}.gz`, gzipSync(raw, { level: 9 }));
  writeFileSync(`${path}.br`, brotliCompressSync(raw, { params: quality }));
}
