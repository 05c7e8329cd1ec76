/**
 * OpenID Connect: authorization code flow with PKCE (RFC 6749, RFC 7636), against any provider by its discovery.
 * The token lives in the page's memory alone: neither a reload nor another script of the browser's storage finds it.
 */
import type { Settings } from "./settings.js";

interface Provider {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
}

interface Begun {
  verifier: string;
  state: string;
  nonce: string;
  language: string;
}

const BEGUN = "sign-in";

/** Leaves for the provider's page; it comes back to this page, in the same language. */
export async function begin(settings: Settings): Promise<void> {
  const begun = { verifier: random(), state: random(), nonce: random(), language: document.documentElement.lang };
  sessionStorage.setItem(BEGUN, JSON.stringify(begun));
  const asked = new URL((await provider(settings)).authorization_endpoint);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(begun.verifier));
  asked.search = new URLSearchParams({
    client_id: settings.client,
    redirect_uri: here(),
    response_type: "code",
    scope: "openid",
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
  }).toString();
  location.assign(asked);
}

/** The access token, where the provider has just sent somebody back; null else. Throws where it refused, or is another. */
export async function finish(settings: Settings): Promise<string | null> {
  const told = new URLSearchParams(location.search);
  const kept = sessionStorage.getItem(BEGUN);
  if (!told.has("state") || kept === null) return null;
  const begun = JSON.parse(kept) as Begun;
  sessionStorage.removeItem(BEGUN);
  history.replaceState(null, "", `${location.pathname}?${new URLSearchParams({ lang: begun.language })}`);
  if (told.get("state") !== begun.state) throw new Error("state");
  const known = await provider(settings);
  if ((told.get("iss") ?? known.issuer) !== known.issuer) throw new Error("iss"); // RFC 9207
  const code = told.get("code");
  if (code === null) throw new Error(told.get("error_description") ?? told.get("error") ?? "code");
  const answer = await fetch(known.token_endpoint, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: settings.client,
      redirect_uri: here(),
      code,
      code_verifier: begun.verifier,
    }),
  });
  const given = (await answer.json()) as Record<string, string>;
  if (!answer.ok || !given.access_token || !given.id_token) throw new Error(given.error_description ?? "token");
  expectOurs(given.id_token, begun.nonce, known.issuer, settings.client);
  return given.access_token;
}

/** Throws unless the ID token answers this page's question. It came from the provider itself, so its signature may stay
 * unread (OpenID Connect Core 3.1.3.7, 6). */
function expectOurs(token: string, nonce: string, issuer: string, client: string): void {
  const body = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  const ours = [claims.aud].flat().includes(client) && claims.iss === issuer && claims.nonce === nonce;
  if (!ours) throw new Error("id_token");
}

async function provider(settings: Settings): Promise<Provider> {
  const answer = await fetch(`${settings.issuer}/.well-known/openid-configuration`);
  if (!answer.ok) throw new Error(`${settings.issuer}: ${answer.status}`);
  const found = (await answer.json()) as Provider;
  if (found.issuer !== settings.issuer) throw new Error("issuer"); // OpenID Connect Discovery 4.3
  return found;
}

/** One address in all languages: providers take only those that they were told. */
function here(): string {
  return location.origin + location.pathname;
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
