// Makes types of the services' OpenAPI, then scripts of the TypeScript: node build.mjs [FOLDER OF *.openapi.json]
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const SERVICES = ["portal", "permits", "consular"];
const here = import.meta.dirname;
const contracts = resolve(process.argv[2] ?? join(here, "../../../contracts/http"));

mkdirSync(join(here, "src/generated"), { recursive: true });
for (const service of SERVICES) {
  const types = await openapiTS(pathToFileURL(join(contracts, `${service}.openapi.json`)));
  writeFileSync(join(here, `src/generated/${service}.ts`), astToString(types));
}
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
execFileSync(process.execPath, [compiler, "--project", here], { stdio: "inherit" });
