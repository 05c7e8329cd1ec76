// Lints an OpenAPI document by the rules that Redocly recommends, and prints what it finds: [{severity, rule, message}]
import { createConfig, lint } from "@redocly/openapi-core";

const config = await createConfig({ extends: ["recommended"] });
const found = await lint({ ref: process.argv[2], config });
console.log(JSON.stringify(found.map(({ severity, ruleId, message }) => ({ severity, rule: ruleId, message }))));
