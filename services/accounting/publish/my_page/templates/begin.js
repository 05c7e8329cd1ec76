// Signing in and out, and the question to all services at once: of each there is one source, which holds what it said.
let sources = [];
let question = 0; // which question the answers belong to: late ones of an earlier question are dropped

async function ask(some, work, show) {
  const mine = ++question;
  at("said").textContent = words.asking;
  await Promise.all(some.map(async (source) => {
    source.failed = null;
    try {
      await work(source);
    } catch (failed) {
      source.failed = failed instanceof Refused ? failed : new Refused(0, words.unreachable);
    }
  }));
  if (mine !== question) return;
  if (some.every((source) => source.failed) && some.some((source) => source.failed.status === 401)) {
    signOut();
    at("said").textContent = words.signed_out_by_time;
    return;
  }
  show();
}

// The uses first: what this page reads is one, and would stand on top of what others did.
async function first(source) {
  const { service } = source;
  if (service.address === null) throw new Refused(0, words.unset);
  await moreUses(source);
  if (service.registers) source.passed = (await call(`${service.address}/v1/me/access-log/passed-on`)).passed_on;
  if (service.registers) await moreRecords(source);
  if (service.findings) source.findings = await findingsOf(service);
}

function fill(id, shown, complete) {
  const section = at(id);
  section.querySelector(".entries").replaceChildren(...shown);
  section.querySelector(".empty").hidden = shown.length > 0 || !complete;
  for (const note of section.querySelectorAll(".note")) note.hidden = shown.length === 0;
}

function showAll() {
  const complete = !sources.some((source) => source.failed);
  fill("findings", sources.flatMap(findingsShown), complete);
  fill("records", sources.filter((source) => source.records.length > 0).map(recordsShown), complete);
  fill("passed", sources.flatMap((source) => source.passed.map(passedShown)), complete);
  at("inside").hidden = false;
  showUses();
}

function signIn() {
  at("outside").hidden = true;
  sources = told.services.map((service) => ({
    service, uses: [], nextUse: null, passed: [], records: [], nextRecord: null, findings: [], failed: null,
  }));
  return ask(sources, first, showAll);
}

function signOut() {
  question += 1;
  letGo();
  sources = [];
  at("outside").hidden = false;
  at("inside").hidden = true;
  for (const shown of document.querySelectorAll("#inside ul, #inside .entries")) shown.replaceChildren();
  at("said").textContent = "";
}

at("more").addEventListener("click", () => ask(sources.filter((source) => source.nextUse), moreUses, showUses));
comeBack().then((came) => came && signIn()).catch((failed) => {
  at("said").textContent = why(failed);
});
