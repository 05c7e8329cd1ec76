// Asking an operation from the reference: the token stays in this page's memory, and goes to this server alone.

const token = document.querySelector("#token");
token.form.addEventListener("submit", (event) => event.preventDefault());
document.querySelector("#origin").textContent = location.origin;
const LONGEST = 20000;
const READABLE = /json|text|xml|csv/;

// Headers are ASCII: what is beyond is percent-encoded, as the services read it.
const written = (value) => value.replace(/[^\x20-\x7e]+/g, encodeURIComponent);

function field(told) {
  const input = document.createElement("input");
  input.value = told.dataset.example;
  input.setAttribute("aria-label", told.dataset.name);
  told.append(input);
  return { name: told.dataset.name, place: told.dataset.place, input };
}

function editable(example) {
  const area = document.createElement("textarea");
  area.value = example.textContent;
  area.rows = Math.min(area.value.split("\n").length + 1, 24);
  area.spellcheck = false;
  area.setAttribute("aria-label", example.getAttribute("aria-label"));
  area.dataset.type = example.dataset.type;
  example.replaceWith(area);
  return area;
}

function address(path, fields) {
  const query = new URLSearchParams();
  let filled = path;
  for (const { name, place, input } of fields) {
    if (place === "path") filled = filled.replace(`{${name}}`, encodeURIComponent(input.value).replaceAll("%2B", "+"));
    if (place === "query" && input.value) query.append(name, input.value);
  }
  return query.size ? `${filled}?${query}` : filled;
}

function headersOf(fields, body) {
  const headers = token.value ? { Authorization: `Bearer ${token.value.trim()}` } : {};
  if (body) headers["Content-Type"] = body.dataset.type;
  for (const { name, place, input } of fields) if (place === "header" && input.value) headers[name] = written(input.value);
  return headers;
}

async function told(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  if (READABLE.test(type)) return `${answer.status} ${type}\n\n${(await answer.text()).slice(0, LONGEST)}`;
  return `${answer.status} ${type}\n\n${(await answer.blob()).size} B`;
}

function addTry(operation) {
  const { path, method } = operation.dataset;
  const fields = [...operation.querySelectorAll("dd[data-name]")].map(field);
  const example = operation.querySelector("pre.body");
  const body = example && editable(example);
  const button = document.createElement("button");
  button.textContent = operation.dataset.try;
  const answer = document.createElement("pre");
  answer.tabIndex = 0;
  answer.setAttribute("role", "status");
  answer.hidden = true;
  button.addEventListener("click", async () => {
    const asked = address(path, fields);
    answer.hidden = false;
    answer.textContent = `${method} ${asked}`;
    button.disabled = true;
    try {
      const sent = { method, headers: headersOf(fields, body), body: body?.value, credentials: "omit" };
      answer.textContent = `${method} ${asked}\n${await told(await fetch(asked, sent))}`;
    } catch (trouble) {
      answer.textContent = `${method} ${asked}\n${trouble.message}`;
    }
    button.disabled = false;
  });
  operation.append(button, answer);
}

document.querySelectorAll(".operation[data-path]").forEach((operation) => {
  operation.addEventListener("toggle", () => addTry(operation), { once: true });
});

// An address of an operation, or of a schema, unfolds it.
function unfold() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named?.matches("details")) named.open = true;
}
addEventListener("hashchange", unfold);
unfold();
