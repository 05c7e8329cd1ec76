// OpenID Connect's authorization code flow with PKCE. Between leaving for the provider and coming back, the browser's
// session storage holds the verifier and the state of this one sign-in, and nothing afterwards.
const LEFT = `${told.client}-sign-in`;
const MOST_SECONDS = 3600; // that a page stays signed in, whatever the provider says
const back = new URL(told.back, document.baseURI).href;
let ending = null;

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const chance = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

async function provider() {
  const known = await asked(`${told.issuer}/.well-known/openid-configuration`);
  if (known.issuer !== told.issuer) throw new Refused(0, words.wrong_provider);
  return known;
}

async function asked(address, options = {}) {
  let answer;
  try {
    answer = await fetch(address, {
      ...options, credentials: "omit", redirect: "error", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new Refused(0, words.provider_silent);
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(0, String(body.error_description || body.error || words.provider_silent));
  return body;
}

async function leave() {
  const known = await provider();
  const left = { state: chance(), verifier: chance() };
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(left.verifier));
  sessionStorage.setItem(LEFT, JSON.stringify(left));
  const query = new URLSearchParams({
    response_type: "code", client_id: told.client, redirect_uri: back, scope: "openid", state: left.state,
    code_challenge: base64url(new Uint8Array(digest)), code_challenge_method: "S256",
  });
  location.assign(`${known.authorization_endpoint}?${query}`);
}

// Whether a person came back from the provider; then `token` is theirs. Throws Refused.
async function comeBack() {
  const answer = new URLSearchParams(location.search);
  if (!answer.has("state")) return false;
  const left = JSON.parse(sessionStorage.getItem(LEFT) || "null");
  sessionStorage.removeItem(LEFT);
  history.replaceState(null, "", back); // neither the address nor the way back shows the code
  if (left === null || answer.get("state") !== left.state) throw new Refused(0, words.not_asked);
  if (answer.has("iss") && answer.get("iss") !== told.issuer) throw new Refused(0, words.wrong_provider);
  if (answer.has("error")) throw new Refused(0, answer.get("error_description") || answer.get("error"));
  const known = await provider();
  const given = await asked(known.token_endpoint, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code", client_id: told.client, redirect_uri: back, code: answer.get("code") || "",
      code_verifier: left.verifier,
    }),
  });
  if (String(given.token_type).toLowerCase() !== "bearer") throw new Refused(0, words.wrong_provider);
  hold(given.access_token, Number(given.expires_in) || MOST_SECONDS);
  return true;
}

// The token, until it ends: then the page shows nothing any more that it got by it.
function hold(given, seconds) {
  token = given;
  ending = setTimeout(() => {
    signOut();
    at("said").textContent = words.signed_out_by_time;
  }, 1000 * Math.min(seconds, MOST_SECONDS));
}

function letGo() {
  token = null;
  clearTimeout(ending);
}

// What each page says of itself: signOut.
at("sign-in").addEventListener("click", () => act(at("sign-in"), async () => {
  await leave();
  return words.asking;
}));
at("sign-out").addEventListener("click", () => {
  signOut();
  at("said").textContent = words.signed_out;
  at("sign-in").focus();
});
addEventListener("pagehide", signOut); // the way back shows nothing either
