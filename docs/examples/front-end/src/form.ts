/**
 * Forms whose fields are named by JSON pointers (RFC 6901) into what is sent: `name="/person/surname"`. So what was
 * filled in becomes the body, and what a service finds wrong is shown at the field that it names.
 */
import type { Problem } from "./api.js";

type Field = HTMLInputElement | HTMLSelectElement;
type Leaf = string | number;
type Tree = { [name: string]: Tree | Leaf };

function fields(form: HTMLFormElement): Field[] {
  return [...form.querySelectorAll<Field>("[name^='/']")];
}

/** The body that the filled-in fields make; what is left empty is left out. Lists are the caller's to make. */
export function bodyOf(form: HTMLFormElement): Tree {
  const body: Tree = {};
  for (const field of fields(form)) {
    const value = field.value.trim();
    const path = field.name.slice(1).split("/");
    const last = path.pop();
    if (value === "" || last === undefined || field.type === "file") continue;
    let place = body;
    for (const name of path) {
      const inner = place[name];
      place = typeof inner === "object" ? inner : (place[name] = {});
    }
    place[last] = field.type === "number" ? Number(value) : value;
  }
  return body;
}

export function clearErrors(form: HTMLFormElement): void {
  form.querySelectorAll(".error").forEach((shown) => shown.remove());
  for (const field of fields(form)) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

/** Shows each error at its field, or the nearest around it; goes to the first. Gives back what no field stands for. */
export function showErrors(form: HTMLFormElement, problem: Problem): string[] {
  clearErrors(form);
  const left: string[] = [];
  for (const { pointer, parameter, detail } of problem.errors ?? []) {
    const field = nearest(form, pointer ?? `/${parameter ?? ""}`);
    if (field) showAt(field, detail);
    else left.push(`${pointer ?? parameter ?? ""} ${detail}`.trim());
  }
  form.querySelector<Field>("[aria-invalid]")?.focus();
  return left;
}

/** The field of the pointer; else the first inside it (all of `/person` is missing), else the one that it is inside. */
function nearest(form: HTMLFormElement, pointer: string): Field | undefined {
  const all = fields(form);
  return (
    all.find(({ name }) => name === pointer) ??
    all.find(({ name }) => pointer !== "/" && name.startsWith(`${pointer}/`)) ??
    all.find(({ name }) => pointer.startsWith(`${name}/`))
  );
}

function showAt(field: Field, detail: string): void {
  const shown = document.createElement("span");
  shown.className = "error";
  shown.id = `error-${field.id}`;
  shown.textContent = detail;
  document.getElementById(shown.id)?.remove();
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", shown.id);
  field.after(shown);
}
