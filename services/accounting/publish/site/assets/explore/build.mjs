// Makes explore.js and explore.css of explore.mjs and uPlot, the same bytes wherever it runs: node build.mjs FOLDER
import { build } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = resolve(process.argv[2]);
const here = import.meta.dirname;
const { version } = JSON.parse(readFileSync(join(here, "node_modules/uplot/package.json"), "utf8"));
const licence = readFileSync(join(here, "node_modules/uplot/LICENSE"), "utf8").trim();
const notice = `/*! uPlot ${version}\n\n${licence}\n*/\n`;
await build({
  entryPoints: [join(here, "explore.mjs")],
  absWorkingDir: here,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  banner: { js: notice },
  outfile: join(folder, "explore.js"),
  logLevel: "error",
});
const style = readFileSync(join(here, "node_modules/uplot/dist/uPlot.min.css"), "utf8").trim();
writeFileSync(join(folder, "explore.css"), `${notice}${style}\n`);
