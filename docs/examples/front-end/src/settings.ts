/** Where things are; the page's own server says it, so that the same scripts run anywhere. */
export interface Settings {
  /** The page's name at the issuer (OAuth's `client_id`). */
  client: string;
  issuer: string;
  services: { portal: string; permits: string; kandas: string; consular: string; accounting: string };
}

export async function readSettings(): Promise<Settings> {
  const answer = await fetch("settings.json");
  if (!answer.ok) throw new Error(`settings.json: ${answer.status}`);
  return (await answer.json()) as Settings;
}
