// Asking an operation from the reference: the token stays in this page's memory, and goes to this server alone.

const token = document.querySelector("#token");
token.form.addEventListener("submit", (event) => event.preventDefault());
const LONGEST = 20000;

function field(told) {
  const input = document.createElement("input");
  input.value = told.dataset.example;
  input.setAttribute("aria-label", told.dataset.name);
  told.append(input);
  return { name: told.dataset.name, place: told.dataset.place, input };
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

function addTry(operation) {
  const fields = [...operation.querySelectorAll("dd[data-name]")].map(field);
  const button = document.createElement("button");
  button.textContent = operation.dataset.try;
  const answer = document.createElement("pre");
  answer.tabIndex = 0;
  answer.setAttribute("role", "status");
  answer.hidden = true;
  button.addEventListener("click", async () => {
    const headers = token.value ? { Authorization: `Bearer ${token.value.trim()}` } : {};
    for (const { name, place, input } of fields) if (place === "header" && input.value) headers[name] = input.value;
    const asked = address(operation.dataset.path, fields);
    answer.hidden = false;
    answer.textContent = `GET ${asked}`;
    const found = await fetch(asked, { headers, credentials: "omit" });
    const text = await found.text();
    answer.textContent = `GET ${asked}\n${found.status} ${found.headers.get("Content-Type") ?? ""}\n\n${text.slice(0, LONGEST)}`;
  });
  operation.append(button, answer);
}

document.querySelectorAll(".operation[data-path]").forEach((operation) => {
  operation.addEventListener("toggle", () => addTry(operation), { once: true });
});
