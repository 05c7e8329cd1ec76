// Serves the page from an origin of its own: node serve.mjs. Where all else is, the environment says:
// PORT of this page (3000), ISSUER that signs people in, PORTAL, PERMITS, KANDAS, CONSULAR and ACCOUNTING.
// By default, where `make run` has them.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";

const { env } = process;
const settings = {
  client: env.CLIENT ?? "example-front-end",
  issuer: env.ISSUER ?? "http://127.0.0.1:8109",
  services: {
    portal: env.PORTAL ?? "http://127.0.0.1:8101",
    permits: env.PERMITS ?? "http://127.0.0.1:8102",
    kandas: env.KANDAS ?? "http://127.0.0.1:8103",
    consular: env.CONSULAR ?? "http://127.0.0.1:8104",
    accounting: env.ACCOUNTING ?? "http://127.0.0.1:8105",
  },
};
const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript" };
const NAMES = /^\/(?:scripts\/)?[a-z-]+\.(?:html|css|js)$/;
const origins = [settings.issuer, ...Object.values(settings.services)].map((address) => new URL(address).origin);
const headers = {
  "Cache-Control": "no-cache",
  "Content-Security-Policy":
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ${origins.join(" ")}; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

async function found(path) {
  if (path === "/settings.json") return ["application/json", JSON.stringify(settings)];
  const name = path === "/" ? "/index.html" : path;
  if (!NAMES.test(name)) return null;
  const folder = name.startsWith("/scripts/") ? ["dist", name.slice("/scripts/".length)] : ["page", name];
  const body = await readFile(join(import.meta.dirname, ...folder)).catch(() => null);
  return body && [TYPES[extname(name)], body];
}

const server = createServer(async (request, response) => {
  const answer = await found(new URL(request.url, "http://localhost").pathname);
  response.writeHead(answer ? 200 : 404, { ...headers, "Content-Type": `${answer?.[0] ?? "text/plain"}; charset=utf-8` });
  response.end(answer?.[1] ?? "Not found");
});
server.listen(Number(env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
