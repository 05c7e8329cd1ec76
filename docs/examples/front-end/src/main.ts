/** The page: signs people in and opens the stories to them. */
import { Service } from "./api.js";
import { type Log, tellOfCitizens } from "./citizen.js";
import { tellOfEmployers } from "./employer.js";
import type { paths as Consular } from "./generated/consular.js";
import type { paths as Permits } from "./generated/permits.js";
import type { paths as Portal } from "./generated/portal.js";
import { tellOfHosts } from "./host.js";
import { byId, say } from "./page.js";
import { readSettings } from "./settings.js";
import { begin, finish } from "./sign-in.js";
import { language, text, translate } from "./texts.js";

async function start(): Promise<void> {
  translate();
  const settings = await readSettings();
  const button = byId("sign-in", HTMLButtonElement);
  button.addEventListener("click", () => {
    begin(settings).catch(() => say(text("unreachable")));
  });
  const token = await finish(settings).finally(translate); // who comes back has the language that they left with
  if (token === null) return;
  button.hidden = true;
  byId("stories", HTMLElement).hidden = false;
  say(text("signed-in"));
  const { portal, permits, consular } = settings.services;
  const logs = Object.entries(settings.services).map(([name, address]): [string, Service<Log>] => [
    name,
    new Service<Log>(address, token, language()),
  ]);
  tellOfHosts(new Service<Portal>(portal, token, language()));
  tellOfEmployers(new Service<Permits>(permits, token, language()));
  tellOfCitizens(new Service<Consular>(consular, token, language()), logs);
}

start().catch((error: unknown) => say(`${text("not-signed-in")} (${error instanceof Error ? error.message : ""})`));
