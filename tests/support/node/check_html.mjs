// Reads pages as JSON ({name: html}) from the input, and writes what html-validate finds in them.
import { HtmlValidate, StaticConfigLoader } from "html-validate";

const loader = new StaticConfigLoader({
  extends: ["html-validate:standard"],
  rules: {
    "no-trailing-whitespace": "off",
    "attribute-boolean-style": "off",
    "void-style": "off",
    "doctype-style": "off",
    "long-title": "off",
    "no-inline-style": "error",
    "script-type": "off",
  },
});
const validator = new HtmlValidate(loader);
let text = "";
for await (const part of process.stdin) {
  text += part;
}
const found = [];
for (const [name, html] of Object.entries(JSON.parse(text))) {
  const report = await validator.validateString(html, name);
  for (const result of report.results) {
    for (const message of result.messages) {
      found.push(`${name}:${message.line}:${message.column} ${message.ruleId}: ${message.message}`);
    }
  }
}
process.stdout.write(JSON.stringify(found));
