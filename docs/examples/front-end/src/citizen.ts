/** A citizen abroad registers with a consulate, and sees who used their records. */
import { Refused, type Service } from "./api.js";
import { bodyOf, clearErrors, showErrors } from "./form.js";
import type { components, paths } from "./generated/consular.js";
import { byId, say, sayProblem, table } from "./page.js";
import { text } from "./texts.js";

type Registration = components["schemas"]["ConsularRegistration"];
type Use = components["schemas"]["Usage"];

/** Of every service the same. */
export type Log = Pick<paths, "/v1/me/access-log">;

/** The citizen's number of the entry: the same until it is taken, so that sending twice registers once. */
let number = crypto.randomUUID();

export function tellOfCitizens(consular: Service<paths>, logs: [string, Service<Log>][]): void {
  const form = byId("registration", HTMLFormElement);
  byId("ask-usage", HTMLButtonElement).addEventListener("click", () => void usage(logs));
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

/** Who read or changed what any service holds of the citizen, and why: the newest of each, by time. Whoever does not
 * answer is named, so that nobody takes a part for all. */
async function usage(logs: [string, Service<Log>][]): Promise<void> {
  say(text("wait"));
  const answers = await Promise.allSettled(logs.map(([, log]) => log.get("/v1/me/access-log")));
  const uses: [string, Use][] = [];
  const silent: string[] = [];
  for (const [place, answer] of answers.entries()) {
    const name = logs[place]?.[0] ?? "";
    if (answer.status === "rejected") silent.push(name);
    else uses.push(...answer.value.body.usage.map((use): [string, Use] => [name, use]));
  }
  uses.sort(([, one], [, other]) => Date.parse(other.logtime) - Date.parse(one.logtime));
  const rows = uses.map(([name, { logtime, receiver, action, reason }]): [string, string] => [
    new Date(logtime).toLocaleString(document.documentElement.lang),
    [name, receiver, action, reason].filter(Boolean).join("; "),
  ]);
  table(byId("usage", HTMLTableElement), rows);
  say(`${text("uses")} ${rows.length}${silent.length > 0 ? `. ${text("silent")} ${silent.join(", ")}` : ""}`);
}
