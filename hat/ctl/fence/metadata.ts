// The agent's metadata: the XML that Pacemaker, pcs and crmsh read, in the order that the fence-agents schema wants.

import { ACTIONS } from "./action.ts";
import { optionText, PARAMETER_LIST, type Parameter, type ParameterName } from "./parameter.ts";
import { LONG_DESCRIPTION, NAME, SHORT_DESCRIPTION, VENDOR_URL } from "./words.ts";

/** The whole document. */
export function metadataXml(): string {
  const parameters = PARAMETER_LIST.map(([name, spec]) => parameterXml(name, spec));
  const actions = Object.keys(ACTIONS).map((name) => {
    // Unfencing is for storage: a Zero is not to be switched on because its node joins.
    const automatic = name === "on" ? ' automatic="0"' : "";
    return `    <action name="${name}"${automatic}/>`;
  });
  return [
    '<?xml version="1.0"?>',
    `<resource-agent name="${NAME}" shortdesc="${xml(SHORT_DESCRIPTION)}">`,
    `  <longdesc>${xml(LONG_DESCRIPTION)}</longdesc>`,
    `  <vendor-url>${VENDOR_URL}</vendor-url>`,
    "  <parameters>",
    ...parameters,
    "  </parameters>",
    "  <actions>",
    ...actions,
    "  </actions>",
    "</resource-agent>",
    "",
  ].join("\n");
}

function parameterXml(name: ParameterName, spec: Parameter): string {
  const replaced = PARAMETER_LIST.find(([, { deprecatedFor }]) => deprecatedFor === name)?.[0];
  const head = [
    `name="${name}" unique="0" required="${spec.required === true ? 1 : 0}"`,
    ...(spec.deprecatedFor === undefined ? [] : ['deprecated="1"']),
    ...(replaced === undefined ? [] : [`obsoletes="${replaced}"`]),
  ];
  const fallback = spec.default === undefined ? "" : ` default="${xml(spec.default)}"`;
  return [
    `    <parameter ${head.join(" ")}>`,
    `      <getopt mixed="${xml(optionText(name, spec))}"/>`,
    `      <content type="${spec.type}"${fallback}/>`,
    `      <shortdesc lang="en">${xml(spec.text)}</shortdesc>`,
    "    </parameter>",
  ].join("\n");
}

function xml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
