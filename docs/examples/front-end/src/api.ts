/** A service's API, typed by its OpenAPI: a path, a body or an answer that the contract does not know fails to compile. */
import type { components } from "./generated/portal.js";

export type Problem = components["schemas"]["Problem"];

type Json<Content> = Content extends { content: { "application/json": infer Body } } ? Body : never;
type Body<Operation> = Operation extends { requestBody: infer Sent } ? Json<Sent> : never;
type Answers<Operation> = Operation extends { responses: infer Known } ? Known : never;
type Answer<Operation> = {
  [Status in keyof Answers<Operation>]: Status extends 200 | 201 | 202 ? Json<Answers<Operation>[Status]> : never;
}[keyof Answers<Operation>];
type With<Paths, Method extends string> = {
  [Path in keyof Paths & string]: Paths[Path] extends Record<Method, { responses: unknown }> ? Path : never;
}[keyof Paths & string];
type Operation<Paths, Path extends keyof Paths, Method extends string> = Paths[Path] extends Record<Method, infer Found>
  ? Found
  : never;

/** What a service answered instead (RFC 9457), in the language that was asked for. */
export class Refused extends Error {
  constructor(
    readonly problem: Problem,
    readonly retryAfter: string | null,
  ) {
    super(problem.detail);
  }
}

/** An answer, and where it is held. */
export interface Answered<Body> {
  status: number;
  body: Body;
  location: string | null;
}

export class Service<Paths> {
  constructor(
    private readonly address: string,
    private readonly token: string,
    private readonly language: string,
  ) {}

  get<Path extends With<Paths, "get">>(
    path: Path,
    places: Record<string, string> = {},
    query: Record<string, string> = {},
  ): Promise<Answered<Answer<Operation<Paths, Path, "get">>>> {
    const given = Object.entries(query).filter(([, value]) => value !== "");
    const asked = given.length > 0 ? `?${new URLSearchParams(given)}` : "";
    return this.call("GET", filled(path, places) + asked);
  }

  post<Path extends With<Paths, "post">>(
    path: Path,
    body: Body<Operation<Paths, Path, "post">>,
  ): Promise<Answered<Answer<Operation<Paths, Path, "post">>>> {
    return this.call("POST", path, body);
  }

  private async call<Found>(method: string, path: string, body?: unknown): Promise<Answered<Found>> {
    const headers: Record<string, string> = {
      Authorization: `Bearer ${this.token}`,
      "Accept-Language": this.language,
    };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const answer = await fetch(this.address + path, { method, headers, body: JSON.stringify(body) });
    const read: unknown = answer.status === 204 ? null : await answer.json();
    if (!answer.ok) throw new Refused(read as Problem, answer.headers.get("Retry-After"));
    return { status: answer.status, body: read as Found, location: answer.headers.get("Location") };
  }
}

function filled(path: string, places: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(places[name] ?? ""));
}
