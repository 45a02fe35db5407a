// Reads a page from standard input as the HTML standard says, and prints what it is made of and
// every error, also those that browsers forgive.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// The packages are in the folder that this is started in.
const require = createRequire(`${process.cwd()}/`);
const { parse } = require("parse5");

const errors = [];
const onParseError = ({ code, startLine, startCol }) => errors.push(`${startLine}:${startCol} ${code}`);
const page = parse(readFileSync(0, "utf8"), { onParseError, sourceCodeLocationInfo: true });

const elements = new Set();
const attributes = [];
let text = "";
let style = "";
const visit = (node, inside) => {
  if (node.nodeName === "#text") {
    if (inside === "style") style += node.value;
    else text += node.value;
  }
  if (node.tagName) elements.add(node.tagName);
  for (const { name, value } of node.attrs ?? []) attributes.push([node.tagName, name, value]);
  for (const child of node.childNodes ?? []) visit(child, node.tagName);
};
visit(page);
console.log(JSON.stringify({ errors, elements: [...elements].sort(), attributes, text, style }));
