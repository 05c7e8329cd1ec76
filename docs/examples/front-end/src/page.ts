/** What all stories do to the page. Texts of others go into it as text, never as markup. */
import { Refused } from "./api.js";
import { text } from "./texts.js";

/** The element of that id. Throws where the page has no such element: a mistake of ours. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`#${id}`);
  return found;
}

export function say(sentence: string): void {
  byId("said", HTMLElement).textContent = sentence;
}

/** A problem in the words of whoever found it, with what no field of the form stands for. */
export function sayProblem(problem: unknown, left: string[]): void {
  if (!(problem instanceof Refused)) {
    say(text("unreachable"));
    return;
  }
  const { title, detail, trace_id } = problem.problem;
  const wait = problem.retryAfter === null ? "" : ` ${text("wait-seconds")} ${problem.retryAfter}`;
  say(`${title}: ${detail} ${left.join(" ")}${wait}${trace_id ? ` (${trace_id})` : ""}`);
}

/** Rows of a name and a value. */
export function table(element: HTMLTableElement, rows: [string, string][]): void {
  element.replaceChildren(
    ...rows.map(([name, value]) => {
      const row = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = name;
      row.append(head, Object.assign(document.createElement("td"), { textContent: value }));
      return row;
    }),
  );
  element.hidden = false;
}
