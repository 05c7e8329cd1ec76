/** A citizen abroad registers with a consulate, and sees who read the record. */
import { Refused, type Service } from "./api.js";
import { bodyOf, clearErrors, showErrors } from "./form.js";
import type { components, paths } from "./generated/consular.js";
import { byId, say, sayProblem, table } from "./page.js";
import { text } from "./texts.js";

type Registration = components["schemas"]["ConsularRegistration"];

/** The citizen's number of the entry: the same until it is taken, so that sending twice registers once. */
let number = crypto.randomUUID();

export function tellOfCitizens(consular: Service<paths>): void {
  const form = byId("registration", HTMLFormElement);
  byId("ask-usage", HTMLButtonElement).addEventListener("click", () => void usage(consular));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void register(consular, form);
  });
}

async function register(consular: Service<paths>, form: HTMLFormElement): Promise<void> {
  clearErrors(form);
  say(text("wait"));
  try {
    const entry = { source_id: number, ...bodyOf(form) };
    await consular.post("/v1/me/consular-registrations", entry as unknown as Registration);
    number = crypto.randomUUID();
    say(text("registered"));
  } catch (problem) {
    sayProblem(problem, problem instanceof Refused ? showErrors(form, problem.problem) : []);
  }
}

/** Who read or changed what the consular register holds of the citizen, and why; newest first. */
async function usage(consular: Service<paths>): Promise<void> {
  try {
    const { body } = await consular.get("/v1/me/access-log");
    const rows = body.usage.map(({ logtime, receiver, action, reason }): [string, string] => [
      new Date(logtime).toLocaleString(document.documentElement.lang),
      [receiver, action, reason].filter(Boolean).join("; "),
    ]);
    table(byId("usage", HTMLTableElement), rows);
    say(`${text("uses")} ${rows.length}`);
  } catch (problem) {
    sayProblem(problem, []);
  }
}
