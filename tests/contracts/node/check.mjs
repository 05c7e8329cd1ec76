// Reads an AsyncAPI document and all that it refers to, and prints what the parser makes of it:
// {"diagnostics": [{severity, path, message}], "members": {id of message: names of its data's members}}
import { fromFile, Parser } from "@asyncapi/parser";

const { document, diagnostics } = await fromFile(new Parser(), process.argv[2]).parse();
const said = diagnostics.map(({ severity, path, message }) => ({ severity, path: path.join("/"), message }));
const members = {};
for (const message of document?.allMessages().all() ?? []) {
  const { data } = message.payload().allOf()[1].properties();
  members[message.id()] = Object.keys(data.properties());
}
console.log(JSON.stringify({ diagnostics: said, members }));
