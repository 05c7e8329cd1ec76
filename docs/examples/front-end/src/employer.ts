/** An employer asks how many foreigners it may hire in a region, and applies for a permit for one. */
import { Refused, type Service } from "./api.js";
import { bodyOf, clearErrors, showErrors } from "./form.js";
import type { components, paths } from "./generated/permits.js";
import { byId, say, sayProblem, table } from "./page.js";
import { text } from "./texts.js";

type Application = components["schemas"]["Application"];
type Room = components["schemas"]["Room"];

/** The employer's number of the application: the same until it is taken, so that sending twice applies once. */
let number = crypto.randomUUID();

export function tellOfEmployers(permits: Service<paths>): void {
  const form = byId("application", HTMLFormElement);
  byId("ask-room", HTMLButtonElement).addEventListener("click", () => void ask(permits, form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void apply(permits, form);
  });
}

async function ask(permits: Service<paths>, form: HTMLFormElement): Promise<void> {
  clearErrors(form);
  const { employer_bin, region } = bodyOf(form);
  try {
    const places = { bin: String(employer_bin ?? "") };
    const { body } = await permits.get("/v1/employers/{bin}/hiring-room", places, { region: String(region ?? "") });
    table(byId("rooms", HTMLTableElement), body.rooms.map(row));
    say(`${text("room-of")} ${body.day}`);
  } catch (problem) {
    refused(form, problem);
  }
}

function row({ category, at_most, limits }: Room): [string, string] {
  const why = limits.map(({ explanation, remedy }) => (remedy ? `${explanation}: ${remedy}` : explanation));
  return [`${text("category")} ${category ?? "–"}`, [String(at_most), ...why].join("; ")];
}

async function apply(permits: Service<paths>, form: HTMLFormElement): Promise<void> {
  clearErrors(form);
  const { workers, ...rest } = bodyOf(form);
  const asked = { source_id: number, kind: "employer", ...rest, workers: Object.values(workers ?? {}) };
  say(text("wait"));
  try {
    const { body } = await permits.post("/v1/work-permit-applications", asked as Application);
    number = crypto.randomUUID();
    say(text("applied"));
    table(byId("applied", HTMLTableElement), [
      [text("number"), body.id],
      [text("decide-by"), body.decide_by],
    ]);
  } catch (problem) {
    refused(form, problem);
  }
}

function refused(form: HTMLFormElement, problem: unknown): void {
  sayProblem(problem, problem instanceof Refused ? showErrors(form, problem.problem) : []);
}
