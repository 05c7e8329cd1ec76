// The menu: which page is shown, and signing in and out.
const pages = {}; // name -> (content) => what to say when it is shown, or a promise of it
let question = 0; // which page the answers belong to: late ones of an earlier page are dropped

async function show(name) {
  const mine = ++question;
  const content = element("div", null);
  for (const each of document.querySelectorAll("#pages [data-page]")) {
    if (each.dataset.page === name) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
  at("shown-title").textContent = words.pages[name];
  at("content").replaceChildren();
  at("shown").hidden = false;
  at("shown").setAttribute("aria-busy", "true");
  at("said").textContent = words.asking;
  at("shown-title").focus();
  let said;
  try {
    said = await pages[name](content);
  } catch (failed) {
    said = why(failed);
    if (token === null) at("said").textContent = said; // signed out by that
  }
  if (mine !== question) return;
  at("content").replaceChildren(content);
  at("shown").removeAttribute("aria-busy");
  at("said").textContent = said;
}

function signIn() {
  at("outside").hidden = true;
  at("pages").hidden = false;
  at("said").textContent = words.signed_in;
  at("pages").querySelector("button").focus();
}

function signOut() {
  question += 1;
  letGo();
  at("outside").hidden = false;
  at("pages").hidden = true;
  at("shown").hidden = true;
  at("content").replaceChildren();
  at("said").textContent = "";
}

for (const each of document.querySelectorAll("#pages [data-page]")) {
  each.addEventListener("click", () => show(each.dataset.page));
}
comeBack().then((came) => came && signIn(), (failed) => {
  at("said").textContent = why(failed);
});
