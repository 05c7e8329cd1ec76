/** A host reports a guest (decree 111, point 4): fills in the notice, signs it with their own program, gets the receipt. */
import { Refused, type Service } from "./api.js";
import { bodyOf, clearErrors, showErrors } from "./form.js";
import type { components, paths } from "./generated/portal.js";
import { text } from "./texts.js";
import { byId, say, sayProblem, table } from "./page.js";

type SignedNotice = components["schemas"]["SignedNoticeState"];

/** The bytes to be signed: made once, since the signature holds for exactly these. */
let made: Uint8Array<ArrayBuffer> | null = null;
/** How often the form has changed: what was asked of an earlier form is no answer for this one. */
let changes = 0;

export function tellOfHosts(portal: Service<paths>): void {
  const form = byId("notice", HTMLFormElement);
  const kind = byId("host-kind", HTMLSelectElement);
  kind.addEventListener("change", () => {
    byId("host-number", HTMLInputElement).name = `/document/host/${kind.value === "organisation" ? "bin" : "iin"}`;
  });
  form.addEventListener("input", ({ target }) => {
    if (target !== byId("signature", HTMLInputElement)) forget();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (made === null) void make(portal, form);
    else void send(portal, form, made);
  });
}

function forget(): void {
  made = null;
  changes += 1;
  byId("to-sign", HTMLElement).hidden = true;
  byId("send", HTMLButtonElement).textContent = text("make");
}

/** What a service would not take is mended before it is signed: people sign by a program of their own. */
async function make(portal: Service<paths>, form: HTMLFormElement): Promise<void> {
  clearErrors(form);
  const filled = bodyOf(form).document as object;
  const notice = { source_id: crypto.randomUUID(), channel: "egov", ...filled };
  const bytes = new TextEncoder().encode(JSON.stringify(notice, null, 2));
  const asked = changes;
  say(text("wait"));
  try {
    await portal.post("/v1/host-notifications/signed:check", { document: base64(bytes) });
  } catch (problem) {
    sayProblem(problem, problem instanceof Refused ? showErrors(form, problem.problem) : []);
    return;
  }
  if (asked !== changes) return say(text("changed"));
  made = bytes;
  const link = byId("document", HTMLAnchorElement);
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([made], { type: "application/json" }));
  byId("signature", HTMLInputElement).value = "";
  byId("to-sign", HTMLElement).hidden = false;
  byId("send", HTMLButtonElement).textContent = text("send");
  say(text("sign-now"));
  link.focus();
}

async function send(portal: Service<paths>, form: HTMLFormElement, document: Uint8Array): Promise<void> {
  clearErrors(form);
  const chosen = byId("signature", HTMLInputElement).files?.[0];
  const signature = chosen ? new Uint8Array(await chosen.arrayBuffer()) : new Uint8Array();
  say(text("wait"));
  try {
    const envelope = { document: base64(document), signature: base64(signature) };
    const { body, location } = await portal.post("/v1/host-notifications/signed", envelope);
    show(portal, body, location);
  } catch (problem) {
    sayProblem(problem, problem instanceof Refused ? showErrors(form, problem.problem) : []);
  }
}

/** The receipt; or, where the signature cannot be judged yet, that one may ask again. */
function show(portal: Service<paths>, state: SignedNotice, location: string | null): void {
  const { receipt } = state;
  const again = byId("ask-again", HTMLButtonElement);
  again.hidden = receipt !== null;
  if (receipt === null) {
    say(text("pending"));
    again.onclick = async () => {
      const id = location?.split("/").pop() ?? state.id;
      try {
        show(portal, (await portal.get("/v1/host-notifications/signed/{id}", { id })).body, location);
      } catch (problem) {
        sayProblem(problem, []);
      }
    };
    return;
  }
  say(text("taken"));
  table(byId("receipt", HTMLTableElement), [
    [text("number"), receipt.number],
    [text("given-on"), receipt.given_on],
    [text("due-on"), receipt.due_on ?? "–"],
    [text("in-time"), text(receipt.in_time ? "yes" : "no")],
    [text("basis"), receipt.check.basis],
  ]);
  forget();
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
